"""What was bought, where, from whom: purchases with their lines, products, branches."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.bilingual import Bilingual
from crm.staff.models import Team
from customers.models.customer import Customer

TYPED = "revisit"  # the source of what is typed by hand: no imported file may call itself so


class BranchQuerySet(models.QuerySet["Branch"]):
    def active(self):
        return self.filter(retired_at__isnull=True)


class Branch(Bilingual):
    """A place of ours. Its zone decides which day a purchase belongs to."""

    timezone = models.CharField(_("time zone"), max_length=60, default=settings.TIME_ZONE)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, verbose_name=_("team"))
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = BranchQuerySet.as_manager()

    class Meta(Bilingual.Meta):
        verbose_name = _("branch")
        verbose_name_plural = _("branches")
        ordering = ["pk"]
        abstract = False


class ProductQuerySet(models.QuerySet["Product"]):
    def active(self):
        return self.filter(retired_at__isnull=True)

    def matching(self, text: str):
        """Whose code begins with the text, or whose code or description has each of its words; the nearest codes first."""
        found = self
        for word in text.split():
            found = found.filter(Q(code__icontains=word) | Q(description__icontains=word))
        begins = models.Case(models.When(code__istartswith=text.strip(), then=0), default=1)
        return found.order_by(begins, "code")


class Product(models.Model):
    """Something we sell. Codes are case-sensitive: real stock lists hold both 15056BL and 15056bl."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    described_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="Of the imported row that described it last; null: typed, imports leave it.",
    )
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.description}".strip()


class PurchaseQuerySet(models.QuerySet["Purchase"]):
    def visible_to(self, user):
        """A purchase is seen by whoever may open its customer."""
        return self.filter(customer__in=Customer.objects.visible_to(user))


class Purchase(models.Model):
    """One sale or return. `happened_on` is the local day at the branch, stored: days are what care counts."""

    class Kind(models.TextChoices):
        SALE = "sale", _("Sale")
        RETURN = "return", _("Return")

    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.SALE)
    source = models.CharField(_("source"), max_length=60, default=TYPED, help_text="revisit: typed by hand")
    reference = models.CharField(_("number"), max_length=120)
    # Two keys without an index of their own: purchase_by_customer serves, and nobody asks by who typed it.
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="purchases", db_index=False)
    happened_at = models.DateTimeField(_("when"))
    happened_on = models.DateField(editable=False)
    branch = models.ForeignKey(Branch, models.PROTECT, null=True, blank=True, verbose_name=_("branch"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="sales", verbose_name=_("sold by")
    )
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team"))
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    amount = models.DecimalField(
        _("amount"), max_digits=14, decimal_places=2, help_text="Sum of the lines, rounded once."
    )
    country = models.CharField(_("country"), max_length=60, blank=True)
    returns_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="returned_by")
    note = models.TextField(_("note"), blank=True)
    import_run = models.ForeignKey("customers.ImportRun", models.PROTECT, null=True, editable=False, related_name="+")
    submission = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )

    objects = PurchaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("purchase")
        verbose_name_plural = _("purchases")
        constraints = [
            models.UniqueConstraint(fields=["source", "reference"], name="one_purchase_per_source_and_number"),
            models.CheckConstraint(condition=Q(returns_of__isnull=True) | Q(kind="return"), name="only_returns_return"),
        ]
        indexes = [
            models.Index(fields=["customer", "-happened_at", "-id"], name="purchase_by_customer"),
            models.Index(fields=["-happened_at", "-id"], name="purchase_newest"),
            models.Index(fields=["created_at", "id"], name="purchase_by_arrival"),
            models.Index(fields=["happened_on", "team"], name="purchase_by_day"),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("customers:purchase", args=[self.pk])

    @property
    def is_return(self) -> bool:
        return self.kind == self.Kind.RETURN

    @property
    def is_typed(self) -> bool:
        return self.source == TYPED

    def left_to_return(self) -> dict[int, Decimal]:
        """By product: what was bought here and not returned yet, as far as returns name this purchase."""
        left: dict[int, Decimal] = {}
        lines = PurchaseLine.objects.filter(Q(purchase=self) | Q(purchase__returns_of=self))
        for product_id, quantity in lines.values_list("product").annotate(models.Sum("quantity")):
            left[product_id] = max(quantity, Decimal(0))
        return left


class PurchaseLine(models.Model):
    """One line. Its identity is its position in file order: real files hold equal lines on purpose."""

    purchase = models.ForeignKey(
        Purchase, models.PROTECT, related_name="lines", db_index=False
    )  # the unique one serves
    position = models.PositiveIntegerField()
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("product"))
    description = models.CharField(_("description"), max_length=200, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=3)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=4)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=4)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["purchase", "position"], name="one_line_per_position")]
