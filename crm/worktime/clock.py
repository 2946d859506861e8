"""The business clock: open time added and counted. Pure: needs neither Django nor a database, never asks for the time.

A calendar says which local hours of which local dates are open. Each date's windows are laid onto UTC, what is paused
is cut out, the rest is summed in exact microseconds; local wall-clock hours are never added. A local time that daylight
saving skips or repeats is read as RFC 5545 §3.3.5 says: with the offset before the jump, and as the first of the two.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo

ZERO = timedelta(0)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MINUTE = timedelta(minutes=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# One day inside of what `date` can say, so that no zone's offset leads out of it.
FIRST, LAST = date.min + DAY, date.max - DAY

Moment = str | int | time | timedelta
Window = tuple[timedelta, timedelta]
Span = tuple[datetime, datetime]
Pause = tuple[datetime, datetime | None]


class NoOpenTime(Exception):
    """The calendar, or a pause without an end, leaves too little open time ahead."""


class Piece(NamedTuple):
    """A stretch of time in UTC and how much of it is open: all of it, or the hours of a whole week."""

    begins: datetime
    ends: datetime
    time: timedelta
    on: date


class DayCount(NamedTuple):
    """What one local date gave to a clock."""

    on: date
    kind: str  # weekday, holiday, workday (a make-up one) or shift
    windows: tuple[Span, ...]  # what was counted, in the calendar's zone
    time: timedelta  # their sum
    total: timedelta  # the sum up to and with this date


def _moment(value: Moment) -> timedelta:
    """Time since midnight: of `"09:30"`, `"24:00"`, a `time`, or minutes."""
    if isinstance(value, timedelta):
        moment = value
    elif isinstance(value, time):
        moment = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)
    elif isinstance(value, int):
        moment = timedelta(minutes=value)
    else:
        parts = str(value).split(":")
        if len(parts) not in (2, 3) or not all(part.isdecimal() and len(part) <= 2 for part in parts):
            raise ValueError(f"{value!r} is not a time of day such as 09:30")
        hours, minutes, seconds = (int(part) for part in (*parts, "0")[:3])
        if minutes > 59 or seconds > 59:
            raise ValueError(f"{value!r} is not a time of day such as 09:30")
        moment = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if not ZERO <= moment <= DAY:
        raise ValueError(f"{value!r} is not between 00:00 and 24:00")
    return moment


def _windows(pairs: Iterable[Sequence[Moment]]) -> tuple[Window, ...]:
    """In order; those that touch or overlap are one."""
    windows: list[Window] = []
    for opens, closes in sorted((_moment(opens), _moment(closes)) for opens, closes in pairs or ()):
        if closes <= opens:
            raise ValueError(f"A window must close after it opens: {opens} to {closes}")
        if windows and opens <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(closes, windows[-1][1]))
        else:
            windows.append((opens, closes))
    return tuple(windows)


def _without(windows: tuple[Window, ...], cuts: tuple[Window, ...]) -> tuple[Window, ...]:
    for begins, ends in cuts:
        parts = [part for o, c in windows for part in ((o, min(c, begins)), (max(o, ends), c))]
        windows = tuple((o, c) for o, c in parts if o < c)
    return windows


def _date(value: str | date) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


class Calendar:
    """Open hours in one time zone. Immutable; windows may be given as "09:00" strings, minutes or `time` objects.

    `week` maps weekday numbers (Monday is 0) to windows. ValueError for a calendar that says two things about a date.
    """

    __slots__ = ("_per_week", "_special_weeks", "_specials", "_week", "last", "zone")

    def __init__(
        self,
        timezone: str,
        week: Mapping[int, Iterable[Sequence[Moment]]],
        *,
        holidays: Iterable[str | date] = (),
        extra_workdays: Mapping[Any, Iterable[Sequence[Moment]]] | None = None,
        shifts: Mapping[Any, Iterable[Sequence[Moment]]] | None = None,
        breaks: Mapping[Any, Iterable[Sequence[Moment]]] | None = None,
    ) -> None:
        try:
            self.zone = ZoneInfo(timezone)
        except (KeyError, ValueError, TypeError, OSError) as error:
            raise ValueError(f"{timezone!r} is not a time zone") from error
        if not set(week) <= set(range(7)):
            raise ValueError(f"Weekdays are 0 to 6, not {sorted(week)}")
        self._week = tuple(_windows(week.get(weekday, ())) for weekday in range(7))
        specials: dict[date, tuple[str, tuple[Window, ...]]] = {_date(on): ("holiday", ()) for on in holidays}
        for kind, days in (("workday", extra_workdays), ("shift", shifts)):
            for day, windows in (days or {}).items():
                if (on := _date(day)) in specials:
                    raise ValueError(f"The calendar says two things about {on}: {specials[on][0]} and {kind}")
                specials[on] = (kind, _windows(windows))
        for day, windows in (breaks or {}).items():
            on = _date(day)
            kind, usual = specials.get(on, ("weekday", self._week[on.weekday()]))
            specials[on] = (kind, _without(usual, _windows(windows)))
        self._specials = specials
        self._special_weeks = frozenset(on.toordinal() - on.weekday() for on in specials)
        self._per_week = sum((closes - opens for windows in self._week for opens, closes in windows), ZERO)
        # The last date that can be open; None when there is none.
        self.last: date | None = (
            LAST if self._per_week else max((on for on, (_kind, windows) in specials.items() if windows), default=None)
        )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """From JSON: `tz`, `hours` by `mon` … `sun`, `holidays`, `extra_workdays`, `shifts`, `breaks`."""
        hours = data.get("hours") or {}
        if strange := set(hours) - set(WEEKDAYS):
            raise ValueError(f"Weekdays are {', '.join(WEEKDAYS)}, not {', '.join(sorted(map(str, strange)))}")
        if "tz" not in data:
            raise ValueError("A calendar needs a time zone, `tz`")
        return cls(
            data["tz"],
            {WEEKDAYS.index(name): windows for name, windows in hours.items()},
            holidays=data.get("holidays") or (),
            extra_workdays=data.get("extra_workdays"),
            shifts=data.get("shifts"),
            breaks=data.get("breaks"),
        )

    def kind_of(self, on: date) -> str:
        """weekday, holiday, workday (a make-up one) or shift."""
        return self._specials[on][0] if on in self._specials else "weekday"

    def hours_on(self, on: date) -> tuple[Window, ...]:
        """That date's windows as times since its local midnight."""
        return self._specials[on][1] if on in self._specials else self._week[on.weekday()]

    def is_working_day(self, on: date) -> bool:
        return bool(self.hours_on(on))

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def _offset_at(self, label: datetime) -> timedelta:
        offset = self.zone.utcoffset(label.replace(tzinfo=self.zone))
        assert offset is not None
        return offset

    def spans_on(self, on: date) -> list[Span]:
        """That date's windows in UTC, in order and apart."""
        hours = self.hours_on(on)
        if not hours:
            return []
        midnight = datetime.combine(on, time.min, UTC)  # a local label: UTC stands in for the zone
        offset, next_offset = self._offset_at(midnight), self._offset_at(midnight + DAY)
        if offset == next_offset:
            midnight -= offset
            return [(midnight + opens, midnight + closes) for opens, closes in hours]
        # The clocks change on this date. A time in the gap moves behind it: nothing may count twice or on another date.
        spans: list[Span] = []
        begins, ends = midnight - offset, midnight + DAY - next_offset
        for opens, closes in hours:
            begins = max(begins, self._utc(midnight + opens))
            closes_at = min(ends, self._utc(midnight + closes))
            if begins < closes_at:
                spans.append((begins, closes_at))
                begins = closes_at
        return spans

    def _utc(self, label: datetime) -> datetime:
        return label - self._offset_at(label)

    def plain_week(self, monday: date) -> Piece | None:
        """The whole week when it has nothing special and no change of clocks, else None."""
        if monday.toordinal() in self._special_weeks:
            return None
        midnight = datetime.combine(monday, time.min, UTC)
        offset = self._offset_at(midnight)
        # No zone has changed its clocks twice in a week and back.
        if offset != self._offset_at(midnight + WEEK):
            return None
        return Piece(midnight - offset, midnight + WEEK - offset, self._per_week, monday)


def _instant(moment: datetime, name: str) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError(f"{name} has no time zone: {moment}")
    # Two datetimes of one zone would be compared by their wall clocks.
    return moment.astimezone(UTC)


def _merged(pauses: Iterable[Sequence[datetime | None]]) -> list[Pause]:
    """In UTC, in order and apart. The end None is a pause that still lasts."""
    spans: list[Pause] = []
    for begins, ends in pauses:
        if begins is None:
            raise ValueError("A pause has no beginning")
        span = (_instant(begins, "A pause"), _instant(ends, "A pause") if ends is not None else None)
        if span[1] is not None and span[1] < span[0]:
            raise ValueError(f"A pause ends before it begins: {begins} to {ends}")
        spans.append(span)
    merged: list[Pause] = []
    for begins, ends in sorted(spans, key=lambda span: span[0]):
        if merged and (merged[-1][1] is None or begins <= merged[-1][1]):
            last = merged[-1][1]
            merged[-1] = (merged[-1][0], None if last is None or ends is None else max(last, ends))
        else:
            merged.append((begins, ends))
    return merged


def _pieces(
    calendar: Calendar, start: datetime, until: datetime | None, pauses: list[Pause], *, by_week: bool = True
) -> Iterator[Piece]:
    """Open, unpaused stretches from `start` to `until`, in order. Weeks in which nothing differs come whole."""
    if calendar.last is None:
        return
    last = calendar.last
    if until is not None:
        last = min(last, calendar.local(until).date())
    ahead = list(reversed(pauses))
    on = calendar.local(start).date()
    while on <= last:
        if by_week and on.weekday() == 0 and on <= LAST - WEEK and (week := calendar.plain_week(on)):
            while ahead and (resumes := ahead[-1][1]) is not None and resumes <= week.begins:
                ahead.pop()
            begun = week.begins >= start and (not ahead or ahead[-1][0] >= week.ends)
            if begun and (until is None or week.ends <= until):
                if week.time:
                    yield week
                on += WEEK
                continue
        on += DAY
        for opens, closes in calendar.spans_on(on - DAY):
            opens = max(opens, start)
            closes = closes if until is None else min(closes, until)
            while opens < closes:
                while ahead and (resumes := ahead[-1][1]) is not None and resumes <= opens:
                    ahead.pop()
                if not ahead or ahead[-1][0] >= closes:
                    yield Piece(opens, closes, closes - opens, on - DAY)
                    break
                waits, resumes = ahead[-1]
                if waits > opens:
                    yield Piece(opens, waits, waits - opens, on - DAY)
                if resumes is None:
                    return
                opens = start = max(start, resumes)
                on = max(on, calendar.local(resumes).date())  # however long it waited


def due_at(
    start: datetime, target: timedelta, calendar: Calendar, pauses: Iterable[Sequence[datetime | None]] = ()
) -> datetime:
    """The first moment at which `target` of open, unpaused time has passed since `start`, in the calendar's zone.

    Reached exactly at closing, it is closing; a target of zero is the first open moment. Pauses are (from, to) pairs in
    any order; `to` may be None. ValueError for a naive time or a negative target, NoOpenTime when it is never reached.
    """
    if target < ZERO:
        raise ValueError(f"A target cannot be negative: {target}")
    begun, left, merged = _instant(start, "The start"), target, _merged(pauses)
    for piece in _pieces(calendar, begun, None, merged):
        if piece.time < left:
            left -= piece.time
            continue
        for begins, _ends, amount, _on in _pieces(calendar, piece.begins, piece.ends, merged, by_week=False):
            if amount >= left:
                return calendar.local(begins + left)
            left -= amount
    raise NoOpenTime(f"{left} of {target} stay open after {calendar.last or 'no open day at all'}")


def elapsed(
    start: datetime, end: datetime, calendar: Calendar, pauses: Iterable[Sequence[datetime | None]] = ()
) -> timedelta:
    """Open, unpaused time between two moments. ValueError for a naive time, or an end before its start."""
    begun, ended = _instant(start, "The start"), _instant(end, "The end")
    if ended < begun:
        raise ValueError(f"The end is before the start: {end} before {start}")
    return sum((piece.time for piece in _pieces(calendar, begun, ended, _merged(pauses))), ZERO)


def explain(
    start: datetime,
    until: datetime | timedelta,
    calendar: Calendar,
    pauses: Iterable[Sequence[datetime | None]] = (),
) -> list[DayCount]:
    """How a clock came to its figure, date by date with the closed ones: up to a moment, or until a target is due."""
    pauses = list(pauses)
    ends = due_at(start, until, calendar, pauses) if isinstance(until, timedelta) else until
    begun, ended = _instant(start, "The start"), _instant(ends, "The end")
    if ended < begun:
        raise ValueError(f"The end is before the start: {until} before {start}")
    counted: dict[date, list[Span]] = {}
    for piece in _pieces(calendar, begun, ended, _merged(pauses), by_week=False):
        counted.setdefault(piece.on, []).append((calendar.local(piece.begins), calendar.local(piece.ends)))
    days: list[DayCount] = []
    total, on, last = ZERO, calendar.local(begun).date(), calendar.local(ended).date()
    while on <= last:
        windows = tuple(counted.get(on, ()))
        amount = sum((closes.astimezone(UTC) - opens.astimezone(UTC) for opens, closes in windows), ZERO)
        total += amount
        days.append(DayCount(on, calendar.kind_of(on), windows, amount, total))
        on += DAY
    return days


def deadline(received: date | datetime, days: int, calendar: Calendar, *, working: bool = True) -> date:
    """The date of the last of `days` working (or calendar) days; the day of receipt does not count.

    A working day is a date with open hours, a make-up Saturday among them. NoOpenTime when there are not that many.
    """
    if days < 0:
        raise ValueError(f"A number of days cannot be negative: {days}")
    on = calendar.local(_instant(received, "Receipt")).date() if isinstance(received, datetime) else received
    if not working:
        return on + days * DAY
    while days:
        on += DAY
        if calendar.last is None or on > calendar.last:
            raise NoOpenTime(f"{days} working days are missing after {calendar.last or 'no open day at all'}")
        days -= calendar.is_working_day(on)
    return on
