"""What is going to happen in the house of the demo, in order of time, and the one who lets it happen."""

import heapq
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any, TypeVar
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.conf import settings

from crm.demo.clock import Clock
from crm.worktime.clock import Calendar, NoOpenTime, due_at

DAYS = 90  # of care, complaints and surveys; purchases go back further
HOUR = time(10, 40)  # what time it is in the house when only a date is told
NAMESPACE = UUID("6f0d2c1e-5a51-4b0b-9d0e-2f6a7c3b8e11")


def submission(key: str) -> UUID:
    """The id of what somebody of the demo sends off: the same at every run, so that nothing is made twice."""
    return uuid5(NAMESPACE, key)


def chance(key: str) -> Random:
    """Dice that fall alike at every run, each thing with dice of its own."""
    return Random(f"revisit:{key}")


Said = TypeVar("Said")


class Rounds:
    """Words by turns: nobody says the same again before everything was said once."""

    def __init__(self) -> None:
        self._left: dict[object, list[Any]] = {}
        self._number = count()

    def next(self, key: object, pool: Sequence[Said]) -> Said:
        left = self._left.setdefault(key, [])
        if not left:
            left.extend(pool)
            chance(f"round:{key}:{next(self._number)}").shuffle(left)
        return left.pop()


class Diary:
    """Deeds at their moments. `today` is a day in the house's zone; what lies behind `now` has not happened yet."""

    def __init__(self, now: datetime, clock: Clock) -> None:
        self.zone = ZoneInfo(settings.TIME_ZONE)
        self.now = now
        self.today: date = now.astimezone(self.zone).date()
        self.clock = clock
        self._deeds: list[tuple[datetime, int, Callable[[], object]]] = []
        self._order = count()

    @property
    def begin(self) -> datetime:
        return self.at(DAYS, "00:00")

    def at(self, days_ago: int, clock: str) -> datetime:
        """A moment by the house's clock, so many days before today (negative: to come)."""
        hour, minute = map(int, clock.split(":"))
        day = self.today - timedelta(days=days_ago)
        return datetime.combine(day, time(hour, minute), self.zone)

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def enter(self, moment: datetime, deed: Callable[[], object]) -> None:
        """Writes a deed down; it happens when its moment comes, or at once when that is over."""
        heapq.heappush(self._deeds, (moment, next(self._order), deed))

    def tell(self) -> None:
        """Lets everything happen that has happened by now. A deed may enter more."""
        while self._deeds and self._deeds[0][0] <= self.now:
            moment, _order, deed = heapq.heappop(self._deeds)
            self.clock.move(moment)
            deed()
        self.clock.move(self.now)


def working(start: datetime, minutes: float, calendar: Calendar) -> datetime:
    """So much working time after `start`; plain time where the calendar never opens."""
    span = timedelta(minutes=round(minutes))
    try:
        return due_at(start, span, calendar)
    except NoOpenTime:
        return start + span


def by_day(moment: datetime, diary: Diary) -> datetime:
    """The same moment, or the next morning: customers write while they are awake."""
    local = moment.astimezone(diary.zone)
    if 8 <= local.hour < 22:
        return moment
    return (local + timedelta(hours=(9 - local.hour) % 24)).replace(minute=local.minute)
