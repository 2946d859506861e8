"""What a new installation begins with: a care plan after a purchase, a check-back after a complaint, a rescue."""

from datetime import timedelta
from typing import Any

from followups.models import CarePlan, CarePlanStep, Kind, ReminderRule

PLANS: list[dict[str, Any]] = [
    {
        "trigger": CarePlan.Trigger.PURCHASE,
        "name": ("After a purchase", "购买后关怀"),
        "steps": [
            {
                "name": ("Delivery check", "交付回访"),
                "offset": timedelta(days=3),
                "tip": (
                    "Did everything arrive complete and in good order?\nIs anything unclear in using it?\nIs there somebody else whom we should know?",
                    "货品是否齐全、完好？\n使用中有没有不清楚的地方？\n家里或单位里还有谁需要我们认识？",
                ),
            },
            {
                "name": ("Satisfaction call", "满意度回访"),
                "offset": timedelta(days=30),
                "allowed": timedelta(days=2),
                "tip": (
                    "How has it been since?\nWhat could we have done better?\nWhen will it be needed again?",
                    "用到现在感觉如何？\n我们哪里可以做得更好？\n下一次大概什么时候需要？",
                ),
            },
        ],
    },
    {
        "trigger": CarePlan.Trigger.RESOLUTION,
        "name": ("After a complaint", "投诉解决后"),
        "steps": [
            {
                "name": ("Complaint check-back", "投诉回访"),
                "offset": timedelta(days=2),
                "assignee": CarePlanStep.Assignee.SELLER,
                "tip": (
                    "Is it really settled, in the customer's own view?\nHas it happened again?\nThank them for telling us.",
                    "客户自己认为问题解决了吗？\n之后有没有再出现？\n感谢客户告诉我们。",
                ),
            }
        ],
    },
    {
        "trigger": CarePlan.Trigger.LOW_SCORE,
        "name": ("Rescue", "挽回"),
        "steps": [
            {
                "name": ("Rescue call", "挽回电话"),
                "offset": timedelta(hours=4),
                "allowed": timedelta(hours=20),
                "tip": (
                    "Listen first; do not defend.\nWhat would make it good again?\nSay what happens next, and by when.",
                    "先听，不要辩解。\n怎样做客户才会满意？\n说明接下来做什么、什么时候完成。",
                ),
            }
        ],
    },
]


def ship(**kwargs) -> None:
    """Creates the plans when there is none at all, and the one row of rules."""
    if not ReminderRule.objects.exists():
        ReminderRule.objects.create()
    if CarePlan.objects.exists():
        return
    for plan in PLANS:
        row = CarePlan.objects.create(trigger=plan["trigger"], name_en=plan["name"][0], name_zh=plan["name"][1])
        for position, step in enumerate(plan["steps"], start=1):
            CarePlanStep.objects.create(
                plan=row,
                position=position,
                kind=Kind.CALL,
                name_en=step["name"][0],
                name_zh=step["name"][1],
                tip_en=step["tip"][0],
                tip_zh=step["tip"][1],
                offset=step["offset"],
                allowed=step.get("allowed", timedelta(days=1)),
                assignee=step.get("assignee", CarePlanStep.Assignee.OWNER),
            )
