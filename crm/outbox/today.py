"""What the health page tells of the last hour and the last day: which rounds arrived, and what stood still."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

MINUTE = timedelta(minutes=1)
ONE_MISSED = timedelta(minutes=2)


@dataclass(frozen=True)
class Minute:
    """One round of the clock: "ok", "missing", or "unknown" where nothing was ever marked before."""

    at: datetime
    state: str


def last_hour(marks: Iterable[datetime], now: datetime) -> list[Minute]:
    """The last 60 whole minutes, oldest first."""
    marked = set(marks)
    first = min(marked, default=None)
    this = now.replace(second=0, microsecond=0)
    minutes = [this - MINUTE * back for back in range(60, 0, -1)]
    return [
        Minute(at, "ok" if at in marked else "unknown" if first is None or at < first else "missing") for at in minutes
    ]


def interruptions(marks: Iterable[datetime], now: datetime) -> list[tuple[datetime, datetime | None]]:
    """Pauses of more than one missed round, newest first: (last round before, first round after; None: still)."""
    ordered = sorted(marks)
    found: list[tuple[datetime, datetime | None]] = [
        (before, after) for before, after in pairwise(ordered) if after - before > ONE_MISSED
    ]
    if ordered and now - ordered[-1] > ONE_MISSED + MINUTE:
        found.append((ordered[-1], None))
    return found[::-1]
