"""Whose is it to be? Any fragment of a customer finds them; the page that asked goes on with `?customer=`."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from customers import search
from customers.models import Customer, RecentlySeen

FOUND = 12


def choose(request: HttpRequest, *, title: str, question: str, crumbs: list[tuple[str, str]]) -> HttpResponse:
    """Asks for the customer of something new; `crumbs` are addresses with their words."""
    typed = request.GET.get("q", "").strip()[:100]
    groups = search.find(request.user, typed, FOUND, kinds=["customer"]) if typed else []
    context = {
        "title": title,
        "question": question,
        "crumbs": crumbs,
        "typed": typed,
        "hits": [hit for group in groups for hit in group.hits],
        "seen": [] if typed else _recently_seen(request),
    }
    return render(request, "customers/whose.html", context)


def _recently_seen(request: HttpRequest) -> list[Customer]:
    """The customers that the reader opened last and may still open."""
    visible = Customer.objects.visible_to(request.user).filter(merged_into__isnull=True)
    seen = RecentlySeen.objects.filter(user=request.user, customer__in=visible).select_related("customer__tier")
    return [row.customer for row in seen.order_by("-at")[:FOUND]]
