"""The panel of purchases on the customer's page: the last ones, what they come to, on how many days something was bought."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template
from django.db.models import Count, Max, Q, Sum

from crm.look import words
from customers.models import Customer, Purchase
from customers.purchase_permissions import can_add_purchase, can_see_purchases

register = template.Library()

SHOWN = 5


@register.filter
def price(value: Decimal | None) -> str:
    """A price or amount without its currency: with two decimals, or as many more as it has."""
    if value is None:
        return ""
    exponent = value.normalize().as_tuple().exponent
    return words.number(value, max(2, -exponent if isinstance(exponent, int) else 2))


@dataclass(frozen=True)
class Net:
    """What was bought less what came back, in one currency; `days` are those on which something was bought."""

    currency: str
    total: Decimal
    days: int


@register.inclusion_tag("customers/_purchase_panel.html", takes_context=True)
def purchase_panel(context: Any, customer: Customer) -> dict[str, Any]:
    """Whoever may open the customer sees their purchases."""
    user = context["request"].user
    may_see = can_see_purchases(user)
    rows = customer.purchases.all() if may_see else Purchase.objects.none()
    return {
        "rows": list(rows.order_by("-happened_at", "-pk")[:SHOWN]),
        "nets": _nets(rows) if may_see else [],
        "may_see": may_see,
        "may_add": can_add_purchase(user, customer),
        "customer": customer,
        "request": context["request"],
    }


def _nets(rows: Any) -> list[Net]:
    """One for each currency, the one paid in last first: totals never cross currencies."""
    found = rows.values("currency").annotate(
        total=Sum("amount"),
        days=Count("happened_on", distinct=True, filter=Q(kind=Purchase.Kind.SALE)),
        last=Max("happened_at"),
    )
    return [Net(row["currency"], row["total"], row["days"]) for row in found.order_by("-last")]
