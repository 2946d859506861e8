"""Pages for administrators: what is to be sent and whether it left, the mailbox of the embedded default, health."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages as say
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.look.filters import Tab
from crm.look.paging import Sort, count_up_to, paginate
from crm.outbox import actions, channels, kinds, letters, reading, today
from crm.outbox import health as chain
from crm.outbox.forms import MessageFilter
from crm.outbox.frame import pulse_of
from crm.outbox.models import HeartbeatMinute, JobRun, MailboxMail, Message, Rank
from crm.outbox.permissions import can_change_messages, can_see_mailbox

sees = permission_required("outbox.view_message", raise_exception=True)
changes = permission_required("outbox.change_message", raise_exception=True)
reads = permission_required("outbox.view_mailboxmail", raise_exception=True)

SORTS = (
    Sort("first", gettext_lazy("What needs a hand first"), ("rank", "-created_at", "-pk")),
    Sort("newest", gettext_lazy("Newest first"), ("-created_at", "-pk")),
)
MAIL_SORTS = (Sort("newest", gettext_lazy("Newest first"), ("-at", "-pk")),)
DAY = timedelta(days=1)


# --- The outbox ------------------------------------------------------------------------------------------


@require_GET
@sees
def messages(request: HttpRequest) -> HttpResponse:
    filters = MessageFilter(request.GET)
    found, state = filters.narrow(Message.objects.all()), filters.chosen()
    context = {
        "filters": filters,
        "page": paginate(found if state is None else found.filter(rank=state), request, SORTS),
        "tabs": _tabs(request, found, state),
        "due": count_up_to(Message.objects.due()),
        "failed": count_up_to(Message.objects.failed()),
        "oldest": _seconds(pulse_of(request).oldest_unsent_s),
        "state": state,
        "may_change": can_change_messages(request.user),
        "mailbox": settings.MAILBOX and can_see_mailbox(request.user),
        "channels": {channel.key: channel.label for channel in channels.channels()},
    }
    return render(request, "outbox/list.html", context)


def _tabs(request: HttpRequest, found: QuerySet, state: Rank | None) -> list[Tab]:
    def tab(label: Any, rank: Rank | None) -> Tab:
        query = request.GET.copy()
        for key in ("state", "after", "before"):
            query.pop(key, None)
        if rank is not None:
            query["state"] = rank.name.lower()
        count = None if rank is None else count_up_to(found.filter(rank=rank))
        tone = "bad" if rank == Rank.FAILED and count else ""
        return Tab(label, f"?{query.urlencode()}", count, tone, current=rank == state)

    return [tab(_("All"), None), *(tab(rank.label, rank) for rank in Rank)]


@require_GET
@sees
def message(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Message, pk=pk)
    channel = channels.find(found.channel)
    context = {
        "message": found,
        "events": list(found.events.all()[:50]),
        "channel": channel.label if channel else found.channel,
        "may_change": can_change_messages(request.user),
    }
    return render(request, "outbox/detail.html", context)


def _answered(request: HttpRequest, pk: int, act: Callable[[], Any], done: str) -> HttpResponse:
    """Do it, say what happened, and go back to the message."""
    try:
        act()
    except Message.DoesNotExist:
        raise Http404 from None
    except actions.NotPossible as reason:
        say.warning(request, str(reason))
    else:
        say.success(request, done)
    return redirect("outbox:detail", pk)


@require_POST
@changes
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    return _answered(
        request,
        pk,
        lambda: actions.retry(pk, by=request.user),
        _("It will be tried again now. Load the page again in a moment to see whether it left."),
    )


@require_http_methods(["GET", "POST"])
@changes
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method == "POST":
        return _answered(request, pk, lambda: actions.cancel(pk, by=request.user), _("It will not be sent."))
    found = get_object_or_404(Message, pk=pk)
    context = {
        "title": _("Cancel this message?"),
        "effect": _("“%(subject)s” to %(address)s will not be sent.")
        % {"subject": found.subject, "address": found.address},
        "verb": _("Cancel the message"),
        "back_url": reverse("outbox:detail", args=[pk]),
    }
    return render(request, "components/confirm.html", context)


@require_http_methods(["GET", "POST"])
@changes
def retry_failed(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        count = actions.retry_failed(by=request.user)
        text = ngettext("%(count)d message is tried again.", "%(count)d messages are tried again.", count)
        say.success(request, text % {"count": count})
        return redirect("outbox:list")
    failed = count_up_to(Message.objects.failed())
    context = {
        "title": _("Try all that failed again?"),
        "effect": _("Failed messages: %(count)s. Each begins again, as if it had never been tried.")
        % {"count": failed},
        "verb": _("Try them all again"),
        "back_url": reverse("outbox:list"),
    }
    return render(request, "components/confirm.html", context)


@require_POST
@changes
def test_mail(request: HttpRequest) -> HttpResponse:
    try:
        sent = actions.send_test_mail(by=request.user)
    except actions.NotPossible as reason:
        say.warning(request, str(reason))
        return redirect("outbox:list")
    say.success(request, _("A test mail to %(address)s is on its way.") % {"address": sent.address})
    return redirect("outbox:detail", sent.pk)


# --- The mailbox of the embedded default -----------------------------------------------------------------


@require_GET
@reads
def mailbox(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    if not settings.MAILBOX:
        raise Http404
    mail = get_object_or_404(MailboxMail, pk=pk) if pk else None
    view = request.GET.get("as", "read")
    context = {
        "page": paginate(MailboxMail.objects.defer("body", "html", "headers"), request, MAIL_SORTS),
        "count": count_up_to(MailboxMail.objects.all()),
        "mail": mail,
        "view": view if view in ("read", "text", "source") else "read",
        "read": mail and (reading.safely(mail.html) if mail.html else letters.linked(mail.body)),
        "text": mail and letters.linked(mail.body),
        "language": mail and dict(settings.LANGUAGES).get(mail.headers.get("Content-Language", "")),
    }
    return render(request, "outbox/mailbox.html", context)


@require_http_methods(["GET", "POST"])
@reads
def empty_mailbox(request: HttpRequest) -> HttpResponse:
    if not settings.MAILBOX:
        raise Http404
    if request.method == "POST":
        actions.empty_mailbox(by=request.user)
        say.success(request, _("The mailbox is empty."))
        return redirect("outbox:mailbox")
    context = {
        "title": _("Empty the mailbox?"),
        "effect": _("All mails that were caught here go for good. The outbox keeps what was sent to whom."),
        "verb": _("Empty the mailbox"),
        "back_url": reverse("outbox:mailbox"),
    }
    return render(request, "components/confirm.html", context)


# --- Health ----------------------------------------------------------------------------------------------


@require_GET
@sees
def health(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    marks = list(HeartbeatMinute.objects.filter(minute__gte=now - DAY).values_list("minute", flat=True))
    minutes = today.last_hour(marks, now)
    rows = list(Message.objects.filter(created_at__gte=_midnight(now)).by_kind())
    for row in rows:
        kind = kinds.find(row["kind"])
        row["label"] = kind.label if kind else row["kind"]
    context = {
        "health": chain.measure(),
        "alarm": chain.CLOCK_DEAD_S,
        "minutes": minutes,
        "in_time": sum(minute.state == "ok" for minute in minutes),
        "missing": sum(minute.state == "missing" for minute in minutes),
        "interruptions": today.interruptions(marks, now)[:8],
        "rows": rows,
        "together": {name: sum(row[name] for row in rows) for name in SUMMED},
        "last_sent": max((row["last"] for row in rows if row["last"]), default=None),
        "jobs": JobRun.objects.order_by("-at")[:8],
        "mailbox": settings.MAILBOX and can_see_mailbox(request.user),
        "may_change": can_change_messages(request.user),
    }
    return render(request, "outbox/health.html", context)


SUMMED = ("promised", "sent", "again", "waiting", "failed", "cancelled")


def _midnight(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def _seconds(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
