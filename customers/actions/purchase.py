"""A purchase typed by hand, and a return of what was bought: the rows, their place in timeline and search, in one transaction."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.look.words import number as in_words
from crm.staff.models import Team, User
from customers import search, timeline
from customers.models import Branch, Customer, CustomerEvent, Product, Purchase, PurchaseLine
from customers.models.purchase import TYPED
from customers.purchase_import.writing import purchase_entry
from customers.purchase_permissions import can_add_purchase, can_open_purchase

CLOCKS_DIFFER = timedelta(minutes=2)  # a browser's clock may go a little before ours
CENT, STORED = Decimal("0.01"), Decimal("0.0001")
LARGEST = Decimal(10) ** 12
Line = Mapping[str, Any]  # product, quantity, unit_price, and perhaps description


class PurchaseRefused(ValueError):
    """What was typed cannot be a purchase; the text says why. `field` is the form's, `row` that of the line (from 0)."""

    def __init__(self, message: str, *, field: str = "", row: int | None = None) -> None:
        super().__init__(message)
        self.message, self.field, self.row = message, field, row


def line_amount(quantity: Decimal, unit_price: Decimal) -> Decimal:
    return (quantity * unit_price).quantize(STORED, ROUND_HALF_UP)


def total_of(lines: Sequence[Line]) -> Decimal:
    """The sum of the lines, rounded once."""
    return sum((line["quantity"] * line["unit_price"] for line in lines), Decimal(0)).quantize(CENT, ROUND_HALF_UP)


@transaction.atomic
def record_purchase(
    *,
    by: User | None,
    customer: Customer,
    lines: Sequence[Line],
    happened_at: datetime,
    currency: str,
    branch: Branch | None = None,
    staff: User | None = None,
    team: Team | None = None,
    reference: str = "",
    returns_of: Purchase | None = None,
    note: str = "",
    submission: uuid.UUID | None = None,
) -> Purchase:
    """A purchase with its lines; with `returns_of` a return, whose quantities are negative.

    Raises PurchaseRefused for what cannot be: a date in the future, more returned than bought, a number given twice. The
    same `submission` again gives the purchase that it made first. `by` is None for the system.
    """
    if by is not None and not can_add_purchase(by, customer):
        raise PermissionDenied
    _one_at_a_time(submission)
    if submission and (earlier := Purchase.objects.filter(submission=submission).first()):
        return earlier
    if returns_of is not None:
        returns_of = Purchase.objects.select_for_update(of=("self",)).get(pk=returns_of.pk)
        if by is not None and not can_open_purchase(by, returns_of):
            raise PermissionDenied
    _check(customer, lines, happened_at, currency, returns_of)
    reference = _numbered(reference)
    zone = ZoneInfo(branch.timezone if branch else settings.TIME_ZONE)
    purchase = Purchase.objects.create(
        kind=Purchase.Kind.RETURN if returns_of else Purchase.Kind.SALE,
        source=TYPED,
        reference=reference,
        customer=customer,
        happened_at=happened_at,
        happened_on=happened_at.astimezone(zone).date(),
        branch=branch,
        staff=staff,
        team=team or customer.team,
        currency=currency,
        amount=total_of(lines),
        returns_of=returns_of,
        note=note,
        submission=submission,
        created_by=by,
    )
    PurchaseLine.objects.bulk_create(
        PurchaseLine(
            purchase=purchase,
            position=place,
            product=line["product"],
            description=(line.get("description") or line["product"].description)[:200],
            quantity=line["quantity"],
            unit_price=line["unit_price"],
            amount=line_amount(line["quantity"], line["unit_price"]),
        )
        for place, line in enumerate(lines, start=1)
    )
    _record(purchase, by=by, lines=len(lines))
    return purchase


def _one_at_a_time(submission: uuid.UUID | None) -> None:
    """Two sendings at once: the second waits for the first, then finds its row."""
    if submission:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(submission)])


def _check(
    customer: Customer, lines: Sequence[Line], happened_at: datetime, currency: str, returns_of: Purchase | None
) -> None:
    if happened_at > timezone.now() + CLOCKS_DIFFER:
        raise PurchaseRefused(_("This lies in the future: a purchase has happened."), field="happened_at")
    if not lines:
        raise PurchaseRefused(_("Give at least one line."))
    for row, line in enumerate(lines):
        if not line["quantity"]:
            raise PurchaseRefused(_("How many?"), field="quantity", row=row)
        if abs(line["quantity"] * line["unit_price"]) >= LARGEST:
            raise PurchaseRefused(_("The amount is too large."), field="unit_price", row=row)
        if line["quantity"] < 0 and returns_of is None:
            raise PurchaseRefused(
                _("What comes back is a return: open the purchase it was bought with, and take it back there."),
                field="quantity",
                row=row,
            )
        if line["quantity"] > 0 and returns_of is not None:
            raise PurchaseRefused(_("The quantities of a return are negative."), field="quantity", row=row)
    if abs(total_of(lines)) >= LARGEST:
        raise PurchaseRefused(_("The sum is too large."))
    if returns_of is not None:
        _check_return(customer, lines, happened_at, currency, returns_of)


def _check_return(
    customer: Customer, lines: Sequence[Line], happened_at: datetime, currency: str, bought: Purchase
) -> None:
    if bought.is_return:
        raise PurchaseRefused(_("A return cannot be returned."))
    if bought.customer_id != customer.pk:
        raise PurchaseRefused(_("Purchase %(number)s belongs to another customer.") % {"number": bought.reference})
    if bought.currency != currency:
        raise PurchaseRefused(
            _("Purchase %(number)s was paid in %(currency)s.")
            % {"number": bought.reference, "currency": bought.currency},
            field="currency",
        )
    if happened_at < bought.happened_at:
        raise PurchaseRefused(_("It was not bought yet at that time."), field="happened_at")
    left = bought.left_to_return()
    for row, line in enumerate(lines):
        product: Product = line["product"]
        if product.pk not in left:
            raise PurchaseRefused(
                _("%(product)s was not bought with %(number)s.")
                % {"product": product.code, "number": bought.reference},
                field="quantity",
                row=row,
            )
        if -line["quantity"] > left[product.pk]:
            raise PurchaseRefused(
                _("No more can be returned than was bought: of %(product)s %(left)s are left.")
                % {"product": product.code, "left": in_words(left[product.pk])},
                field="quantity",
                row=row,
            )
        left[product.pk] += line["quantity"]


def _numbered(reference: str) -> str:
    """The number that was typed, if it is free, or the next one of ours."""
    reference = " ".join(reference.split())
    with connection.cursor() as cursor:
        while not reference:
            cursor.execute("SELECT 'P-' || nextval('customers_purchase_number')")
            number = cursor.fetchone()[0]
            if not Purchase.objects.filter(source=TYPED, reference=number).exists():
                return number
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{TYPED}:{reference}"])
    if Purchase.objects.filter(source=TYPED, reference=reference).exists():
        raise PurchaseRefused(_("There is a purchase with this number already."), field="reference")
    return reference


def _record(purchase: Purchase, *, by: User | None, lines: int) -> None:
    customer = purchase.customer
    timeline.record(
        customer.pk,
        kind="purchase_return" if purchase.is_return else "purchase",
        key=purchase.pk,
        at=purchase.happened_at,
        subject=purchase.reference,
        values={"amount": str(purchase.amount), "currency": purchase.currency, "lines": lines},
        staff=purchase.staff,
        team=purchase.team,
    )
    CustomerEvent.objects.create(
        customer=customer,
        actor=by,
        via="web" if by else "task",
        what="purchase_recorded",
        new={"purchase": purchase.reference},
    )
    search.index_many(
        "purchase", [purchase_entry(purchase.pk, purchase.reference, customer.pk, customer.team_id, customer.owner_id)]
    )
