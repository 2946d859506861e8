"""My day: today's list and the call card of one item beside it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from followups import permissions
from followups.forms import AttemptForm
from followups.models import FollowUp, Kind
from followups.my_day import card_of, day_of


def my_day(request: HttpRequest) -> HttpResponse:
    """`?open=ID` shows that item's card; without it the first one. `?kind=` narrows to calls, visits or messages."""
    kind = request.GET.get("kind", "")
    day = day_of(request.user, timezone.now(), kind)
    chosen = _chosen(request, day)
    context = {
        "day": day,
        "chosen": chosen,
        "asked_for": "open" in request.GET,
        "kind": kind if kind in Kind.values else "",
        "kinds": [(value, label, day.kinds[value]) for value, label in Kind.choices],
    }
    if chosen:
        context |= card_context(request, chosen)
    return render(request, "followups/my_day.html", context)


def card_context(request: HttpRequest, followup: FollowUp, form: AttemptForm | None = None) -> dict:
    return {
        "card": card_of(request.user, followup),
        "form": form or AttemptForm(),
        "can_work": permissions.can_work(request.user, followup) and followup.status == FollowUp.Status.OPEN,
        "followup": followup,
    }


def _chosen(request: HttpRequest, day) -> FollowUp | None:
    wanted = request.GET.get("open", "")
    rows = [*day.rows, *day.queue, *day.later]
    if wanted.isdecimal():
        for row in rows:
            if row.pk == int(wanted):
                return row
        return (
            FollowUp.objects.visible_to(request.user)
            .select_related("customer", "customer__tier", "plan_step", "owner", "team")
            .filter(pk=min(int(wanted), 2**63 - 1))
            .first()
        )
    return day.rows[0] if day.rows else None
