"""The told clock: while the last months are told, `timezone.now()` is the moment that is being told.

The people of the demo act through the same actions as everybody else, and those ask Django for the time: for when a row was
made, when a letter was promised, whether something is news. One name inside Django is exchanged, for as long as the telling
lasts and in this process only. So nothing depends on the wall clock, and no action needs to know that there is a demo.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from typing import Any

from django.utils import timezone


class Clock:
    """Stands at `moment` and never goes back."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment.astimezone(UTC)

    def move(self, moment: datetime) -> None:
        self.moment = max(self.moment, moment.astimezone(UTC))


class _AnyDatetime(type):
    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, datetime)


@contextmanager
def told(begin: datetime) -> Iterator[Clock]:
    """Inside, `timezone.now()` says what the clock says."""
    clock = Clock(begin)

    class Told(datetime, metaclass=_AnyDatetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return clock.moment.astimezone(tz) if tz else clock.moment.replace(tzinfo=None)

    ours: Any = timezone
    before = ours.datetime
    ours.datetime = Told
    try:
        yield clock
    finally:
        ours.datetime = before
