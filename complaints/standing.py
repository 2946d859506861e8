"""How the clocks of cases stand at a moment, for pages: readings, and the calendars that they share, each asked for once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from complaints import clocks
from complaints.models import Complaint, Status
from crm.worktime.clock import Calendar

# What a page needs beside the case to read its clocks.
RELATED = ("calendar", "severity")
PREFETCHED = ("pauses",)


@dataclass
class Standing:
    """Reads clocks for one page. Cases come with `RELATED` selected and `PREFETCHED` prefetched."""

    at: datetime
    _calendars: dict[int, Calendar] = field(default_factory=dict)

    def calendar(self, complaint: Complaint) -> Calendar:
        if complaint.calendar_id not in self._calendars:
            self._calendars[complaint.calendar_id] = complaint.calendar.clock()
        return self._calendars[complaint.calendar_id]

    def acknowledge(self, complaint: Complaint) -> clocks.Reading:
        return self._read(
            clocks.ACKNOWLEDGE,
            complaint,
            complaint.acknowledge_within,
            complaint.acknowledge_due_at,
            complaint.acknowledged_at,
        )

    def resolve(self, complaint: Complaint) -> clocks.Reading:
        return self._read(
            clocks.RESOLVE, complaint, complaint.resolve_within, complaint.resolve_due_at, complaint.resolved_at
        )

    def next(self, complaint: Complaint) -> clocks.Reading:
        """The clock that runs out next; of what is resolved, the one that ran last."""
        if complaint.acknowledged_at is None:
            return self.acknowledge(complaint)
        return self.resolve(complaint)

    def _read(self, name, complaint, target, due_at, done_at) -> clocks.Reading:
        return clocks.read(
            name,
            start=complaint.round_started_at,
            target=target,
            due_at=due_at,
            done_at=done_at,
            at=self.at,
            calendar=self.calendar(complaint),
            pauses=pauses(complaint),
            paused=complaint.status == Status.WAITING,
        )


def pauses(complaint: Complaint) -> list[clocks.Pause]:
    """Of the running round, from what was prefetched; the one that lasts has the end None."""
    return [(pause.started_at, pause.ended_at) for pause in complaint.pauses.all() if pause.round == complaint.round]


def with_clocks(rows: Iterable[Complaint], standing: Standing) -> list[Complaint]:
    """Puts `clock`, the reading that matters next, on each row."""
    rows = list(rows)
    for row in rows:
        row.clock = standing.next(row)  # type: ignore[attr-defined]
    return rows
