"""What we promised to do: care plans with their steps, follow-ups, attempts, history."""

from datetime import timedelta

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.bilingual import Bilingual, pick
from crm.staff.models import Team
from crm.staff.scopes import reach
from customers.models import Customer, Tier


class CarePlanQuerySet(models.QuerySet["CarePlan"]):
    def active(self):
        return self.filter(retired_at__isnull=True)


class CarePlan(Bilingual):
    """A rule that creates follow-ups from an event. It looks forward: only events from its activation on."""

    class Trigger(models.TextChoices):
        PURCHASE = "purchase", _("a purchase")
        RESOLUTION = "resolution", _("a complaint is resolved")
        LOW_SCORE = "low_score", _("a low score")

    trigger = models.CharField(_("begins with"), max_length=12, choices=Trigger, default=Trigger.PURCHASE)
    tier = models.ForeignKey(
        Tier,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("for the tier"),
        help_text=_("Empty: for every customer."),
    )
    team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("queue"),
        help_text=_("Takes what nobody owns. Empty: the customer's team."),
    )
    active_from = models.DateTimeField(_("acts on events from"), default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CarePlanQuerySet.as_manager()

    class Meta(Bilingual.Meta):
        verbose_name = _("care plan")
        verbose_name_plural = _("care plans")
        ordering = ["pk"]
        abstract = False


class Kind(models.TextChoices):
    CALL = "call", _("Call")
    VISIT = "visit", _("Visit")
    MESSAGE = "message", _("Message")


class CarePlanStepQuerySet(models.QuerySet["CarePlanStep"]):
    def active(self):
        return self.filter(retired_at__isnull=True, plan__retired_at__isnull=True)


class CarePlanStep(Bilingual):
    """One contact of a plan: when, what, by whom, and how long it may take until the lead hears of it."""

    class Assignee(models.TextChoices):
        OWNER = "owner", _("the customer's owner, else who sold it, else the queue")
        SELLER = "seller", _("who sold it, else the customer's owner, else the queue")
        QUEUE = "queue", _("the queue")

    plan = models.ForeignKey(CarePlan, models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CALL)
    offset = models.DurationField(
        _("after"),
        default=timedelta(days=3),
        help_text=_("From the event on: days and time, e.g. “3 00:00:00” or “00:05:00”."),
    )
    allowed = models.DurationField(
        _("overdue after"),
        default=timedelta(days=1),
        help_text=_("From when it is due; then the lead hears of it, once."),
    )
    assignee = models.CharField(_("done by"), max_length=10, choices=Assignee, default=Assignee.OWNER)
    tip_en = models.TextField(_("what to ask (English)"), blank=True)
    tip_zh = models.TextField(_("what to ask (Chinese)"), blank=True)
    looked_until = models.DateTimeField(
        null=True,
        editable=False,
        help_text="Arrivals up to here were looked through; the next look begins a day earlier.",
    )
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CarePlanStepQuerySet.as_manager()

    class Meta(Bilingual.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["plan", "offset", "position", "pk"]
        abstract = False
        constraints = [
            *Bilingual.Meta.constraints,
            models.CheckConstraint(
                condition=Q(offset__gte=timedelta(0), allowed__gt=timedelta(0)),
                name="step_lies_in_the_future",
                violation_error_message=_("A step comes at or after its event, and is overdue only after it was due."),
            ),
        ]

    @property
    def tip(self) -> str:
        return pick(self.tip_en, self.tip_zh)


class ReminderRule(models.Model):
    """How follow-ups remind: one row, edited in the settings."""

    too_old_days = models.PositiveSmallIntegerField(
        _("steps due longer ago than these days are not created"),
        default=7,
        validators=[MinValueValidator(0), MaxValueValidator(365)],
    )

    class Meta:
        verbose_name = _("reminders")
        verbose_name_plural = _("reminders")

    def __str__(self) -> str:
        return str(_("reminders"))

    @classmethod
    def current(cls) -> "ReminderRule":
        return cls.objects.order_by("pk").first() or cls()


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user):
        """By scope; a follow-up in a team's queue is seen by the team's members, too."""
        scope = reach(user, "followups")
        if scope.everything or scope.nothing:
            return self.filter(scope.rows())
        return self.filter(scope.rows() | Q(owner__isnull=True, team__in=scope.own_team_ids))

    def open(self):
        return self.filter(status=FollowUp.Status.OPEN)

    def due(self, at=None):
        return self.open().filter(due_at__lte=at or timezone.now())

    def overdue(self, at=None):
        return self.open().filter(overdue_at__lte=at or timezone.now())

    def queued(self):
        """Open and taken by nobody yet."""
        return self.open().filter(owner__isnull=True)

    def to_remind(self, at):
        return self.open().filter(reminded_at__isnull=True, due_at__lte=at)

    def to_escalate(self, at):
        return self.open().filter(escalated_at__isnull=True, overdue_at__lte=at)


class FollowUp(models.Model):
    """Something to do for a customer, by someone, by a time. `version` moves with `due_at`: a new time is a new promise."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    class Source(models.TextChoices):
        MANUAL = "manual", _("typed by hand")
        PURCHASE = "purchase", _("Purchase")
        COMPLAINT = "complaint", _("Complaint")
        RESPONSE = "response", _("Answer")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="followups", verbose_name=_("customer"))
    title = models.CharField(
        _("what to do"), max_length=200, blank=True, help_text="Empty for steps of a plan: the step's name."
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CALL)
    note = models.TextField(_("note"), blank=True)
    plan_step = models.ForeignKey(CarePlanStep, models.PROTECT, null=True, blank=True, related_name="followups")
    source_kind = models.CharField(max_length=10, choices=Source, default=Source.MANUAL)
    source_id = models.BigIntegerField(null=True)
    round = models.PositiveSmallIntegerField(default=1)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="followups",
        verbose_name=_("done by"),
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="followups", verbose_name=_("team")
    )
    due_at = models.DateTimeField(_("due"))
    overdue_at = models.DateTimeField(_("overdue"))
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    reminded_at = models.DateTimeField(
        null=True, editable=False, help_text="When the reminder of this version was promised."
    )
    escalated_at = models.DateTimeField(
        null=True, editable=False, help_text="When the lead was told, once in its life."
    )
    finished_at = models.DateTimeField(null=True, editable=False)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    result = models.CharField(
        max_length=300, blank=True, editable=False, help_text="Outcome of the last attempt, or why cancelled."
    )
    submission = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        permissions = [
            ("work_followup", _("Can log attempts and finish a follow-up within reach")),
            ("assign_followup", _("Can give a follow-up to a colleague")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["plan_step", "source_kind", "source_id", "round"], name="one_followup_per_reason"
            ),
            models.CheckConstraint(
                condition=Q(status="open", finished_at__isnull=True)
                | (~Q(status="open") & Q(finished_at__isnull=False)),
                name="followup_finished_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "done", "cancelled"]), name="followup_status_is_known"
            ),
            models.CheckConstraint(condition=Q(overdue_at__gt=F("due_at")), name="followup_overdue_comes_after_due"),
            models.CheckConstraint(
                condition=Q(plan_step__isnull=False) | ~Q(title=""), name="followup_says_what_to_do"
            ),
            models.CheckConstraint(
                condition=Q(source_kind="manual", source_id__isnull=True)
                | (~Q(source_kind="manual") & Q(source_id__isnull=False)),
                name="followup_source_has_id",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="followup_to_remind", condition=Q(status="open", reminded_at__isnull=True)
            ),
            models.Index(
                fields=["overdue_at", "id"],
                name="followup_to_escalate",
                condition=Q(status="open", escalated_at__isnull=True),
            ),
            models.Index(fields=["owner", "due_at", "id"], name="followup_of_owner", condition=Q(status="open")),
            models.Index(fields=["team", "due_at", "id"], name="followup_of_team", condition=Q(status="open")),
            models.Index(fields=["due_at", "id"], name="followup_by_due"),
            models.Index(fields=["customer", "-due_at"], name="followup_by_customer"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def words(self) -> str:
        """What to do, in the reader's language."""
        return self.title or (self.plan_step.name if self.plan_step else "")

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("followups:detail", args=[self.pk])


class Outcome(models.TextChoices):
    REACHED = "reached", _("Reached")
    NO_ANSWER = "no_answer", _("No answer")
    BUSY = "busy", _("Busy")
    CALL_BACK = "call_back", _("Call back")
    WRONG_NUMBER = "wrong_number", _("Wrong number")
    REFUSED = "refused", _("Refused")


class Attempt(models.Model):
    """One try to do a follow-up, with its outcome and perhaps the next try."""

    followup = models.ForeignKey(FollowUp, models.PROTECT, related_name="attempts")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=14, choices=Outcome)
    note = models.TextField(_("note"), blank=True)
    next_at = models.DateTimeField(_("next try"), null=True, blank=True)
    submission = models.UUIDField(null=True, unique=True)

    class Meta:
        ordering = ["at", "pk"]


class FollowUpEvent(models.Model):
    """Who changed what on a follow-up. Append-only."""

    followup = models.ForeignKey(FollowUp, models.PROTECT, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    via = models.CharField(max_length=8, default="web")
    what = models.SlugField(max_length=40)
    old = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    new = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        indexes = [models.Index(fields=["followup", "-at", "-id"], name="followup_event_newest")]
