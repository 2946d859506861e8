"""What went wrong: cases with two clocks, their pauses, messages, promises and history."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.bilingual import Bilingual
from crm.outbox.models import Message
from crm.staff.models import Team
from crm.staff.scopes import reach
from crm.worktime.models import WorkCalendar
from customers.models import Customer, Purchase


class RetirableQuerySet(models.QuerySet[Any]):
    def active(self):
        """What may still be chosen."""
        return self.filter(retired_at__isnull=True)


class Category(Bilingual):
    """What a case is about. In use it is retired, not deleted."""

    team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("goes to"),
        help_text=_("Where such cases are handled. Empty: with the team of whoever takes the case in."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)

    objects = RetirableQuerySet.as_manager()

    class Meta(Bilingual.Meta):
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "pk"]
        abstract = False


class SeverityQuerySet(RetirableQuerySet):
    def default(self) -> "Severity | None":
        """What a case gets that nobody has weighed yet: the default, else the mildest one."""
        row: Severity | None = (
            self.filter(is_default=True).first() or self.active().order_by("-position", "-pk").first()
        )
        return row


class Severity(Bilingual):
    """How bad it is, and the two targets in working time that follow from it."""

    acknowledge_within = models.DurationField(
        _("acknowledge within"),
        default=timedelta(hours=4),
        help_text=_("Working time, e.g. “04:00:00” for four hours."),
    )
    resolve_within = models.DurationField(
        _("resolve within"),
        default=timedelta(hours=24),
        help_text=_("Working time: three days of eight hours are “24:00:00”."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0, help_text=_("The worst first."))
    is_default = models.BooleanField(
        _("default"), default=False, help_text=_("What a case from the public page gets until somebody has read it.")
    )
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)

    objects = SeverityQuerySet.as_manager()

    class Meta(Bilingual.Meta):
        verbose_name = _("severity and deadlines")
        verbose_name_plural = _("severities and deadlines")
        ordering = ["position", "pk"]
        abstract = False
        constraints = [
            *Bilingual.Meta.constraints,
            models.CheckConstraint(
                condition=Q(acknowledge_within__gt=timedelta(0), resolve_within__gte=F("acknowledge_within")),
                name="severity_targets_follow_each_other",
                violation_error_message=_("Resolving cannot be due before acknowledging."),
            ),
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="one_default_severity",
                violation_error_message=_("Another severity is the default already."),
            ),
            models.CheckConstraint(
                condition=~Q(is_default=True, retired_at__isnull=False),
                name="default_severity_in_use",
                violation_error_message=_("The default severity cannot be retired."),
            ),
        ]


class Status(models.TextChoices):
    NEW = "new", _("New")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    IN_PROGRESS = "in_progress", _("In progress")
    WAITING = "waiting", _("Waiting for the customer")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")


OPEN_STATUSES = (Status.NEW, Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.WAITING)

# The one drawing of a case's life. Reopening starts a round: with the work at once where one of us reopens, as NEW, to be
# acknowledged again, where the customer does.
NEXT_STATUSES: dict[str, tuple[str, ...]] = {
    Status.NEW: (Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.WAITING, Status.RESOLVED),
    Status.ACKNOWLEDGED: (Status.IN_PROGRESS, Status.WAITING, Status.RESOLVED),
    Status.IN_PROGRESS: (Status.WAITING, Status.RESOLVED),
    Status.WAITING: (Status.IN_PROGRESS, Status.RESOLVED),
    Status.RESOLVED: (Status.CLOSED, Status.IN_PROGRESS, Status.NEW),
    Status.CLOSED: (Status.IN_PROGRESS, Status.NEW),
}

NO_CLOCK = datetime(3000, 1, 1, tzinfo=UTC)  # where a case without a running clock stands in a list sorted by it


def by_clock() -> Coalesce:
    """What lists sort by: the clock that runs out next, and at the end what has no running clock."""
    return Coalesce("next_due_at", Value(NO_CLOCK, models.DateTimeField()))


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def visible_to(self, user):
        """By scope: one's own, one's team's with the teams below, or all."""
        return self.filter(reach(user, "complaints").rows())

    def open(self):
        return self.filter(status__in=OPEN_STATUSES)

    def resolved(self):
        """Resolved or closed, and not reopened since."""
        return self.filter(status__in=[Status.RESOLVED, Status.CLOSED])

    def waiting(self):
        return self.filter(status=Status.WAITING)

    def unassigned(self):
        return self.open().filter(owner__isnull=True)

    def overdue(self, at=None):
        """Open with a missed clock: not acknowledged or not resolved in time. A paused clock is not overdue."""
        return self.open().filter(next_due_at__lt=at or timezone.now())

    def complaints_only(self):
        """What counts as a complaint in every statistic: enquiries, suggestions and praise are cases, too."""
        return self.filter(kind=Complaint.Kind.COMPLAINT)

    def with_clock_order(self):
        return self.annotate(clock_order=by_clock())

    def untold(self, at=None):
        """Overdue, and the lead has not heard of this clock in this round."""
        waits = Q(acknowledged_at__isnull=True, told_acknowledge_at__isnull=True)
        works = Q(acknowledged_at__isnull=False, told_resolve_at__isnull=True)
        # Never acknowledged, and by now past its resolution, too: the second clock is told as well.
        both = Q(acknowledged_at__isnull=True, told_resolve_at__isnull=True, resolve_due_at__lt=at or timezone.now())
        return self.overdue(at).filter(waits | works | both)

    def reckoned_otherwise(self):
        """Whose running clocks follow hours or targets that have changed since, or another calendar than their team does."""
        same = Q(reckoned_by=F("calendar__revision"), resolve_within=F("severity__resolve_within")) & (
            Q(acknowledged_at__isnull=False) | Q(acknowledge_within=F("severity__acknowledge_within"))
        )
        for calendar_id, team_ids in _teams_by_calendar().items():
            same &= ~Q(team__in=team_ids) | Q(calendar=calendar_id)
        return self.open().exclude(status=Status.WAITING).filter(~same)


def _teams_by_calendar() -> dict[int, list[int]]:
    """Calendar → the teams that run by it: their own, else that of the nearest team above, else the house's."""
    rows = list(Team.objects.values_list("pk", "path", "calendar_id"))
    own = {pk: calendar_id for pk, _path, calendar_id in rows}
    default = WorkCalendar.objects.default().pk
    teams: dict[int, list[int]] = {}
    for pk, path, _calendar_id in rows:
        way = [int(part) for part in reversed(path.strip("/").split("/")) if part]
        calendar_id = next((own[step] for step in way if own.get(step)), default)
        teams.setdefault(calendar_id, []).append(pk)
    return teams


class Complaint(models.Model):
    """A case. `kind` tells complaints from enquiries, suggestions and praise; `round` counts the times it was opened."""

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", _("Complaint")
        ENQUIRY = "enquiry", _("Enquiry")
        SUGGESTION = "suggestion", _("Suggestion")
        PRAISE = "praise", _("Praise")

    class Channel(models.TextChoices):
        PHONE = "phone", _("Call")
        COUNTER = "counter", _("Counter")
        EMAIL = "email", _("E-mail")
        WEB = "web", _("Public page")
        MESSAGE = "message", _("Message")

    number = models.CharField(_("number"), max_length=24, unique=True, editable=False)
    kind = models.CharField(_("kind of case"), max_length=12, choices=Kind, default=Kind.COMPLAINT)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="complaints", verbose_name=_("customer"))
    purchase = models.ForeignKey(Purchase, models.PROTECT, null=True, blank=True, related_name="complaints")
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name=_("category"))
    severity = models.ForeignKey(Severity, models.PROTECT, verbose_name=_("severity"))
    channel = models.CharField(_("came by"), max_length=10, choices=Channel, default=Channel.PHONE)
    subject = models.CharField(_("what happened"), max_length=200)
    description = models.TextField(_("in the customer's words"), blank=True)
    wish = models.CharField(_("what the customer wants"), max_length=300, blank=True)
    team = models.ForeignKey(Team, models.PROTECT, related_name="complaints", verbose_name=_("team"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
        verbose_name=_("handler"),
    )
    status = models.CharField(_("status"), max_length=14, choices=Status, default=Status.NEW, editable=False)
    round = models.PositiveSmallIntegerField(default=1, editable=False)
    calendar = models.ForeignKey(WorkCalendar, models.PROTECT, editable=False, related_name="+")
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    round_started_at = models.DateTimeField(
        default=timezone.now,
        editable=False,
        help_text="What the clocks of this round count from; in round 1 when it was received.",
    )
    acknowledged_at = models.DateTimeField(null=True, editable=False)
    resolved_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    acknowledge_within = models.DurationField(editable=False, help_text="The target that the clock was reckoned with.")
    resolve_within = models.DurationField(editable=False)
    acknowledge_due_at = models.DateTimeField(editable=False)
    resolve_due_at = models.DateTimeField(editable=False)
    next_due_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="The clock that runs out next; null when none runs. Stored, so that lists sort by it.",
    )
    reckoned_by = models.UUIDField(
        editable=False, help_text="Revision of the calendar that the clocks were reckoned by."
    )
    told_acknowledge_at = models.DateTimeField(
        null=True, editable=False, help_text="When the lead heard of the missed acknowledgement, once a round."
    )
    told_resolve_at = models.DateTimeField(null=True, editable=False)
    resolution = models.TextField(_("how it was resolved"), blank=True)
    via = models.CharField(max_length=8, default="web", editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        permissions = [
            ("work_complaint", _("Can work on a complaint within reach")),
            ("assign_complaint", _("Can give a complaint to a colleague or team")),
        ]
        indexes = [
            models.Index(
                by_clock(),
                "id",
                name="complaint_next_clock",
                condition=Q(status__in=["new", "acknowledged", "in_progress", "waiting"]),
            ),
            models.Index(
                fields=["next_due_at"],
                name="complaint_running_clock",
                condition=Q(next_due_at__isnull=False),
            ),
            models.Index(
                fields=["owner", "team"],
                name="complaint_open_of_owner",
                condition=Q(status__in=["new", "acknowledged", "in_progress", "waiting"]),
            ),
            models.Index(fields=["-resolved_at", "-id"], name="complaint_to_be_closed", condition=Q(status="resolved")),
            models.Index(fields=["id"], name="complaint_waiting", condition=Q(status="waiting")),
            models.Index(fields=["-received_at", "-id"], name="complaint_newest"),
            models.Index(fields=["customer", "-received_at"], name="complaint_by_customer"),
            models.Index(
                fields=["resolved_at", "id"], name="complaint_by_resolution", condition=Q(resolved_at__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="complaint_status_is_known"),
            models.CheckConstraint(
                condition=~Q(status__in=["resolved", "closed"]) | Q(resolved_at__isnull=False),
                name="complaint_resolved_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="closed") | Q(closed_at__isnull=False), name="complaint_closed_has_time"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["resolved", "closed"]) | Q(resolved_at__isnull=True, closed_at__isnull=True),
                name="complaint_open_is_not_resolved",
            ),
            models.CheckConstraint(
                condition=Q(status="new") | Q(acknowledged_at__isnull=False), name="complaint_past_new_is_acknowledged"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["resolved", "closed", "waiting"]) | Q(next_due_at__isnull=True),
                name="complaint_clock_stands_when_not_worked_on",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("complaints:detail", args=[self.number])

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    def may_become(self, status: str) -> bool:
        return status in NEXT_STATUSES[self.status]


class PauseQuerySet(models.QuerySet["ComplaintPause"]):
    def over(self, at):
        """Still open although their time has come."""
        return self.filter(ended_at__isnull=True, until__lte=at)


class ComplaintPause(models.Model):
    """Time in which the clocks stand, because the customer has to answer."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="pauses")
    round = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    until = models.DateTimeField(
        null=True, help_text="When the clocks go on by themselves; null: when somebody says so."
    )
    reason = models.CharField(max_length=300, blank=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        ordering = ["started_at", "pk"]
        indexes = [models.Index(fields=["until"], name="pause_that_ends_itself", condition=Q(ended_at__isnull=True))]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint"], condition=Q(ended_at__isnull=True), name="one_open_pause_per_complaint"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="pause_ends_after_it_begins"
            ),
        ]


class ComplaintMessage(models.Model):
    """A letter between us and the customer on this case. `message` tells whether ours arrived, `refusal` why it never left."""

    class Direction(models.TextChoices):
        OUT = "out", _("to the customer")
        IN = "in", _("from the customer")

    class Kind(models.TextChoices):
        LETTER = "letter", _("Letter")
        RECEIPT = "receipt", _("Confirmation of receipt")
        RESOLUTION = "resolution", _("Letter on the resolution")

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="messages")
    direction = models.CharField(max_length=3, choices=Direction)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.LETTER)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    body = models.TextField(blank=True, help_text="Empty for what the system wrote by itself.")
    message = models.OneToOneField(Message, models.PROTECT, null=True, related_name="+")
    refusal = models.SlugField(max_length=40, blank=True, help_text="Why the contact guard did not let it go.")
    submission = models.UUIDField(null=True, unique=True)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["complaint", "at"], name="complaint_message_by_case")]
        constraints = [
            models.CheckConstraint(
                condition=Q(direction="out") | Q(message__isnull=True, refusal="", kind="letter"),
                name="only_our_letters_are_sent",
            ),
            models.CheckConstraint(condition=~Q(kind="letter") | ~Q(body=""), name="complaint_letter_says_something"),
        ]


class ComplaintPromise(models.Model):
    """What was promised to the customer, by when, and whether it was kept."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="promises")
    text = models.CharField(_("promised"), max_length=300)
    due_at = models.DateTimeField(_("until"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    kept_at = models.DateTimeField(null=True)
    submission = models.UUIDField(null=True, unique=True)

    class Meta:
        ordering = ["due_at", "pk"]

    @property
    def is_late(self) -> bool:
        """Not kept by its time, whether it was kept later or not at all."""
        return (self.kept_at or timezone.now()) > self.due_at


class ComplaintEvent(models.Model):
    """The case's history. Append-only."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    via = models.CharField(max_length=8, default="web")
    what = models.SlugField(max_length=40)
    note = models.TextField(blank=True)
    old = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    new = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        indexes = [
            models.Index(fields=["complaint", "-at", "-id"], name="complaint_event_newest"),
            models.Index(fields=["what", "at"], name="complaint_event_by_kind"),
        ]
