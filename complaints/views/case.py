"""The page of one case, and its verbs: each is one POST; what it refuses comes back as a sentence, with all that was typed."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from complaints import actions, clocks, permissions
from complaints.forms import verbs as forms
from complaints.history import CUSTOMER, INTERNAL, STATUS, history_of
from complaints.models import Complaint, ComplaintPromise
from complaints.standing import PREFETCHED, RELATED, Standing, pauses
from crm.look.words import exact
from customers import caller_card, contact_guard
from customers import permissions as customer_permissions
from customers.models.guard import Purpose

SHOWS = (CUSTOMER, INTERNAL, STATUS)
MOST_DAYS = 12  # of an explanation: a working week's target with its weekends; earlier days stand as one sum


def seen(request: HttpRequest, number: str) -> Complaint:
    """The case with this number as far as it exists for the reader; 404 otherwise."""
    if not permissions.can_read_any(request.user):
        raise PermissionDenied("complaints.view_complaint")
    rows = Complaint.objects.visible_to(request.user).select_related(
        "customer", "customer__tier", "customer__owner", "customer__team", "owner", "team", "category", "purchase",
        "created_by", *RELATED,
    )  # fmt: skip
    return get_object_or_404(
        rows.prefetch_related(*PREFETCHED, "promises__by"), number=number.replace("\0", "").upper()
    )


def detail(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, seen(request, number), opened=request.GET.get("do", ""))


def _page(
    request: HttpRequest, complaint: Complaint, *, opened: str = "", status: int = 200, form: Any = None
) -> HttpResponse:
    """The page; `opened` names the verb whose form stands open, `form` is that form as it was sent."""
    user, now = request.user, timezone.now()
    standing = Standing(now)
    both = [standing.acknowledge(complaint), standing.resolve(complaint)]
    explained = both[0] if complaint.acknowledged_at is None else both[1]
    days = _days(complaint, standing, explained, now)
    items = history_of(complaint)
    show = request.GET.get("show", "")
    context = {
        "title": complaint.subject,
        "complaint": complaint,
        "customer": complaint.customer,
        "may_open_customer": customer_permissions.can_open(user, complaint.customer),
        "card": caller_card.card_of(user, complaint.customer),
        "contact_points": complaint.customer.contact_points.current(),
        "may_not_write": _why_not_written(complaint),
        "verbs": permissions.verbs(user, complaint),
        "clocks": both,
        "explained": explained,
        "days": days,
        "earlier": days[0].count.total - days[0].count.time,
        "waits": next((p for p in complaint.pauses.all() if p.ended_at is None), None),
        "promises": complaint.promises.all(),
        "next_promise": next((p for p in complaint.promises.all() if p.kept_at is None), None),
        "items": [item for item in items if not show or item.group == show],
        "shows": [(key, sum(item.group == key for item in items)) for key in SHOWS],
        "all_items": len(items),
        "show": show if show in SHOWS else "",
        "given": next((item.event.new.get("given") for item in items if item.event.what == "received"), None),
        "others": _others(request, complaint),
        "forms": _forms(request, complaint, opened, form),
        "opened": opened,
        "say": opened if opened in ("note", "promise") else "write",
        "now": now,
    }
    return render(request, "complaints/detail.html", context, status=status)


def _days(complaint: Complaint, standing: Standing, reading: clocks.Reading, now) -> list[clocks.Day]:
    """Up to when the clock is due; of a paused one up to now, for nobody knows further."""
    if reading.done_at or reading.state == "paused":
        until = reading.done_at or now
    else:
        until = max(reading.due_at, now)
    return clocks.explain_days(
        complaint.round_started_at,
        until,
        standing.calendar(complaint),
        pauses(complaint),
        due_at=reading.due_at if reading.state != "paused" else None,
        most=MOST_DAYS,
    )


def _why_not_written(complaint: Complaint) -> str:
    """Why a letter would not leave, before somebody writes one."""
    decision = contact_guard.look(complaint.customer, purpose=Purpose.COMPLAINT)
    return "" if decision else str(decision.words)


def _others(request: HttpRequest, complaint: Complaint) -> list[Complaint]:
    """Other cases of the same customer that the reader may see."""
    rows = Complaint.objects.visible_to(request.user).filter(customer=complaint.customer_id)
    return list(rows.exclude(pk=complaint.pk).order_by("-received_at", "-pk")[:5])


def _forms(request: HttpRequest, complaint: Complaint, opened: str, sent: Any) -> dict[str, Form]:
    made: dict[str, Form] = {
        "wait": forms.WaitForm(),
        "resume": forms.ResumeForm(),
        "resolve": forms.ResolveForm(),
        "close": forms.CloseForm(),
        "reopen": forms.ReopenForm(),
        "write": forms.LetterForm(),
        "note": forms.NoteForm(),
        "promise": forms.PromiseForm(),
        "assign": forms.AssignForm(user=request.user),
        "hand_over": forms.HandOverForm(complaint=complaint),
    }
    return made | {opened: sent} if sent is not None else made


GIVING = ("assign", "hand_over")


def _do(
    request: HttpRequest, number: str, verb: str, form: Form | None, act: Callable[[Complaint], str]
) -> HttpResponse:
    """Asks the form, does it, says what happened and what comes next."""
    complaint = seen(request, number)
    allowed = permissions.can_assign if verb in GIVING else permissions.can_work
    if not allowed(request.user, complaint):
        raise PermissionDenied(f"complaints.{'assign' if verb in GIVING else 'work'}_complaint")
    if form is not None and not form.is_valid():
        return _page(request, complaint, opened=verb, status=422, form=form)
    try:
        messages.success(request, act(complaint))
    except actions.NotNow as refused:
        messages.warning(request, refused.sentence)
    except ValidationError as error:
        if form is None:
            messages.error(request, " ".join(error.messages))
            return redirect(complaint)
        for name, errors in error.message_dict.items():
            form.add_error(name if name in form.fields else None, errors)
        return _page(request, complaint, opened=verb, status=422, form=form)
    return redirect(_after(request, complaint))


def _after(request: HttpRequest, complaint: Complaint) -> str:
    """Back to the case; to the list when it left the reader's reach."""
    if Complaint.objects.visible_to(request.user).filter(pk=complaint.pk).exists():
        return complaint.get_absolute_url()
    return reverse("complaints:list")


@require_POST
def acknowledge(request: HttpRequest, number: str) -> HttpResponse:
    def act(complaint: Complaint) -> str:
        done = actions.acknowledge(complaint.pk, by=request.user)
        return _("Acknowledged. To be resolved until %(when)s.") % {"when": exact(done.resolve_due_at, timezone.now())}

    return _do(request, number, "acknowledge", None, act)


@require_POST
def start(request: HttpRequest, number: str) -> HttpResponse:
    def act(complaint: Complaint) -> str:
        done = actions.start(complaint.pk, by=request.user)
        return _("In progress. To be resolved until %(when)s.") % {"when": exact(done.resolve_due_at, timezone.now())}

    return _do(request, number, "start", None, act)


@require_POST
def wait(request: HttpRequest, number: str) -> HttpResponse:
    form = forms.WaitForm(request.POST)

    def act(complaint: Complaint) -> str:
        actions.wait(complaint.pk, by=request.user, **form.cleaned_data)
        return _("The clock stands until the customer answers.")

    return _do(request, number, "wait", form, act)


@require_POST
def resume(request: HttpRequest, number: str) -> HttpResponse:
    form = forms.ResumeForm(request.POST)

    def act(complaint: Complaint) -> str:
        done = actions.resume(complaint.pk, by=request.user, note=form.cleaned_data["note"])
        return _("The clock goes on. To be resolved until %(when)s.") % {
            "when": exact(done.resolve_due_at, timezone.now())
        }

    return _do(request, number, "resume", form, act)


@require_POST
def resolve(request: HttpRequest, number: str) -> HttpResponse:
    form = forms.ResolveForm(request.POST)

    def act(complaint: Complaint) -> str:
        done = actions.resolve(complaint.pk, by=request.user, note=form.cleaned_data["note"])
        letter = done.messages.order_by("-pk").first()
        if letter is not None and letter.message_id:
            return _("Resolved. The customer is written to, and can say on their page whether it is settled.")
        return _("Resolved. The customer could not be written to: please call.")

    return _do(request, number, "resolve", form, act)


@require_POST
def close(request: HttpRequest, number: str) -> HttpResponse:
    form = forms.CloseForm(request.POST)

    def act(complaint: Complaint) -> str:
        actions.close(complaint.pk, by=request.user, note=form.cleaned_data["note"])
        return _("Closed.")

    return _do(request, number, "close", form, act)


@require_POST
def reopen(request: HttpRequest, number: str) -> HttpResponse:
    form = forms.ReopenForm(request.POST)

    def act(complaint: Complaint) -> str:
        done = actions.reopen(complaint.pk, by=request.user, reason=form.cleaned_data["reason"])
        return _("Reopened, round %(round)s. To be resolved until %(when)s.") % {
            "round": done.round,
            "when": exact(done.resolve_due_at, timezone.now()),
        }

    return _do(request, number, "reopen", form, act)


@require_POST
def take(request: HttpRequest, number: str) -> HttpResponse:
    def act(complaint: Complaint) -> str:
        actions.take(complaint.pk, by=request.user)
        return _("It is yours now.")

    return _do(request, number, "take", None, act)


@require_POST
def assign(request: HttpRequest, number: str) -> HttpResponse:
    form = forms.AssignForm(request.POST, user=request.user)

    def act(complaint: Complaint) -> str:
        to = form.cleaned_data["to"]
        actions.assign(complaint.pk, by=request.user, to=to, note=form.cleaned_data["note"])
        return _("Given to %(name)s, who is told at the bell.") % {"name": to}

    return _do(request, number, "assign", form, act)


@require_POST
def hand_over(request: HttpRequest, number: str) -> HttpResponse:
    form = forms.HandOverForm(request.POST, complaint=seen(request, number))

    def act(complaint: Complaint) -> str:
        team = form.cleaned_data["team"]
        actions.hand_over(complaint.pk, by=request.user, team=team, note=form.cleaned_data["note"])
        return _("%(number)s lies in the queue of %(team)s now.") % {"number": complaint.number, "team": team}

    return _do(request, number, "hand_over", form, act)


@require_POST
def write(request: HttpRequest, number: str) -> HttpResponse:
    form = forms.LetterForm(request.POST)

    def act(complaint: Complaint) -> str:
        data = form.cleaned_data
        letter = actions.write(complaint.pk, by=request.user, text=data["text"], submission=data["submission"])
        if letter.message_id:
            return _("The letter is on its way; whether it arrived will stand beside it.")
        return _("The letter stands on the customer’s page, but it could not be sent.")

    return _do(request, number, "write", form, act)


@require_POST
def note(request: HttpRequest, number: str) -> HttpResponse:
    form = forms.NoteForm(request.POST)

    def act(complaint: Complaint) -> str:
        data = form.cleaned_data
        actions.note(complaint.pk, by=request.user, text=data["text"], submission=data["submission"])
        return _("The note is kept among us.")

    return _do(request, number, "note", form, act)


@require_POST
def promise(request: HttpRequest, number: str) -> HttpResponse:
    form = forms.PromiseForm(request.POST)

    def act(complaint: Complaint) -> str:
        made = actions.promise_to_customer(complaint.pk, by=request.user, **form.cleaned_data)
        return _("Promised until %(when)s.") % {"when": exact(made.due_at, timezone.now())}

    return _do(request, number, "promise", form, act)


@require_POST
def promise_kept(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    def act(complaint: Complaint) -> str:
        kept = get_object_or_404(ComplaintPromise, pk=pk, complaint=complaint)
        actions.keep_promise(kept.pk, by=request.user)
        return _("Kept: %(promise)s.") % {"promise": kept.text}

    return _do(request, number, "keep", None, act)


def edit(request: HttpRequest, number: str) -> HttpResponse:
    complaint = seen(request, number)
    if not permissions.can_work(request.user, complaint):
        raise PermissionDenied("complaints.work_complaint")
    form = forms.EditForm(request.POST or None, complaint=complaint, cancel_url=complaint.get_absolute_url())
    meanwhile = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit(complaint.pk, by=request.user, version=form.cleaned_data["version"], values=form.values())
        except actions.EditedMeanwhile as refused:
            meanwhile = refused
            form.data = form.data.copy()
            form.data["version"] = str(refused.complaint.version)
        else:
            messages.success(request, _("%(number)s is corrected.") % {"number": complaint.number})
            return redirect(complaint)
    title = _("Correct %(number)s") % {"number": complaint.number}
    context = {"title": title, "form": form, "complaint": complaint, "meanwhile": meanwhile}
    return render(request, "complaints/edit.html", context, status=409 if meanwhile else 422 if form.errors else 200)
