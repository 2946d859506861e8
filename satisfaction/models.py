"""What they thought: the survey, whom it was sent to and why not, and the answers."""

from datetime import timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.bilingual import Bilingual
from crm.outbox.models import Message
from crm.staff.models import Team
from crm.staff.scopes import reach
from customers.models import Customer


class Survey(Bilingual):
    """The questions (overall 1–5, recommendation 0–10, a comment) with their words, and when they are asked."""

    intro_en = models.TextField(_("introduction (English)"), blank=True)
    intro_zh = models.TextField(_("introduction (Chinese)"), blank=True)
    overall_en = models.CharField(_("overall question (English)"), max_length=300)
    overall_zh = models.CharField(_("overall question (Chinese)"), max_length=300)
    nps_en = models.CharField(_("recommendation question (English)"), max_length=300)
    nps_zh = models.CharField(_("recommendation question (Chinese)"), max_length=300)
    comment_en = models.CharField(_("comment question (English)"), max_length=300)
    comment_zh = models.CharField(_("comment question (Chinese)"), max_length=300)
    thanks_en = models.TextField(_("thanks (English)"), blank=True)
    thanks_zh = models.TextField(_("thanks (Chinese)"), blank=True)
    after_resolution = models.BooleanField(_("asked when a complaint is resolved"), default=True)
    resolution_delay = models.DurationField(_("after the resolution"), default=timedelta(hours=2))
    after_purchase = models.BooleanField(_("asked after a purchase"), default=True)
    purchase_delay = models.DurationField(_("after the purchase"), default=timedelta(days=7))
    valid_days = models.PositiveSmallIntegerField(
        _("link works for days"), default=30, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    active_from = models.DateTimeField(_("asks about what happened from"), default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(Bilingual.Meta):
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["pk"]
        abstract = False


class LowScoreRule(models.Model):
    """From which answer on a rescue begins: one row, edited in the settings."""

    overall_at_most = models.PositiveSmallIntegerField(
        _("overall at most"), default=2, validators=[MinValueValidator(0), MaxValueValidator(5)]
    )
    nps_at_most = models.PositiveSmallIntegerField(
        _("recommendation at most"), default=6, validators=[MinValueValidator(0), MaxValueValidator(10)]
    )
    smallest_n = models.PositiveSmallIntegerField(
        _("figures below this many answers are greyed"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
    )

    class Meta:
        verbose_name = _("low score")
        verbose_name_plural = _("low score")

    def __str__(self) -> str:
        return str(_("low score"))

    @classmethod
    def current(cls) -> "LowScoreRule":
        return cls.objects.order_by("pk").first() or cls()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user):
        return self.filter(reach(user, "satisfaction").rows())

    def delivered(self):
        """Asked for real: the message left. Those on their way or failed are not counted in a response rate."""
        return self.filter(message__state="sent")


class Invitation(models.Model):
    """One customer asked, or deliberately not asked, about one thing. The unique key makes looking again harmless."""

    class State(models.TextChoices):
        SENT = "sent", _("Asked")
        REFUSED = "refused", _("Not asked")
        ANSWERED = "answered", _("Answered")

    class Source(models.TextChoices):
        COMPLAINT = "complaint", _("Complaint")
        PURCHASE = "purchase", _("Purchase")

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="invitations")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="invitations")
    source_kind = models.CharField(max_length=10, choices=Source)
    source_id = models.BigIntegerField()
    round = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State)
    refusal = models.SlugField(max_length=40, blank=True, help_text="The guard's reason.")
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    message = models.OneToOneField(Message, models.PROTECT, null=True, related_name="+")
    nonce = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "source_kind", "source_id", "round"], name="one_invitation_per_reason"
            ),
            models.CheckConstraint(
                condition=(Q(state="refused") & ~Q(refusal=""))
                | (~Q(state="refused") & Q(refusal="", expires_at__isnull=False)),
                name="invitation_refused_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-created_at"], name="invitation_by_customer"),
            models.Index(fields=["-created_at", "-id"], name="invitation_newest"),
        ]

    def is_over(self, at) -> bool:
        """Whether its link takes no answer any more, because it ran out or was never sent."""
        return self.expires_at is None or self.expires_at <= at


class ResponseQuerySet(models.QuerySet["Response"]):
    def visible_to(self, user):
        return self.filter(reach(user, "satisfaction").rows())

    def low(self, rule: LowScoreRule | None = None):
        """Answers that open a rescue. A blank answer is neither low nor high."""
        rule = rule or LowScoreRule.current()
        return self.filter(Q(overall__lte=rule.overall_at_most) | Q(nps__lte=rule.nps_at_most))


class Response(models.Model):
    """The answer. Each score may be blank; 0 is a recommendation of 0, not a blank."""

    invitation = models.OneToOneField(Invitation, models.PROTECT, related_name="response")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="responses")
    overall = models.PositiveSmallIntegerField(null=True)
    nps = models.PositiveSmallIntegerField(null=True)
    comment = models.TextField(blank=True)
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    answered_at = models.DateTimeField(default=timezone.now)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.CheckConstraint(
                condition=Q(overall__isnull=True) | Q(overall__gte=1, overall__lte=5), name="overall_is_one_to_five"
            ),
            models.CheckConstraint(
                condition=Q(nps__isnull=True) | Q(nps__gte=0, nps__lte=10), name="nps_is_zero_to_ten"
            ),
            models.CheckConstraint(
                condition=Q(overall__isnull=False) | Q(nps__isnull=False) | ~Q(comment=""),
                name="response_says_something",
            ),
        ]
        indexes = [
            models.Index(fields=["-answered_at", "-id"], name="response_newest"),
            models.Index(fields=["customer", "-answered_at"], name="response_by_customer"),
        ]

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("satisfaction:response", args=[self.pk])

    def is_low(self, rule: LowScoreRule) -> bool:
        """The rule of `low()`, for one answer in hand."""
        overall_low = self.overall is not None and self.overall <= rule.overall_at_most
        return overall_low or (self.nps is not None and self.nps <= rule.nps_at_most)
