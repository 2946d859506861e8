"""What was promised to be sent, whether it left, the texts it is made of, and the heartbeat of the chain that sends."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Case, Count, F, Max, Q, Value, When
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.outbox import kinds, words
from crm.outbox.kinds import MessageKind

LEASE_FROM_ANOTHER_TIME = timedelta(hours=1)  # no lease is that long: the clock was set back


GIVEN_BACK_FOR = timedelta(seconds=20)  # the mail server is away: soon again, for nobody's fault


class State(models.TextChoices):
    PENDING = "pending", pgettext_lazy("message", "Waiting")
    SENT = "sent", pgettext_lazy("message", "Sent")
    FAILED = "failed", pgettext_lazy("message", "Failed")
    CANCELLED = "cancelled", pgettext_lazy("message", "Cancelled")


class Rank(models.IntegerChoices):
    """What needs a hand first. Stored by the database, so that one index serves the list and each of its tabs."""

    FAILED = 0, pgettext_lazy("message", "Failed")
    AGAIN = 1, pgettext_lazy("message", "Trying again")
    WAITING = 2, pgettext_lazy("message", "Waiting")
    SENT = 3, pgettext_lazy("message", "Sent")
    CANCELLED = 4, pgettext_lazy("message", "Cancelled")


class MessageQuerySet(models.QuerySet["Message"]):
    def pending(self):
        return self.filter(state=State.PENDING)

    def due(self, at: datetime | None = None):
        """Pending and to be tried by `at`, leased or not."""
        return self.pending().filter(next_try_at__lte=at or timezone.now())

    def unleased(self, at: datetime | None = None):
        """In nobody's hand, or in the hand of somebody whose time is up (or was given under a clock since set back)."""
        at = at or timezone.now()
        return self.filter(
            Q(lease_until__isnull=True) | Q(lease_until__lt=at) | Q(lease_until__gt=at + LEASE_FROM_ANOTHER_TIME)
        )

    def sent(self):
        return self.filter(state=State.SENT)

    def failed(self):
        return self.filter(state=State.FAILED)

    def cancelled(self):
        return self.filter(state=State.CANCELLED)

    def by_kind(self):
        """Per kind: how many were promised and what became of them; `slowest` from their time to their sending."""
        states = {
            state.value: Count("pk", filter=Q(state=state)) for state in (State.SENT, State.FAILED, State.CANCELLED)
        }
        waiting = {rank.name.lower(): Count("pk", filter=Q(rank=rank)) for rank in (Rank.AGAIN, Rank.WAITING)}
        slowest = Max(F("finished_at") - F("send_after"), filter=Q(state=State.SENT))
        last = Max("finished_at", filter=Q(state=State.SENT))
        return (
            self.values("kind")
            .annotate(promised=Count("pk"), **states, **waiting, slowest=slowest, last=last)
            .order_by("kind")
        )


class Message(models.Model):
    """A promise to send one text to one address over one channel. It knows an address, never a customer."""

    key = models.CharField(max_length=200, unique=True, help_text="The promise: the same key never sends twice.")
    kind = models.SlugField(max_length=60, default="", blank=True)
    channel = models.SlugField(default="email")
    address = models.CharField(max_length=320)
    language = models.CharField(max_length=10, choices=settings.LANGUAGES, default="en")
    subject = models.CharField(max_length=300)
    body = models.TextField(blank=True, help_text="Emptied some days after sending.")
    secrets = models.JSONField(
        default=dict, blank=True, help_text="Name of a placeholder in the body → [registered link, id of its row]."
    )
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    send_after = models.DateTimeField(default=timezone.now)
    next_try_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True, help_text="When it was sent, failed or cancelled.")
    rank = models.GeneratedField(
        expression=Case(
            When(state="failed", then=Value(0)),
            When(Q(state="pending") & ~Q(last_error=""), then=Value(1)),
            When(state="pending", then=Value(2)),
            When(state="sent", then=Value(3)),
            default=Value(4),
        ),
        output_field=models.SmallIntegerField(choices=Rank),
        db_persist=True,
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("message", "message")
        verbose_name_plural = pgettext_lazy("message", "messages")
        indexes = [
            models.Index(fields=["next_try_at", "id"], name="message_due", condition=Q(state="pending")),
            models.Index(fields=["rank", "-created_at", "-id"], name="message_by_rank"),
            models.Index(fields=["-created_at", "-id"], name="message_newest"),
            models.Index(fields=["kind", "rank", "-created_at", "-id"], name="message_by_kind"),
            models.Index(OpClass(Upper("address"), name="text_pattern_ops"), name="message_by_address"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="message_state_is_known"),
            models.CheckConstraint(
                condition=Q(state="pending", finished_at__isnull=True)
                | (~Q(state="pending") & Q(finished_at__isnull=False, lease_token__isnull=True)),
                name="message_finished_has_time_and_no_lease",
            ),
            models.CheckConstraint(
                condition=Q(lease_token__isnull=True, lease_until__isnull=True)
                | Q(lease_token__isnull=False, lease_until__isnull=False),
                name="message_lease_has_token_and_end",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def label(self) -> str:
        """What kind of message it is, in the reader's language."""
        kind = kinds.find(self.kind)
        return str(kind.label) if kind else self.kind

    @property
    def rank_label(self) -> str:
        return str(Rank(self.rank).label)

    @property
    def is_due(self) -> bool:
        return self.state == State.PENDING and self.next_try_at <= timezone.now()

    @property
    def shown_body(self) -> str:
        """The words with dots where a secret goes: the only form in which pages show them."""
        return words.hide(self.body)

    @property
    def kept_until(self) -> datetime | None:
        """When the words go; None while it is not finished."""
        return self.finished_at + timedelta(days=settings.OUTBOX_KEEP_DAYS) if self.finished_at else None

    @property
    def took(self) -> timedelta | None:
        """From its time to its end."""
        return max(self.finished_at - self.send_after, timedelta(0)) if self.finished_at else None

    @property
    def can_be_cancelled(self) -> bool:
        return self.state in (State.PENDING, State.FAILED)

    @property
    def can_be_retried(self) -> bool:
        return self.rank in (Rank.FAILED, Rank.AGAIN)


class What(models.TextChoices):
    PUT_OFF = "put_off", _("Tried, put off")
    GAVE_UP = "gave_up", _("Gave up")
    RETRIED = "retried", _("To be tried again")
    CANCELLED = "cancelled", pgettext_lazy("message", "Cancelled")


class MessageEvent(models.Model):
    """A try that went wrong, or what a person did to a message. Append-only."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=60, blank=True, help_text="User name; empty: the machine.")
    what = models.CharField(max_length=20, choices=What)
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.message_id} {self.what}"


class MessageTextQuerySet(models.QuerySet["MessageText"]):
    def words(self, kind: MessageKind, language: str) -> tuple[str, str]:
        """Subject and body of a kind in a language: edited if they were, else as shipped."""
        edited = self.filter(kind=kind.key, language=language).first()
        return (edited.subject, edited.body) if edited else kind.shipped(language)


class MessageText(models.Model):
    """The words of one kind of message in one language, as people edited them. Absent: those shipped with the kind."""

    kind = models.SlugField(_("kind of message"), max_length=60)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    subject = models.CharField(pgettext_lazy("message", "subject"), max_length=200, blank=True)
    body = models.TextField(pgettext_lazy("message", "text"))
    updated_at = models.DateTimeField(auto_now=True)

    objects = MessageTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("message text")
        verbose_name_plural = _("message texts")
        ordering = ["kind", "language"]
        constraints = [models.UniqueConstraint(fields=["kind", "language"], name="one_text_per_kind_and_language")]

    def __str__(self) -> str:
        return f"{self.kind} ({self.language})"


class MailboxMail(models.Model):
    """A mail that the embedded default received instead of a mail server, shown at /mailbox/."""

    message_id = models.CharField(max_length=300, unique=True)
    at = models.DateTimeField(default=timezone.now)
    to = models.CharField(max_length=320)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    html = models.TextField(blank=True)
    size = models.PositiveIntegerField(default=0, help_text="Bytes as sent.")
    headers = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("mail in the mailbox")
        verbose_name_plural = pgettext_lazy("message", "mailbox")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at", "-id"], name="mailbox_newest")]

    def __str__(self) -> str:
        return self.subject

    @property
    def sender(self) -> str:
        return self.headers.get("From", "")

    @property
    def can_opt_out(self) -> bool:
        return "List-Unsubscribe" in self.headers


class Heartbeat(models.Model):
    """Written each minute by beat → broker → worker: its age is how long the chain has been dead."""

    CHAIN = "chain"

    name = models.SlugField(primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class HeartbeatMinute(models.Model):
    """One mark per minute in which the chain lived, kept a day: shows gaps to people."""

    minute = models.DateTimeField(primary_key=True)

    def __str__(self) -> str:
        return self.minute.isoformat()


# What the health page calls the daily jobs of this app; others show their key.
JOBS = {"outbox-clean-up": _("Old words and marks removed")}


class JobRun(models.Model):
    """A daily job that has run on a day: the row decides, not the memory of the clock."""

    job = models.SlugField()
    on = models.DateField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "on"], name="one_run_per_job_and_day")]

    def __str__(self) -> str:
        return f"{self.job} {self.on}"

    @property
    def label(self) -> str:
        return str(JOBS.get(self.job, self.job))
