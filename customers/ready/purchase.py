"""What purchases and imports put into the registries: the "+" menu, timeline kinds, search, the line at the bell."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from crm.look import frame, words
from crm.staff import notices
from crm.staff.notices import NoticeKind
from customers import purchase_permissions, search, timeline_kinds
from customers.models import Purchase, SearchEntry
from customers.ready.customer import entries_of_visible_customers
from customers.timeline_kinds import TimelineKind


def fill() -> None:
    frame.register_new(
        frame.NewItem(
            "purchase",
            gettext_lazy("Purchase"),
            "shopping-bag",
            "customers:purchase_new",
            30,
            allowed=purchase_permissions.can_add_purchase,
            shortcut="p",
        )
    )
    _timeline()
    _search()
    notices.register(
        NoticeKind("import_done", gettext_lazy("Imported: %(file)s, %(rows)s rows"), "file-import", fill=_with_figures)
    )
    notices.register(NoticeKind("import_failed", gettext_lazy("Not imported: %(file)s"), "alert-triangle"))


def _with_figures(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "rows": words.number(values.get("rows"))}


def _timeline() -> None:
    group = gettext_lazy("Purchases")
    for key, said, icon in (
        ("purchase", gettext_lazy("Bought for %(amount)s"), "shopping-bag"),
        ("purchase_return", gettext_lazy("Returned for %(amount)s"), "arrow-back-up"),
    ):
        timeline_kinds.register(TimelineKind(key, said, icon, "customers", group, url=_purchase_url, fill=_with_money))


def _with_money(values: dict[str, Any]) -> dict[str, Any]:
    """What was paid or paid back, without the minus of a return: the words say which way the money went."""
    try:
        amount = abs(float(values.get("amount", 0)))
    except (TypeError, ValueError):
        amount = 0.0
    return {**values, "amount": words.money(amount, str(values.get("currency", "")))}


def _purchase_url(entry: Any) -> str:
    return reverse("customers:purchase", args=[entry.key]) if str(entry.key).isdecimal() else ""


def _search() -> None:
    search.register(
        search.SearchSource(
            "purchase",
            label=gettext_lazy("Purchases"),
            icon="shopping-bag",
            visible=entries_of_visible_customers,
            url=lambda entry: reverse("customers:purchase", args=[entry.key]),
            number=lambda entry: entry.label,
            details=_details,
            position=30,
        )
    )


def _details(entries: list[SearchEntry]) -> dict[str, Any]:
    """Whose, when, how much; one query."""
    rows = Purchase.objects.select_related("customer").in_bulk([int(entry.key) for entry in entries])
    return {
        str(row.pk): " · ".join(
            (row.customer.title, words.day(row.happened_on, timezone.now()), words.money(row.amount, row.currency))
        )
        for row in rows.values()
    }
