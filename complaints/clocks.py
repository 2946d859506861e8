"""The two clocks of a case, acknowledge and resolve: when they are due and how they stand. Pure arithmetic on working time.

Both count working time from the start of the round, less what the case waited for the customer. Rows, `now()` and words are
somebody else's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crm.worktime.clock import Calendar, DayCount, NoOpenTime, due_at, elapsed, explain

Pause = tuple[datetime, datetime | None]

ACKNOWLEDGE, RESOLVE = "acknowledge", "resolve"

# From when on a running clock is amber: this share of its target is used, or this little is left.
SOON_SHARE = 0.75
SOON_LEFT = timedelta(hours=1)


@dataclass(frozen=True)
class Due:
    """When both clocks of a round run out, in UTC."""

    acknowledge: datetime
    resolve: datetime


def _due(start: datetime, within: timedelta, calendar: Calendar, pauses: Iterable[Pause]) -> datetime:
    pauses = list(pauses)
    try:
        return due_at(start, within, calendar, pauses).astimezone(UTC)
    except NoOpenTime:
        # A calendar that never opens is a mistake in the settings; a case must not wait for ever because of it.
        waited = sum((ends - begins for begins, ends in pauses if ends and ends > begins), timedelta(0))
        return (start + within + waited).astimezone(UTC)


def due(
    start: datetime,
    acknowledge_within: timedelta,
    resolve_within: timedelta,
    calendar: Calendar,
    pauses: Iterable[Pause] = (),
) -> Due:
    """Both deadlines of a round that began at `start`. Pauses are ended ones: an open one has no deadline behind it."""
    pauses = list(pauses)
    return Due(_due(start, acknowledge_within, calendar, pauses), _due(start, resolve_within, calendar, pauses))


def next_due_at(
    *, running: bool, acknowledged: bool, acknowledge_due_at: datetime, resolve_due_at: datetime
) -> datetime | None:
    """The clock that runs out next; None when the clocks stand. Whoever is not acknowledged has both ahead."""
    if not running:
        return None
    return resolve_due_at if acknowledged else min(acknowledge_due_at, resolve_due_at)


@dataclass(frozen=True)
class Reading:
    """How one clock stands at a moment. `used` and `left` are working time; `left` is negative when it is missed.

    `state` is one of met, missed (finished late), running, soon (amber), overdue, paused.
    """

    name: str
    state: str
    target: timedelta
    used: timedelta
    due_at: datetime
    done_at: datetime | None

    @property
    def left(self) -> timedelta:
        return self.target - self.used

    @property
    def over(self) -> timedelta:
        return max(self.used - self.target, timedelta(0))

    @property
    def share(self) -> int:
        """Percent of the target that is used, at most 100."""
        return min(100, round(100 * (self.used / self.target))) if self.target else 100

    @property
    def is_alarming(self) -> bool:
        return self.state in ("soon", "overdue")


def read(
    name: str,
    *,
    start: datetime,
    target: timedelta,
    due_at: datetime,
    done_at: datetime | None,
    at: datetime,
    calendar: Calendar,
    pauses: Iterable[Pause] = (),
    paused: bool = False,
) -> Reading:
    """The clock as it stands at `at`. A pause that still lasts has the end None."""
    end = max(done_at or at, start)
    used = elapsed(start, end, calendar, [(begins, ends or end) for begins, ends in pauses if begins <= end])
    if done_at:
        state = "met" if done_at <= due_at else "missed"
    elif paused:
        state = "paused"
    elif at > due_at:
        state = "overdue"
    elif used >= target * SOON_SHARE or target - used <= SOON_LEFT:
        state = "soon"
    else:
        state = "running"
    return Reading(name, state, target, used, due_at, done_at)


@dataclass(frozen=True)
class Day:
    """One day of an explanation: what counted, what was paused, and the sum so far."""

    count: DayCount
    pauses: tuple[tuple[datetime, datetime], ...]
    paused: timedelta
    is_due: bool


def explain_days(
    start: datetime,
    until: datetime,
    calendar: Calendar,
    pauses: Iterable[Pause] = (),
    *,
    due_at: datetime | None = None,
    most: int = 62,
) -> list[Day]:
    """Day by day how a clock came to its figure at `until`; the last `most` days when there are more.

    The day on which it is (or was) due says so; without `due_at` that is the last one.
    """
    until = max(until, start)
    due_on = calendar.local(due_at or until).date()
    cut = [(begins, min(ends or until, until)) for begins, ends in pauses if begins < until]
    days = []
    for count in explain(start, until, calendar, cut)[-most:]:
        today, paused = [], timedelta(0)
        for begins, ends in cut:
            parts = [
                (calendar.local(max(begins, opens, start)), calendar.local(min(ends, closes, until)))
                for opens, closes in calendar.spans_on(count.on)
            ]
            inside = [(a, b) for a, b in parts if a < b]
            if inside:
                today.append((inside[0][0], inside[-1][1]))
                paused += sum((b - a for a, b in inside), timedelta(0))
        days.append(Day(count, tuple(today), paused, count.on == due_on))
    return days
