"""What the contact guard reads and writes: contacts made, refusals with their reason, opt-outs, the rules."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.outbox.models import Message
from crm.staff.models import Team
from customers.models.customer import Customer


class Purpose(models.TextChoices):
    COMPLAINT = "complaint", _("Answer to a complaint")
    SURVEY = "survey", _("Survey")
    CARE = "care", _("Care")


class ContactMadeQuerySet(models.QuerySet["ContactMade"]):
    def counting(self):
        """Contacts that count: made by a person, sent, or on their way; not those that failed or were cancelled."""
        return self.exclude(message__state__in=["failed", "cancelled"])


class ContactMade(models.Model):
    """A contact sent or made, whichever app made it. The guard and the pressure reports read only this."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contacts_made")
    at = models.DateTimeField(default=timezone.now)
    channel = models.CharField(max_length=10)
    purpose = models.CharField(max_length=12, choices=Purpose)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    message = models.OneToOneField(Message, models.PROTECT, null=True, related_name="+")

    objects = ContactMadeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["customer", "purpose", "-at"], name="contact_made_newest")]


class ContactRefusal(models.Model):
    """A contact that the guard did not allow, with why."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contact_refusals")
    at = models.DateTimeField(default=timezone.now)
    channel = models.CharField(max_length=10)
    purpose = models.CharField(max_length=12, choices=Purpose)
    reason = models.SlugField(max_length=40)

    class Meta:
        indexes = [models.Index(fields=["customer", "-at"], name="contact_refusal_newest")]


class OptOut(models.Model):
    """A customer who wants no more messages of this channel. Absolute until withdrawn by the customer."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="opt_outs")
    channel = models.CharField(max_length=10, default="email")
    at = models.DateTimeField(default=timezone.now)
    source = models.CharField(max_length=20, help_text="link, staff, one-click")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "channel"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_open_opt_out_per_channel",
            )
        ]


class GuardRule(models.Model):
    """The thresholds of the contact guard: one row, edited in the settings."""

    survey_every_days = models.PositiveSmallIntegerField(
        _("days between two surveys"), default=30, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )

    class Meta:
        verbose_name = _("contact guard")
        verbose_name_plural = _("contact guard")

    def __str__(self) -> str:
        return str(_("contact guard"))

    @classmethod
    def current(cls) -> "GuardRule":
        return cls.objects.order_by("pk").first() or cls()
