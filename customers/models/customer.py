"""The customer, how to reach them, what they are called elsewhere, and who spoke with them."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from crm.bilingual import Bilingual
from crm.staff.models import Team
from crm.staff.scopes import reach


class Tier(Bilingual):
    """Value level of a customer: VIP, key, normal, small."""

    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(Bilingual.Meta):
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["position", "pk"]
        abstract = False


class CustomerQuerySet(models.QuerySet["Customer"]):
    def live(self):
        """Neither merged into another one nor archived."""
        return self.filter(merged_into__isnull=True, archived_at__isnull=True)

    def unmerged(self):
        return self.filter(merged_into__isnull=True)

    def visible_to(self, user):
        """Whose full record this reader may open: by scope, by ownership, or because access was given for a reason."""
        scope = reach(user, "customers")
        if scope.everything:
            return self
        moment = now()
        given = CustomerAccess.objects.filter(
            Q(user=user) | Q(team__in=scope.own_team_ids),
            Q(until__isnull=True) | Q(until__gt=moment),
            customer=OuterRef("pk"),
        )
        return self.filter(scope.rows() | Exists(given))


class Customer(models.Model):
    """A person or an organisation we serve or want to. The name may be empty: purchase files know only a number."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        ORGANISATION = "organisation", _("Organisation")

    class Lifecycle(models.TextChoices):
        POTENTIAL = "potential", _("Potential")
        PROSPECT = "prospect", _("Prospect")
        CUSTOMER = "customer", _("Customer")
        LOYAL = "loyal", _("Loyal")
        DORMANT = "dormant", _("Dormant")
        LOST = "lost", _("Lost")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.PERSON)
    name = models.CharField(_("name"), max_length=200, blank=True)
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    sort_key = models.CharField(
        max_length=240, blank=True, editable=False, help_text="Pinyin: the database cannot sort."
    )
    number = models.CharField(
        _("number"), max_length=24, unique=True, editable=False, help_text="The current one, beside its CustomerNumber."
    )
    region = models.CharField(_("region"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="zh-hans")
    timezone = models.CharField(_("time zone"), max_length=60, default=settings.TIME_ZONE)
    tier = models.ForeignKey(Tier, models.PROTECT, null=True, blank=True, verbose_name=_("tier"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="customers",
        verbose_name=_("owner"),
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="customers", verbose_name=_("team")
    )
    lifecycle = models.CharField(_("lifecycle"), max_length=12, choices=Lifecycle, default=Lifecycle.CUSTOMER)
    notes = models.TextField(_("notes"), blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="merged"
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)
    updated_at = models.DateTimeField(default=now, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    import_run = models.ForeignKey("customers.ImportRun", models.PROTECT, null=True, editable=False, related_name="+")

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        permissions = [
            ("log_contact", _("Can log a contact with any customer")),
            ("import_purchases", _("Can import purchases")),
        ]
        indexes = [
            models.Index(fields=["sort_key", "id"], name="customer_by_name"),
            models.Index(fields=["-created_at", "-id"], name="customer_newest"),
            models.Index(fields=["team", "sort_key", "id"], name="customer_by_team_name"),
            models.Index(fields=["owner", "sort_key", "id"], name="customer_by_owner_name"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="customer_not_merged_into_itself")
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def title(self) -> str:
        """What heads the page: the name, or the number where no name is known."""
        return self.name or self.number

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("customers:detail", args=[self.number])


class CustomerNumber(models.Model):
    """Every number this customer ever had: after a merge both still find them."""

    number = models.CharField(max_length=24, unique=True)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="numbers")
    is_current = models.BooleanField(default=True)


class ExternalReference(models.Model):
    """What another system calls this customer."""

    source = models.CharField(_("source"), max_length=60)
    reference = models.CharField(_("reference"), max_length=120)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="references")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "reference"], name="one_customer_per_reference")]


class ContactPointQuerySet(models.QuerySet["ContactPoint"]):
    def current(self, on=None):
        on = on or localdate()
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=on), Q(valid_to__isnull=True) | Q(valid_to__gte=on)
        )


class ContactPoint(models.Model):
    """One way to reach a customer, as typed and normalised (E.164, lower-case address). Not unique: families share."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("Telephone")
        EMAIL = "email", _("E-mail")
        MESSENGER = "messenger", _("Messenger")
        ADDRESS = "address", _("Address")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contact_points")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    value = models.CharField(_("value"), max_length=320)
    normalised = models.CharField(max_length=320, editable=False)
    preferred = models.BooleanField(_("preferred"), default=False)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = ContactPointQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "-preferred", "pk"]
        indexes = [  # pattern_ops: the index also finds beginnings, whatever the database's collation
            models.Index(
                fields=["kind", "normalised"],
                name="contact_point_lookup",
                opclasses=["varchar_ops", "varchar_pattern_ops"],
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["customer", "kind", "normalised"], name="contact_point_once_per_customer"),
            models.UniqueConstraint(
                fields=["customer", "kind"], condition=Q(preferred=True), name="one_preferred_contact_point_per_kind"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=models.F("valid_from")),
                name="contact_point_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Interaction(models.Model):
    """One contact that took place, written down by the person who had it."""

    class Channel(models.TextChoices):
        PHONE = "phone", _("Call")
        VISIT = "visit", _("Visit")
        EMAIL = "email", _("E-mail")
        MESSAGE = "message", _("Message")
        COUNTER = "counter", _("Counter")

    class Direction(models.TextChoices):
        IN = "in", _("from the customer")
        OUT = "out", _("to the customer")

    class Outcome(models.TextChoices):
        REACHED = "reached", _("reached")
        NO_ANSWER = "no_answer", _("no answer")
        BUSY = "busy", _("busy")
        CALL_BACK = "call_back", _("will call back")
        WRONG_NUMBER = "wrong_number", _("wrong number")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="interactions")
    at = models.DateTimeField(_("when"), default=now)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.PHONE)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, default=Direction.OUT)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    summary = models.TextField(_("what was said"))
    outcome = models.CharField(_("outcome"), max_length=20, blank=True)
    submission = models.UUIDField(null=True, unique=True, help_text="Of the form that wrote it: twice sent, once kept.")
    created_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["customer", "-at", "-id"], name="interaction_by_customer")]


class CustomerAccessQuerySet(models.QuerySet["CustomerAccess"]):
    def open_to(self, user, at):
        """What was given to this person or to their team and has not ended at `at`."""
        return self.filter(
            Q(user=user) | Q(team__in=reach(user, "customers").own_team_ids), Q(until__isnull=True) | Q(until__gt=at)
        )


class CustomerAccess(models.Model):
    """Opens one customer to somebody outside its scope, for a reason: a complaint they handle, a follow-up they own."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="access")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=80, help_text="kind:id of what gave it, e.g. complaint:12")
    until = models.DateTimeField(null=True, blank=True)

    objects = CustomerAccessQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, team__isnull=True) | Q(user__isnull=True, team__isnull=False),
                name="customer_access_is_for_a_user_or_a_team",
            ),
            models.UniqueConstraint(
                fields=["customer", "user", "team", "reason"],
                nulls_distinct=False,
                name="customer_access_once_per_reason",
            ),
        ]
        indexes = [models.Index(fields=["user", "customer"], name="customer_access_of_user")]


class CustomerEvent(models.Model):
    """Who changed what on a customer, from what to what. Append-only."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="events")
    at = models.DateTimeField(default=now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    via = models.CharField(
        max_length=8, default="web", choices=[(v, v) for v in ("web", "import", "task", "api", "public")]
    )
    what = models.SlugField(max_length=40)
    version = models.PositiveIntegerField(
        null=True, help_text="The customer's version after this change of its fields."
    )
    old = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    new = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        indexes = [models.Index(fields=["customer", "-at", "-id"], name="customer_event_newest")]


class RecentlySeen(models.Model):
    """The customers somebody opened last."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "customer"], name="recently_seen_once")]
        indexes = [models.Index(fields=["user", "-at"], name="recently_seen_newest")]
