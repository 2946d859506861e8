"""What was promised to be sent, whether it left, the texts it is made of, and the heartbeat that proves the chain lives."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    PENDING = "pending", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, at=None):
        """Pending and to be tried by `at`, leased or not."""
        return self.filter(state=State.PENDING, next_try_at__lte=at or timezone.now())

    def failed(self):
        return self.filter(state=State.FAILED)


class Message(models.Model):
    """A promise to send one text to one address over one channel. It knows an address, never a customer."""

    key = models.CharField(max_length=200, unique=True, help_text="The promise: the same key never sends twice.")
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

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["next_try_at", "id"], name="message_due", condition=Q(state="pending")),
            models.Index(fields=["state", "-created_at", "-id"], name="message_by_state"),
            models.Index(fields=["-created_at", "-id"], name="message_newest"),
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


class MessageEvent(models.Model):
    """What a person did to a message: tried it again, cancelled it."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=60)
    what = models.CharField(max_length=20, choices=[("retried", _("Tried again")), ("cancelled", _("Cancelled"))])


class MessageText(models.Model):
    """The words of one kind of message in one language, edited in the settings. Absent: the words shipped with the kind."""

    kind = models.SlugField(_("kind of message"), max_length=60)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    updated_at = models.DateTimeField(auto_now=True)

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
    at = models.DateTimeField(default=timezone.now, db_index=True)
    to = models.CharField(max_length=320)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    headers = models.JSONField(default=dict)


class Heartbeat(models.Model):
    """Written each minute by beat → broker → worker: its age is how long the chain has been dead."""

    name = models.SlugField(primary_key=True)
    at = models.DateTimeField()


class HeartbeatMinute(models.Model):
    """One mark per minute in which the chain lived, kept a day: shows gaps to people."""

    minute = models.DateTimeField(primary_key=True)


class JobRun(models.Model):
    """A daily job that has run on a day: the row decides, not the memory of the clock."""

    job = models.SlugField()
    on = models.DateField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "on"], name="one_run_per_job_and_day")]
