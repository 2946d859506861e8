"""One follow-up: its page and its verbs. Each verb is one POST; what it refuses comes back as a sentence."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.look.words import exact
from crm.worktime.models import WorkCalendar
from followups import actions, permissions
from followups.forms import AssignForm, AttemptForm, CancelForm, FinishForm, RescheduleForm
from followups.models import FollowUp, Outcome
from followups.next_try import propose
from followups.views.day import card_context


def _visible(request: HttpRequest, pk: int) -> FollowUp:
    rows = FollowUp.objects.visible_to(request.user).select_related(
        "customer", "customer__tier", "plan_step", "plan_step__plan", "owner", "team", "finished_by"
    )
    return get_object_or_404(rows, pk=pk)


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _visible(request, pk))


def _page(request: HttpRequest, followup: FollowUp, status: int = 200, **forms) -> HttpResponse:
    user = request.user
    is_open = followup.status == FollowUp.Status.OPEN
    context = {
        **card_context(request, followup, forms.get("attempt")),
        "title": followup.words,
        "is_open": is_open,
        "may_take": is_open and followup.owner_id is None and permissions.can_take(user, followup),
        "may_assign": is_open and permissions.can_assign(user, followup),
        "reschedule": forms.get("reschedule") or RescheduleForm(),
        "assign": forms.get("assign")
        or AssignForm(user=user, initial={"owner": followup.owner_id, "team": followup.team_id}),
        "cancel": forms.get("cancel") or CancelForm(),
        "finish": forms.get("finish") or FinishForm(),
        "opened": next(iter(forms), ""),
        "events": followup.events.select_related("actor").order_by("-at", "-pk"),
    }
    return render(request, "followups/detail.html", context, status=status)


@require_POST
def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    followup = _visible(request, pk)
    if not permissions.can_work(request.user, followup):
        raise PermissionDenied
    form = AttemptForm(request.POST)
    if not form.is_valid():
        return _page(request, followup, status=422, attempt=form)
    data = form.cleaned_data
    next_at = data["next_at"] or _proposed(request, followup, data["outcome"])

    def act():
        actions.log_attempt(
            pk,
            by=request.user,
            outcome=data["outcome"],
            note=data["note"],
            next_at=next_at,
            submission=data["submission"],
        )
        label = Outcome(data["outcome"]).label
        if next_at:
            return _("%(customer)s: %(outcome)s. Next try %(when)s.") % {
                "customer": followup.customer.title,
                "outcome": label,
                "when": exact(next_at, timezone.now()),
            }
        return _("%(customer)s: %(outcome)s. The follow-up is done.") % {
            "customer": followup.customer.title,
            "outcome": label,
        }

    return _answer(request, followup, act, attempt=form)


@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    followup = _visible(request, pk)

    def act():
        actions.take(pk, by=request.user)
        return _("It is yours now and stands in My day.")

    return _answer(request, followup, act)


@require_POST
def reschedule(request: HttpRequest, pk: int) -> HttpResponse:
    followup = _visible(request, pk)
    form = RescheduleForm(request.POST)
    if not form.is_valid():
        return _page(request, followup, status=422, reschedule=form)

    def act():
        moved = actions.reschedule(
            pk, by=request.user, due_at=form.cleaned_data["due_at"], reason=form.cleaned_data["reason"]
        )
        return _("Moved to %(when)s; it reminds again at that time.") % {"when": exact(moved.due_at, timezone.now())}

    return _answer(request, followup, act, reschedule=form)


@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    followup = _visible(request, pk)
    if not permissions.can_assign(request.user, followup):
        raise PermissionDenied
    form = AssignForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, followup, status=422, assign=form)

    def act():
        owner, team = form.cleaned_data["owner"], form.cleaned_data["team"]
        actions.assign(pk, by=request.user, owner=owner, team=None if owner else team)
        if owner:
            return _("Given to %(name)s, who is told at the bell.") % {"name": owner}
        return _("It lies in the queue of %(team)s now.") % {"team": team}

    return _answer(request, followup, act, assign=form)


@require_POST
def done(request: HttpRequest, pk: int) -> HttpResponse:
    followup = _visible(request, pk)
    form = FinishForm(request.POST)
    if not form.is_valid():
        return _page(request, followup, status=422, finish=form)

    def act():
        actions.finish(pk, by=request.user, note=form.cleaned_data["note"])
        return _("The follow-up is done.")

    return _answer(request, followup, act, finish=form)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    followup = _visible(request, pk)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _page(request, followup, status=422, cancel=form)

    def act():
        actions.cancel(pk, by=request.user, reason=form.cleaned_data["reason"])
        return _("The follow-up is cancelled; why stands in its history.")

    return _answer(request, followup, act, cancel=form)


def _answer(request: HttpRequest, followup: FollowUp, act: Callable[[], str], **forms) -> HttpResponse:
    """Does it and says so; what is refused stands at its form, with everything that was typed."""
    try:
        messages.success(request, act())
    except actions.AlreadyFinished as refusal:
        messages.warning(
            request,
            _("%(name)s finished this follow-up meanwhile: %(status)s.")
            % {"name": refusal.followup.finished_by or _("Somebody"), "status": refusal.followup.get_status_display()},
        )
    except ValidationError as error:
        for form in forms.values():
            for name, errors in error.message_dict.items():
                form.add_error(name if name in form.fields else None, errors)
        return _page(request, _visible(request, followup.pk), status=422, **forms)
    return redirect(_next(request, followup))


def _next(request: HttpRequest, followup: FollowUp) -> str:
    """Back to My day when it was worked from there, to the page of the follow-up otherwise. A follow-up that the reader no
    longer sees (given away) leads to the list."""
    wanted = request.POST.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    if FollowUp.objects.visible_to(request.user).filter(pk=followup.pk).exists():
        return followup.get_absolute_url()
    return reverse("followups:list")


def _proposed(request: HttpRequest, followup: FollowUp, outcome: str):
    team = followup.team or request.user.team
    calendar = team.work_calendar() if team else WorkCalendar.objects.default()
    return propose(outcome, timezone.now(), calendar.clock())
