"""Search over everything, and the caller card for those who answer the telephone."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from customers import caller_card, grams, search
from customers.models import RecentlySeen
from customers.permissions import can_add, can_use

PAGE, DROP_DOWN, JSON = 20, 4, 50
LONGEST = 200


def search_page(request: HttpRequest) -> HttpResponse:
    typed = request.GET.get("q", "").strip()[:LONGEST]
    if request.GET.get("format") == "json":
        return _json(request, typed)
    drop_down = bool(request.htmx)
    groups = search.find(request.user, typed, DROP_DOWN if drop_down else PAGE)
    shown = {hit.entry.customer_id for group in groups if group.source.kind == "customer" for hit in group.hits}
    cards = [card for card in caller_card.cards_for(request.user, typed) if not card.reachable and card.pk not in shown]
    context = {
        "title": _("Search"),
        "typed": typed,
        "groups": groups,
        "cards": cards,
        "total": sum(group.count for group in groups),
        "more": any(group.more for group in groups),
        "too_short": bool(typed) and not grams.query(typed).searchable,
        "seen": recently_seen(request) if not typed else [],
        "may_add": can_add(request.user),
        "may_use": can_use(request.user),
    }
    return render(request, "customers/_search_pop.html" if drop_down else "customers/search.html", context)


def recently_seen(request: HttpRequest) -> list[RecentlySeen]:
    """The customers opened last that may still be opened."""
    from customers.models import Customer

    if not can_use(request.user):
        return []
    rows = RecentlySeen.objects.filter(user=request.user, customer__in=Customer.objects.visible_to(request.user))
    return list(rows.select_related("customer__tier", "customer__owner").order_by("-at")[:10])


def _json(request: HttpRequest, typed: str) -> JsonResponse:
    results = [
        {"kind": hit.kind, "number": hit.number, "label": hit.label, "why": hit.why, "url": hit.url}
        for group in search.find(request.user, typed, JSON)
        for hit in group.hits
    ]
    return JsonResponse({"results": results})


def caller(request: HttpRequest) -> HttpResponse:
    """Who has exactly this number, for an intake form: their cards; by `q` also whom the reader finds by a fragment."""
    typed = (request.GET.get("phone") or request.GET.get("q") or "").strip()[:LONGEST]
    cards = caller_card.cards_for(request.user, typed)
    if not cards and request.GET.get("q"):
        hits = [hit for group in search.find(request.user, typed, 8, kinds=[search.CUSTOMER]) for hit in group.hits]
        cards = caller_card.cards_of(request.user, [hit.entry.customer_id for hit in hits])
    if request.GET.get("format") == "json":
        return JsonResponse({"cards": [card.as_json() for card in cards]})
    return render(request, "customers/_caller_cards.html", {"cards": cards, "typed": typed})
