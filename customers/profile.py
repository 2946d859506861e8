"""Figures about customers for the list and the head of their page: last contact, last purchase, what they bought."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, Max, Min, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from customers import phones
from customers.models import ContactPoint, Customer, Interaction, Purchase


@dataclass(frozen=True)
class ListFacts:
    """What the list shows of one customer besides its own fields."""

    phone: str = ""
    contact_at: datetime | None = None
    channel: Any = ""
    purchase_at: datetime | None = None


def list_facts(customers: Sequence[Customer]) -> dict[int, ListFacts]:
    """Preferred telephone, last contact and last purchase of a page of customers, in one query by index."""
    ids = [customer.pk for customer in customers]
    contact = Interaction.objects.filter(customer=OuterRef("pk")).order_by("-at", "-pk")
    purchase = Purchase.objects.filter(customer=OuterRef("pk")).order_by("-happened_at", "-pk")
    phone = ContactPoint.objects.filter(customer=OuterRef("pk"), kind="phone").order_by("-preferred", "pk")
    rows = Customer.objects.filter(pk__in=ids).values_list(
        "pk",
        Subquery(phone.values("normalised")[:1]),
        Subquery(contact.values("at")[:1]),
        Subquery(contact.values("channel")[:1]),
        Subquery(purchase.values("happened_at")[:1]),
    )
    channels = dict(Interaction.Channel.choices)
    return {
        pk: ListFacts(phones.shown(number) if number else "", contact_at, channels.get(channel, ""), purchase_at)
        for pk, number, contact_at, channel, purchase_at in rows
    }


def points(customer: Customer) -> list[ContactPoint]:
    """The ways to reach a customer; `alone` says that there is no other of the kind, so that "preferred" says nothing."""
    found = list(customer.contact_points.all())
    kinds = Counter(point.kind for point in found)
    for point in found:
        point.alone = kinds[point.kind] == 1  # type: ignore[attr-defined]
    return found


@dataclass(frozen=True)
class PurchaseFacts:
    """What a customer bought, net of returns, in one currency."""

    currency: str
    year: Decimal
    total: Decimal
    sales: int
    first_at: datetime
    last_at: datetime


def purchase_facts(customer: Customer) -> list[PurchaseFacts]:
    """One for each currency, the one bought in last first: totals never cross currencies."""
    since = timezone.now() - timedelta(days=365)
    zero = Value(Decimal(0), output_field=DecimalField(max_digits=16, decimal_places=2))
    rows = (
        Purchase.objects.filter(customer=customer)
        .values("currency")
        .annotate(
            year=Coalesce(Sum("amount", filter=Q(happened_at__gte=since)), zero),
            total=Sum("amount"),
            sales=Count("pk", filter=Q(kind="sale")),
            first_at=Min("happened_at"),
            last_at=Max("happened_at"),
        )
        .order_by(F("last_at").desc())
    )
    return [PurchaseFacts(**row) for row in rows]
