"""What a new installation begins with: one survey and the rule of a low score."""

from satisfaction.models import LowScoreRule, Survey


def ship(**kwargs) -> None:
    """Creates them when there are none."""
    if not LowScoreRule.objects.exists():
        LowScoreRule.objects.create()
    if Survey.objects.exists():
        return
    Survey.objects.create(
        name_en="How was it?",
        name_zh="满意度问卷",
        intro_en="Three questions, about a minute. A person reads every answer.",
        intro_zh="三个问题，大约一分钟。每份答卷都有人看。",
        overall_en="All in all, how satisfied are you?",
        overall_zh="总体来说，您满意吗？",
        nps_en="How likely are you to recommend us to a friend?",
        nps_zh="您有多愿意把我们推荐给朋友？",
        comment_en="What is the one thing we should do better?",
        comment_zh="最该改进的一件事是什么？",
        thanks_en="Thank you. If something went wrong, somebody will call you.",
        thanks_zh="谢谢您。如果有不满意的地方，我们会主动联系您。",
    )
