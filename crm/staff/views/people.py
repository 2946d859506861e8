"""Colleagues: the list, what one of them may see and why, and handing over what is open when somebody leaves."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.look.paging import Sort, count_up_to, paginate
from crm.staff import access_words, actions, why
from crm.staff.filters import PeopleFilter
from crm.staff.forms import ReassignForm
from crm.staff.models import User
from crm.staff.permissions import can_manage_people, can_see_people, people_of

BY_NAME = Sort("name", gettext_lazy("Name"), ("name", "pk"))
BY_AGE = Sort("newest", gettext_lazy("Newest first"), ("-created_at", "-pk"))


def people(request: HttpRequest) -> HttpResponse:
    if not can_see_people(request.user):
        raise PermissionDenied("staff.view_user")
    filters = PeopleFilter(request.GET)
    rows = filters.narrow(people_of(request.user).select_related("team").prefetch_related("groups__role"))
    context = {
        "title": _("Staff"),
        "filters": filters,
        "page": paginate(rows, request, [BY_NAME, BY_AGE]),
        "count": count_up_to(rows),
        "may_manage": can_manage_people(request.user),
    }
    return render(request, "staff/people.html", context)


def _person(request: HttpRequest, username: str) -> User:
    """Somebody the reader may look at; for others there is no such page."""
    if not can_see_people(request.user):
        raise PermissionDenied("staff.view_user")
    return get_object_or_404(people_of(request.user).select_related("team"), username=username)


def access(request: HttpRequest, username: str) -> HttpResponse:
    person = _person(request, username)
    typed = request.GET.get("record", "").strip()[:80]
    context = {
        "title": _("What %(name)s may see, and why") % {"name": person},
        "person": person,
        "typed": typed,
        "verdicts": why.explain(person, typed) if typed else [],
        "scopes": access_words.scopes(person),
        "permissions": access_words.permissions(person),
        "tree": access_words.tree(person),
        "roles": access_words.roles_of(person),
        "may_manage": can_manage_people(request.user),
    }
    return render(request, "staff/access.html", context)


def reassign(request: HttpRequest, username: str) -> HttpResponse:
    """What is open in somebody's name; given to a colleague item by item, all at once, or followed by leaving."""
    if not can_manage_people(request.user):
        raise PermissionDenied("staff.change_user")
    person = get_object_or_404(User, username=username)
    form = ReassignForm(person, request.POST or None)
    if request.method == "POST":
        if request.POST.get("do") == "deactivate":
            return _deactivate(request, person)
        if form.is_valid():
            _hand_over(request, person, form.cleaned_data["to"])
            return redirect("staff:reassign", username=username)
    work = actions.open_work(person)
    context = {
        "title": _("Open work of %(name)s") % {"name": person},
        "person": person,
        "form": form,
        "work": [(kind, [(row.pk, kind.describe(row), kind.url(row)) for row in rows]) for kind, rows in work],
        "open": sum(len(rows) for _kind, rows in work),
    }
    return render(request, "staff/reassign.html", context)


def _hand_over(request: HttpRequest, person: User, to: User) -> None:
    item = request.POST.get("item", "")
    if item == "all":
        moved = actions.reassign_all(person.pk, to=to, by=request.user)
    else:
        kind, _colon, pk = item.partition(":")
        actions.reassign_item(kind, pk, to=to, by=request.user)
        moved = 1
    said = ngettext("%(count)s item is now with %(name)s.", "%(count)s items are now with %(name)s.", moved)
    messages.success(request, said % {"count": moved, "name": to})


def _deactivate(request: HttpRequest, person: User) -> HttpResponse:
    try:
        actions.deactivate(person.pk, by=request.user)
        messages.success(request, _("%(name)s can no longer sign in.") % {"name": person})
        return redirect("staff:people")
    except actions.StillNeeded:
        messages.error(request, _("First give the open work below to somebody."))
    except actions.LastAdministrator as refusal:
        messages.error(request, refusal.words)
    return redirect("staff:reassign", username=person.username)
