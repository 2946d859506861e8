"""Taking a case in, in under thirty seconds, with the telephone at the ear."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints import actions, clocks, permissions
from complaints.forms.intake import IntakeForm
from complaints.models import Complaint, Severity
from crm.look.words import exact
from crm.staff.models import User
from crm.worktime.models import WorkCalendar


def new(request: HttpRequest) -> HttpResponse:
    """The form. `?customer=NUMBER` and `?phone=` begin with the caller; the button "Find" looks up and saves nothing."""
    if not permissions.can_take_in(request.user):
        raise PermissionDenied("complaints.add_complaint")
    if request.method != "POST":
        return _page(request, IntakeForm(user=request.user, initial=_begin(request)))
    form = IntakeForm(request.POST, user=request.user)
    if "find" in request.POST:
        return _page(request, IntakeForm(user=request.user, initial=_typed(request)))
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        complaint = actions.take_in(by=request.user, **form.values())
    except ValidationError as error:
        for name, errors in error.message_dict.items():
            form.add_error(name if name in form.fields else None, errors)
        return _page(request, form, status=422)
    return _taken_in(request, complaint)


def caller(request: HttpRequest) -> HttpResponse:
    """Who calls and what is known of them, while the number is typed. The page includes the same fragments."""
    if not permissions.can_take_in(request.user):
        raise PermissionDenied("complaints.add_complaint")
    form = IntakeForm(user=request.user, initial=_typed(request))
    return render(request, "complaints/_caller_answer.html", _known(request, form))


def _begin(request: HttpRequest) -> dict[str, str]:
    number, phone = request.GET.get("customer", "")[:24], request.GET.get("phone", "")[:60]
    return {"caller": phone or number, "customer": number}


def _typed(request: HttpRequest) -> dict:
    """What was typed so far, as the beginning of a fresh form."""
    source = request.POST if request.method == "POST" else request.GET
    typed = {name: source.get(name, "") for name in IntakeForm.base_fields if name != "mine"}
    if request.method == "POST":
        typed["mine"] = "mine" in source
    if "find" in source and source.get("customer") != "new":
        typed["customer"] = ""  # another number was typed: the old choice is over
    return typed


def _page(request: HttpRequest, form: IntakeForm, status: int = 200) -> HttpResponse:
    context = {"title": _("New complaint"), "form": form, "due": _due_now(request.user), **_known(request, form)}
    return render(request, "complaints/new.html", context, status=status)


def _known(request: HttpRequest, form: IntakeForm) -> dict:
    """What is known of the caller and may be seen by who answers the telephone."""
    rows = Complaint.objects.none()
    if form.chosen:
        rows = Complaint.objects.visible_to(request.user).open().filter(customer=form.chosen)
    return {
        "form": form,
        "cards": form.cards,
        "chosen": form.chosen,
        "card": next((card for card in form.cards if form.chosen and card.number == form.chosen.number), None),
        "open_cases": list(rows.select_related("owner").order_by("-received_at", "-pk")[:5]),
        "typed": form._said("caller"),
    }


def _due_now(user: User) -> list[tuple[Severity, datetime, datetime]]:
    """For each severity, when a case received now would be due by the hours of the reader's own team."""
    calendar = user.team.work_calendar() if user.team else WorkCalendar.objects.default()
    clock, now = calendar.clock(), timezone.now()
    rows = []
    for severity in Severity.objects.active():
        due = clocks.due(now, severity.acknowledge_within, severity.resolve_within, clock)
        rows.append((severity, due.acknowledge, due.resolve))
    return rows


def _taken_in(request: HttpRequest, complaint: Complaint) -> HttpResponse:
    """Says the number, where it went and by when; then the case, or the next call where the case left the reader's reach."""
    values = {
        "number": complaint.number,
        "team": complaint.owner or complaint.team,
        "when": exact(complaint.acknowledge_due_at, timezone.now()),
    }
    messages.success(request, _("%(number)s is taken in, with %(team)s. To be acknowledged until %(when)s.") % values)
    if "next" in request.POST:
        return redirect("complaints:new")
    if permissions.can_open(request.user, complaint):
        return redirect(complaint)
    return redirect(reverse("complaints:list"))
