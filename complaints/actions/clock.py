"""The clocks of a case as rows: reckoning them, again where hours or targets changed; telling of a missed one."""

from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from complaints import clocks
from complaints.actions.history import change, is_news, locked, moment_of, record
from complaints.models import Complaint, Status
from crm.look.words import exact
from crm.outbox.actions import promise
from crm.staff.actions import notify
from crm.staff.models import User

CLOCK_FIELDS = ("acknowledge_due_at", "resolve_due_at", "next_due_at")


def pauses_of(complaint: Complaint) -> list[clocks.Pause]:
    """The pauses of the running round; one that lasts has the end None."""
    return [(pause.started_at, pause.ended_at) for pause in complaint.pauses.all() if pause.round == complaint.round]


def reckoned(complaint: Complaint) -> dict[str, Any]:
    """The values of all clock fields by today's hours and targets. A clock that was met or missed for good stays."""
    targets = {"resolve_within": complaint.severity.resolve_within}
    if complaint.acknowledged_at is None:
        targets["acknowledge_within"] = complaint.severity.acknowledge_within
    due = clocks.due(
        complaint.round_started_at,
        complaint.severity.acknowledge_within,
        complaint.severity.resolve_within,
        complaint.calendar.clock(),
        [pause for pause in pauses_of(complaint) if pause[1]],
    )
    values = {**targets, "reckoned_by": complaint.calendar.revision, "resolve_due_at": due.resolve}
    if complaint.acknowledged_at is None:
        values["acknowledge_due_at"] = due.acknowledge
    return values | {"next_due_at": next_clock(complaint, values)}


def next_clock(complaint: Complaint, values: dict[str, Any] | None = None) -> datetime | None:
    """What `next_due_at` is for the case as it stands in hand, with `values` about to be written."""
    fields = {
        name: (values or {}).get(name, getattr(complaint, name)) for name in ("acknowledge_due_at", "resolve_due_at")
    }
    return clocks.next_due_at(
        running=complaint.is_open and complaint.status != Status.WAITING,
        acknowledged=complaint.acknowledged_at is not None,
        **fields,
    )


def reckon(
    complaint: Complaint, *, by: User | None, at: datetime, why: str, via: str = "web", fields: dict | None = None
) -> None:
    """Recomputes the open clocks from the start of the round and leaves an event when one of them moved."""
    if not complaint.is_open:
        return
    old, new = change(complaint, **{**(fields or {}), **reckoned(complaint)})
    moved = {name: new[name] for name in CLOCK_FIELDS if name in new}
    if moved:
        before = {name: old[name] for name in moved}
        record(complaint, "reckoned", by=by, at=at, via=via, old=before, new={**moved, "why": why})


@transaction.atomic
def reckon_again(complaint_id: int, *, at: datetime | None = None) -> Complaint:
    """For a case whose calendar, or whose team's calendar, or whose targets were changed in the settings."""
    at = moment_of(at)
    complaint = locked(complaint_id)
    if complaint.is_open and complaint.status != Status.WAITING:
        before = complaint.calendar_id
        complaint_calendar = complaint.team.work_calendar()
        if complaint_calendar.pk != before:
            change(complaint, calendar=complaint_calendar)
        reckon(complaint, by=None, at=at, why="settings", via="task")
    return complaint


@transaction.atomic
def tell_overdue(complaint_id: int, *, at: datetime | None = None) -> list[str]:
    """Tells the lead, and at the bell the handler, of each missed clock: once a clock and round. Answers which."""
    at = moment_of(at)
    complaint = locked(complaint_id)
    if complaint.next_due_at is None or complaint.next_due_at >= at:
        return []  # acknowledged, resolved or paused meanwhile
    told = []
    if (
        complaint.acknowledged_at is None
        and complaint.told_acknowledge_at is None
        and complaint.acknowledge_due_at < at
    ):
        told.append(clocks.ACKNOWLEDGE)
    if complaint.told_resolve_at is None and complaint.resolve_due_at < at:
        told.append(clocks.RESOLVE)
    for clock in told:
        due_at = getattr(complaint, f"{clock}_due_at")
        change(complaint, **{f"told_{clock}_at": at})
        lead = complaint.team.responsible_lead()
        record(
            complaint,
            "overdue",
            by=None,
            at=at,
            via="task",
            new={"clock": clock, "due_at": due_at, "told": lead and lead.pk},
        )
        for person in {person for person in (lead, complaint.owner) if person and person.is_active}:
            key = f"complaint-overdue:{complaint.pk}:{complaint.round}:{clock}:{person.pk}"
            values = {"number": complaint.number, "subject": complaint.subject}
            notify(
                person, key=key, kind=f"complaint_late_{clock}", values=values, url=complaint.get_absolute_url(), at=at
            )
        if lead and lead.email:
            if is_news(due_at):
                _mail(complaint, clock, lead, due_at)
            else:
                _sum_up(lead, at)
    return told


def _sum_up(lead: User, at: datetime) -> None:
    """After a standstill of ours: what was missed longer than a day ago comes as one mail a day, not as hundreds."""
    with timezone.override(lead.timezone):
        today = timezone.localdate(at)
    promise(
        f"complaints-overdue-long:{lead.pk}:{today}",
        kind="complaints-overdue-long",
        to=lead.email,
        language=lead.language,
        values={"name": str(lead), "url": f"{settings.SITE_URL}{reverse('complaints:list')}?view=overdue"},
    )


def _mail(complaint: Complaint, clock: str, lead: User, due_at: datetime) -> None:
    with translation.override(lead.language), timezone.override(lead.timezone):
        words = {clocks.ACKNOWLEDGE: _("not acknowledged"), clocks.RESOLVE: _("not resolved")}
        values = {
            "name": str(lead),
            "number": complaint.number,
            "subject": complaint.subject,
            "missed": words[clock],
            "due": exact(due_at, timezone.now()),
            "handler": str(complaint.owner) if complaint.owner else _("nobody yet"),
            "url": urljoin(settings.SITE_URL + "/", complaint.get_absolute_url().lstrip("/")),
        }
    promise(
        f"complaint-overdue:{complaint.pk}:{complaint.round}:{clock}",
        kind="complaint-overdue",
        to=lead.email,
        language=lead.language,
        values=values,
    )
