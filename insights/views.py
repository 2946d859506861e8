"""The manager's overview: each figure with its meaning and a way to its rows."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from insights import figures, tiles
from insights.figures import Scope
from insights.forms import DashboardFilters
from insights.permissions import can_see_dashboard


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """`?team=` narrows to a team and those below it; `?days=` or `?since=&until=` choose the period."""
    if not can_see_dashboard(request.user):
        raise PermissionDenied
    filters = DashboardFilters(request.GET, user=request.user)
    since, until = filters.period()
    scope = Scope(request.user, filters.chosen_team, since, until)
    now = timezone.now()
    context = {
        "title": _("Insights"),
        "filters": filters,
        "scope": scope,
        "tiles": tiles.tiles_of(scope, now),
        "charts": tiles.charts_of(scope),
        "people": [{**row, "links": tiles.links_of_person(scope, row)} for row in figures.workload(scope, now)],
    }
    return render(request, "insights/dashboard.html", context)
