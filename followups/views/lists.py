"""The list of follow-ups, and making a new one."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.look.filters import Tab
from crm.look.paging import Sort, count_up_to, paginate
from crm.look.words import exact
from customers.models import Customer
from customers.views.whose import choose
from followups import actions, permissions
from followups.forms import FollowUpFilters, NewFollowUpForm
from followups.models import FollowUp

SORTS = [
    Sort("due", gettext_lazy("Due"), ("due_at", "pk")),
    Sort("newest", gettext_lazy("Newest"), ("-created_at", "-pk")),
]
VIEWS = {
    "open": (gettext_lazy("Open"), lambda rows, now: rows.open()),
    "overdue": (gettext_lazy("Overdue"), lambda rows, now: rows.overdue(now)),
    "due": (gettext_lazy("Due now"), lambda rows, now: rows.due(now)),
    "queue": (gettext_lazy("In a queue"), lambda rows, now: rows.queued()),
    "done": (gettext_lazy("Done"), lambda rows, now: rows.filter(status=FollowUp.Status.DONE)),
    "cancelled": (gettext_lazy("Cancelled"), lambda rows, now: rows.filter(status=FollowUp.Status.CANCELLED)),
    "all": (gettext_lazy("All"), lambda rows, now: rows),
}
COUNTED = ("open", "overdue", "queue")


def followup_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    view = request.GET.get("view", "open")
    view = view if view in VIEWS else "open"
    filters = FollowUpFilters(request.GET, user=request.user)
    visible = filters.narrow(FollowUp.objects.visible_to(request.user))
    rows = VIEWS[view][1](visible, now)
    listed = rows.select_related("customer", "customer__tier", "owner", "team", "plan_step")
    context = {
        "title": _("Follow-ups"),
        "page": paginate(listed, request, SORTS),
        "count": count_up_to(rows),
        "filters": filters,
        "tabs": _tabs(request, view, visible, now),
        "view": view,
        "may_create": permissions.can_create(request.user),
        "now": now,
    }
    return render(request, "followups/list.html", context)


def _tabs(request: HttpRequest, view: str, visible, now) -> list[Tab]:
    tabs = []
    for key, (label, narrow) in VIEWS.items():
        query = request.GET.copy()
        for gone in ("after", "before"):
            query.pop(gone, None)
        query["view"] = key
        count = count_up_to(narrow(visible, now)) if key in COUNTED else None
        tone = "bad" if key == "overdue" and count else ""
        tabs.append(Tab(label, f"?{query.urlencode()}", count, tone, key == view))
    return tabs


def new(request: HttpRequest) -> HttpResponse:
    if not permissions.can_create(request.user):
        raise PermissionDenied
    number = request.GET.get("customer", "")
    if request.method == "GET" and not number:
        crumbs = [(reverse("followups:list"), _("Follow-ups"))]
        return choose(request, title=_("New follow-up"), question=_("Who is it for?"), crumbs=crumbs)
    customer = (
        Customer.objects.visible_to(request.user).filter(numbers__number__iexact=number).first() if number else None
    )
    back = customer.get_absolute_url() if customer else reverse("followups:list")
    initial = {"customer": number, "owner": request.user.pk, "due_at": _tomorrow()}
    form = NewFollowUpForm(request.POST or None, user=request.user, cancel_url=back, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        followup = actions.create(
            by=request.user,
            customer=data["customer"],
            title=data["title"],
            kind=data["kind"],
            due_at=data["due_at"],
            owner=data["owner"],
            team=None if data["owner"] else data["team"],
            note=data["note"],
            submission=data["submission"],
        )
        messages.success(
            request,
            _("Follow-up created for %(when)s; a reminder goes out at that time.")
            % {"when": exact(followup.due_at, timezone.now())},
        )
        return redirect(followup)
    context = {"title": _("New follow-up"), "form": form, "customer": customer}
    return render(request, "followups/new.html", context)


def _tomorrow():
    """Tomorrow at ten, a time that suits most calls."""
    local = timezone.localtime() + timedelta(days=1)
    return local.replace(hour=10, minute=0, second=0, microsecond=0)
