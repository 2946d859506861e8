"""Follow-ups that were done long ago, written in bulk: row for row what the actions would have left.

Hundreds of calls one by one would take as long as all the rest of the demo. A test does the same by the actions and compares.
What differs: the right to open the customer for a week afterwards, which ended long ago, is not written.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from crm.demo.bulk import write_rows
from crm.staff.models import User
from customers.models import ContactMade, TimelineEntry
from customers.models.guard import Purpose
from followups.actions.followup import CONTACT_CHANNEL, what_values
from followups.models import Attempt, FollowUp, FollowUpEvent

COLUMNS = {
    "due_at": "timestamptz",
    "overdue_at": "timestamptz",
    "version": "integer",
    "status": "text",
    "finished_at": "timestamptz",
    "finished_by_id": "bigint",
    "result": "text",
}


@dataclass(frozen=True)
class Try:
    at: datetime
    outcome: str
    note: str
    next_at: datetime | None
    submission: UUID


@dataclass
class Fate:
    """What became of a follow-up: tries, the last of which may end it, or a cancellation."""

    row: FollowUp
    doer: User
    tries: list[Try] = field(default_factory=list)
    cancelled_at: datetime | None = None
    reason: str = ""

    @property
    def moments(self) -> list[datetime]:
        return [self.cancelled_at] if self.cancelled_at else [one.at for one in self.tries]

    @property
    def is_over(self) -> bool:
        return self.cancelled_at is not None or self.tries[-1].next_at is None


def write_down(fates: Iterable[Fate]) -> None:
    """All of them are over, and each was done by its owner."""
    pages = _Pages()
    for fate in fates:
        pages.add(fate)
    pages.write()


class _Pages:
    def __init__(self) -> None:
        self.rows: list[FollowUp] = []
        self.attempts: list[Attempt] = []
        self.events: list[FollowUpEvent] = []
        self.contacts: list[ContactMade] = []
        self.entries: list[TimelineEntry] = []

    def add(self, fate: Fate) -> None:
        row = fate.row
        for one in fate.tries:
            self._try(row, fate.doer, one)
        if fate.cancelled_at:
            self._end(row, FollowUp.Status.CANCELLED, fate.doer, fate.cancelled_at, fate.reason)
            self._event(row, fate.doer, fate.cancelled_at, "cancelled", {"reason": fate.reason})
            self._entry(row, fate.doer, fate.cancelled_at, "followup-cancelled", fate.reason, {})
        self.rows.append(row)

    def _try(self, row: FollowUp, by: User, one: Try) -> None:
        said = {"outcome": one.outcome, "note": one.note, "next_at": one.next_at, "submission": one.submission}
        self.attempts.append(Attempt(followup=row, at=one.at, by=by, **said))
        if one.next_at:
            allowed = row.plan_step.allowed if row.plan_step else row.overdue_at - row.due_at
            row.due_at, row.overdue_at, row.version = one.next_at, one.next_at + allowed, row.version + 1
            self._event(row, by, one.at, "tried", {"outcome": one.outcome, "next_at": one.next_at})
        else:
            self._end(row, FollowUp.Status.DONE, by, one.at, one.outcome)
            self._event(row, by, one.at, "done", {"outcome": one.outcome})
        channel = CONTACT_CHANNEL[row.kind]
        self.contacts.append(
            ContactMade(
                customer=row.customer, at=one.at, channel=channel, purpose=Purpose.CARE, team=row.team, staff=by
            )
        )
        told = {"outcome": one.outcome, "next_at": one.next_at}
        self._entry(row, by, one.at, "attempt", one.note, told)

    def _end(self, row: FollowUp, status: str, by: User, at: datetime, result: str) -> None:
        row.status, row.finished_at, row.finished_by, row.result = status, at, by, result[:300]

    def _event(self, row: FollowUp, by: User, at: datetime, what: str, new: dict) -> None:
        self.events.append(FollowUpEvent(followup=row, at=at, actor=by, what=what, new=new))

    def _entry(self, row: FollowUp, by: User, at: datetime, kind: str, subject: str, told: dict) -> None:
        self.entries.append(
            TimelineEntry(
                customer=row.customer,
                at=at,
                kind=kind,
                key=str(row.pk),
                subject=subject[:300],
                values={**what_values(row), **told},
                staff=by,
                team=row.team,
            )
        )

    def write(self) -> None:
        write_rows(self.rows, COLUMNS)
        Attempt.objects.bulk_create(self.attempts)
        FollowUpEvent.objects.bulk_create(self.events)
        ContactMade.objects.bulk_create(self.contacts)
        TimelineEntry.objects.bulk_create(self.entries)
