"""The course of a case from acknowledged to closed and reopened. The one place that writes `status`."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from complaints.actions.clock import next_clock, reckon, reckoned
from complaints.actions.history import (
    NotNow,
    follow,
    is_news,
    locked,
    moment_of,
    open_customer,
    put,
    record,
    tell_timeline,
)
from complaints.actions.letter import send
from complaints.actions.notice import ring
from complaints.models import Complaint, ComplaintMessage, ComplaintPause, Status
from complaints.permissions import can_work
from crm.staff.models import User

# What becomes a customer's own doing on the public page; everything else is staff's or the clock's.
CUSTOMERS_OWN = "public"
CLOCKS_OWN = "task"


def _held(complaint_id: int, by: User | None, via: str) -> Complaint:
    """Locked and allowed. Without a person it is the clock or the customer on the public page."""
    complaint = locked(complaint_id)
    if by is None and via not in (CUSTOMERS_OWN, CLOCKS_OWN):
        raise PermissionDenied
    if by is not None and not can_work(by, complaint):
        raise PermissionDenied
    return complaint


def _needed(text: str, field: str, message: str) -> str:
    if not (text := text.strip()):
        raise ValidationError({field: message})
    return text


def _move(
    complaint: Complaint,
    to: str,
    what: str,
    *,
    by: User | None,
    at: datetime,
    via: str,
    note: str = "",
    told: dict | None = None,
    **values: Any,
) -> None:
    """The one function that assigns `status`: legal by NEXT_STATUSES, written in one statement, recorded."""
    if not complaint.may_become(to):
        raise NotNow(complaint)
    if to != Status.NEW and complaint.acknowledged_at is None:
        values["acknowledged_at"] = at  # whatever happens to it, somebody has read it
    if by is not None and complaint.owner_id is None and to != Status.CLOSED:
        values["owner"] = by  # whoever moves what nobody has, has it
    old, new = put(complaint, **values, status=to)
    clock = put(complaint, next_due_at=next_clock(complaint))
    old, new = {**old, **clock[0]}, {**new, **clock[1]}
    complaint.save(update_fields=list(new))
    record(complaint, what, by=by, at=at, via=via, note=note, old=old, new={**new, **(told or {})})
    if "owner" in new:
        follow(complaint)


@transaction.atomic
def acknowledge(complaint_id: int, *, by: User, at: datetime | None = None, via: str = "web") -> Complaint:
    """Somebody has read it and looks after it. Whose it was not yet, it is the reader's from now on."""
    complaint = _held(complaint_id, by, via)
    _move(complaint, Status.ACKNOWLEDGED, "acknowledged", by=by, at=moment_of(at), via=via)
    return complaint


@transaction.atomic
def start(complaint_id: int, *, by: User, at: datetime | None = None, via: str = "web") -> Complaint:
    """Work on it begins; an unacknowledged case is acknowledged with it."""
    complaint = _held(complaint_id, by, via)
    if complaint.status not in (Status.NEW, Status.ACKNOWLEDGED):
        raise NotNow(complaint)  # what waits is resumed, what is resolved is reopened
    _move(complaint, Status.IN_PROGRESS, "started", by=by, at=moment_of(at), via=via)
    return complaint


@transaction.atomic
def wait(
    complaint_id: int,
    *,
    by: User,
    reason: str,
    until: datetime | None = None,
    at: datetime | None = None,
    via: str = "web",
) -> Complaint:
    """The customer has to answer first: the clocks stand. With `until` they go on by themselves at that time."""
    at = moment_of(at)
    reason = _needed(reason, "reason", _("Say what the customer has to answer."))
    complaint = _held(complaint_id, by, via)
    _move(complaint, Status.WAITING, "waiting", by=by, at=at, via=via, note=reason, told={"until": until})
    if until is not None and until <= at:
        raise ValidationError({"until": _("Choose a time that is still to come.")})
    ComplaintPause.objects.create(
        complaint=complaint, round=complaint.round, started_at=at, until=until, reason=reason[:300]
    )
    return complaint


def _end_pause(complaint: Complaint, at: datetime) -> None:
    pause = complaint.pauses.filter(ended_at__isnull=True).first()
    if pause:
        pause.ended_at = max(at, pause.started_at)
        pause.save(update_fields=["ended_at"])


@transaction.atomic
def resume(
    complaint_id: int, *, by: User | None, note: str = "", at: datetime | None = None, via: str = "web"
) -> Complaint:
    """The waiting is over: the clocks go on, later by the working time that was waited."""
    at = moment_of(at)
    complaint = _held(complaint_id, by, via)
    if complaint.status != Status.WAITING:
        raise NotNow(complaint)
    _end_pause(complaint, at)
    _move(complaint, Status.IN_PROGRESS, "resumed", by=by, at=at, via=via, note=note)
    reckon(complaint, by=by, at=at, why="pause", via=via)
    if via == CLOCKS_OWN:
        ring(complaint, "complaint_resumed", key=f"resumed:{complaint.pk}:{at:%Y%m%d%H%M%S}", at=at)
    return complaint


@transaction.atomic
def resolve(complaint_id: int, *, by: User, note: str, at: datetime | None = None, via: str = "web") -> Complaint:
    """The answer stands. The customer reads `note`: in a letter where one may go out, and on the status page."""
    at = moment_of(at)
    note = _needed(note, "note", _("Say how it was resolved: the customer reads it."))
    complaint = _held(complaint_id, by, via)
    values: dict[str, Any] = {"resolved_at": at, "resolution": note}
    if complaint.status == Status.WAITING:
        _end_pause(complaint, at)
        # What was waited is taken off before the clock is judged.
        due = reckoned(complaint)
        values |= {name: due[name] for name in ("resolve_due_at", "resolve_within", "reckoned_by")}
    in_time = at <= values.get("resolve_due_at", complaint.resolve_due_at)
    told = {"round": complaint.round, "in_time": in_time}
    _move(complaint, Status.RESOLVED, "resolved", by=by, at=at, via=via, note=note, told=told, **values)
    tell_timeline(complaint, "complaint-resolved", by=by, at=at, round=complaint.round)
    if is_news(at):
        send(complaint, ComplaintMessage.Kind.RESOLUTION, by=by, at=at, values={"resolution": note})
    return complaint


@transaction.atomic
def close(
    complaint_id: int, *, by: User | None, note: str = "", at: datetime | None = None, via: str = "web"
) -> Complaint:
    """Nothing more is to come: the customer agreed, or has had the time to say otherwise."""
    at = moment_of(at)
    complaint = _held(complaint_id, by, via)
    _move(complaint, Status.CLOSED, "closed", by=by, at=at, via=via, note=note, closed_at=at)
    open_customer(complaint)
    return complaint


@transaction.atomic
def reopen(
    complaint_id: int, *, by: User | None, reason: str, at: datetime | None = None, via: str = "web"
) -> Complaint:
    """Not settled after all: a new round, new clocks. One of us goes on at once; what the customer reopens is NEW."""
    at = moment_of(at)
    reason = _needed(reason, "reason", _("Say why it is taken up again."))
    complaint = _held(complaint_id, by, via)
    if complaint.is_open:
        raise NotNow(complaint)
    fresh = {
        "round": complaint.round + 1,
        "round_started_at": at,
        "acknowledged_at": None,
        "resolved_at": None,
        "closed_at": None,
        "resolution": "",
        "told_acknowledge_at": None,
        "told_resolve_at": None,
        "calendar": complaint.team.work_calendar(),
        "owner": complaint.owner if complaint.owner and complaint.owner.is_active else None,
    }
    before = {name: getattr(complaint, name) for name in fresh}
    put(complaint, **fresh)
    values = {**fresh, **reckoned(complaint)}
    for name, value in before.items():
        setattr(complaint, name, value)  # so that the event tells the change from what is stored
    _move(
        complaint,
        Status.NEW if by is None else Status.IN_PROGRESS,
        "reopened",
        by=by,
        at=at,
        via=via,
        note=reason,
        **{**values, "acknowledged_at": None if by is None else at},
    )
    follow(complaint)
    tell_timeline(complaint, "complaint-reopened", by=by, at=at, round=complaint.round)
    if is_news(at):
        ring(complaint, "complaint_reopened", key=f"reopened:{complaint.pk}:{complaint.round}", at=at, but=by)
    return complaint
