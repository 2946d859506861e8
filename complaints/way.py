"""The way of a case as its customer sees it: what was done, where it stands, what comes next. Nothing internal is in it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from complaints.models import Complaint, ComplaintMessage, Status
from crm.look.words import moment

SHOWN = ("received", "acknowledged", "started", "waiting", "resumed", "resolved", "reopened", "closed")


@dataclass(frozen=True)
class Step:
    words: str
    at: datetime | None
    state: str  # "" done, "now", "to" (still to come)


@dataclass(frozen=True)
class Next:
    """What happens next and by when: a headline and sentences."""

    title: str
    lines: tuple[str, ...]


def way_of(complaint: Complaint) -> list[Step]:
    """Done, now, and to come."""
    events = complaint.events.filter(what__in=SHOWN).order_by("at", "pk")
    steps = [(event.what, event.at) for event in events]
    out = []
    for place, (what, at) in enumerate(steps):
        is_last = place == len(steps) - 1
        now = "now" if is_last and complaint.status != Status.CLOSED else ""
        out.append(Step(_done_words(what, complaint), at, now))
    return out + [Step(words, None, "to") for words in _to_come(complaint)]


def _done_words(what: str, complaint: Complaint) -> str:
    return {
        "received": pgettext("a case", "Received"),
        "acknowledged": _("Somebody looks after it"),
        "started": _("In progress"),
        "waiting": _("We asked you something"),
        "resumed": _("In progress again"),
        "resolved": _("Resolved"),
        "reopened": _("Taken up again"),
        "closed": _("Closed"),
    }[what]


def _to_come(complaint: Complaint) -> list[str]:
    steps = []
    if complaint.status == Status.NEW:
        steps.append(_("Somebody looks after it"))
    if complaint.is_open:
        steps.append(_("Resolved, and you are told how"))
    if complaint.status != Status.CLOSED:
        steps.append(_("Closed, when you agree"))
    return steps


def next_of(complaint: Complaint, now: datetime) -> Next:
    """In the words of somebody who keeps their word: a time, or an apology where it has passed."""
    promises = [promise for promise in complaint.promises.all() if promise.kept_at is None and complaint.is_open]
    lines = [
        _("We promised: %(promise)s, until %(when)s.") % {"promise": promise.text, "when": moment(promise.due_at, now)}
        for promise in promises
    ]
    if complaint.status == Status.NEW:
        lines.append(_until(complaint.acknowledge_due_at, now, _("Somebody will look after it until %(when)s.")))
        return Next(_("We have received it"), tuple(lines))
    if complaint.status == Status.WAITING:
        pause = next((pause for pause in complaint.pauses.all() if pause.ended_at is None), None)
        lines.append(_("Please answer below: then it goes on at once."))
        return Next(pause.reason if pause else _("We wait for your answer"), tuple(lines))
    if complaint.status == Status.RESOLVED:
        lines.append(_("Is it settled for you? Please tell us below."))
        return Next(_("This is how it was resolved"), (complaint.resolution, *lines))
    if complaint.status == Status.CLOSED:
        return Next(
            _("It is closed"), (complaint.resolution, _("If it comes back, write below and we take it up again."))
        )
    who = str(complaint.owner) if complaint.owner else ""
    lines.append(_until(complaint.resolve_due_at, now, _("To be resolved until %(when)s at the latest.")))
    title = _("%(name)s looks after it") % {"name": who} if who else _("We are looking after it")
    return Next(title, tuple(lines))


def _until(due_at: datetime, now: datetime, words: str) -> str:
    if due_at < now:
        return _("It takes longer than we promised, and we are sorry. It is not forgotten.")
    return words % {"when": moment(due_at, now)}


def letters_of(complaint: Complaint) -> list[ComplaintMessage]:
    """What was written from one to the other; what the system wrote by itself stands in the way."""
    rows = complaint.messages.filter(kind=ComplaintMessage.Kind.LETTER).select_related("by")
    return list(rows.order_by("-at", "-pk"))


def status_words(complaint: Complaint) -> str:
    return str(
        {
            Status.NEW: pgettext("a case", "Received"),
            Status.ACKNOWLEDGED: _("Somebody looks after it"),
            Status.IN_PROGRESS: _("In progress"),
            Status.WAITING: _("We wait for your answer"),
            Status.RESOLVED: _("Resolved"),
            Status.CLOSED: _("Closed"),
        }[Status(complaint.status)]
    )
