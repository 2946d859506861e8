"""The list of cases, sorted by what runs out next."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import permissions
from complaints.forms.filters import ComplaintFilters
from complaints.models import Complaint, Status
from complaints.standing import PREFETCHED, RELATED, Standing, with_clocks
from crm.look.filters import Tab
from crm.look.paging import Sort, count_up_to, paginate

CLOCK = Sort("clock", gettext_lazy("Next clock"), ("clock_order", "pk"))
NEWEST = Sort("newest", gettext_lazy("Received"), ("-received_at", "-pk"))
SUBJECT = Sort("number", gettext_lazy("Complaint"), ("number", "pk"))
SEVERITY = Sort("severity", gettext_lazy("Severity"), ("severity__position", "severity_id", "pk"))
RESOLVED = Sort("resolved", gettext_lazy("Resolved"), ("-resolved_at", "-pk"))
SORTS = [CLOCK, NEWEST, SUBJECT, SEVERITY]

# Saved views: key, words, rows, whether its tab counts.
VIEWS: dict[str, tuple[object, Callable]] = {
    "open": (gettext_lazy("Open"), lambda rows, user, now: rows.open()),
    "mine": (gettext_lazy("Mine"), lambda rows, user, now: rows.open().filter(owner=user)),
    "unassigned": (gettext_lazy("Not assigned"), lambda rows, user, now: rows.unassigned()),
    "overdue": (gettext_lazy("Overdue"), lambda rows, user, now: rows.overdue(now)),
    "waiting": (gettext_lazy("Waiting"), lambda rows, user, now: rows.waiting()),
    "resolved": (gettext_lazy("Resolved, to be closed"), lambda rows, user, now: rows.filter(status=Status.RESOLVED)),
    "all": (gettext_lazy("All"), lambda rows, user, now: rows),
}
UNCOUNTED = ("all",)
# What was ever taken in is looked through by its time; only open cases have clocks to sort by.
DEFAULT_SORT = {"resolved": "resolved", "all": "newest"}


def complaint_list(request: HttpRequest) -> HttpResponse:
    if not permissions.can_read_any(request.user):
        raise PermissionDenied("complaints.view_complaint")
    now = timezone.now()
    view = request.GET.get("view", "open")
    view = view if view in VIEWS else "open"
    filters = ComplaintFilters(request.GET, user=request.user)
    visible = filters.narrow(Complaint.objects.visible_to(request.user))
    rows = VIEWS[view][1](visible, request.user, now)
    listed = rows.with_clock_order().select_related("customer", "customer__tier", "owner", "team", "category", *RELATED)
    sorts = [*SORTS, RESOLVED] if view == "resolved" else SORTS
    page = paginate(listed.prefetch_related(*PREFETCHED), request, sorts, default=DEFAULT_SORT.get(view))
    with_clocks(page.rows, Standing(now))
    if page.sort.key == CLOCK.key:
        _group(page.rows, now)
    context = {
        "title": _("Complaints"),
        "page": page,
        "count": count_up_to(rows),
        "filters": filters,
        "tabs": _tabs(request, view, visible, now),
        "view": view,
        "may_take_in": permissions.can_take_in(request.user),
        "hours": format_html(
            '<span class="push s12 t3 only-desk">{}</span>',
            _("Clocks run in business hours, promises by the wall clock"),
        ),
    }
    return render(request, "complaints/list.html", context)


def _group(rows: list[Complaint], now) -> None:
    """Puts a heading on the first row of each group: overdue, due today, later, without a running clock."""
    today, before = timezone.localtime(now).date(), None
    for row in rows:
        if row.next_due_at is None:
            heading = _("No clock is running")
        elif row.next_due_at < now:
            heading = _("Overdue")
        elif timezone.localtime(row.next_due_at).date() == today:
            heading = _("Due today")
        else:
            heading = _("Later")
        row.heading = heading if heading != before else ""
        before = heading


def _tabs(request: HttpRequest, current: str, visible, now) -> list[Tab]:
    tabs = []
    for key, (label, narrow) in VIEWS.items():
        query = request.GET.copy()
        for gone in ("after", "before", "sort"):
            query.pop(gone, None)
        query["view"] = key
        count = None if key in UNCOUNTED else count_up_to(narrow(visible, request.user, now))
        tone = "bad" if key == "overdue" and count else ""
        tabs.append(Tab(label, f"?{query.urlencode()}", count, tone, key == current))
    return tabs
