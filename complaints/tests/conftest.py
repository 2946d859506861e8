"""A house that works nine to six with a lunch break, on a Tuesday at ten."""

import itertools
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from complaints.models import Severity
from crm.worktime.models import WorkCalendar, WorkWindow

ZONE = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
HOURS = ((9 * 60, 12 * 60), (13 * 60, 18 * 60))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def make_calendar(name: str, days=range(5), **fields) -> WorkCalendar:
    calendar = WorkCalendar.objects.create(name_en=name, timezone="Asia/Shanghai", **fields)
    WorkWindow.objects.bulk_create(
        WorkWindow(calendar=calendar, weekday=weekday, opens=opens, closes=closes)
        for weekday, (opens, closes) in itertools.product(days, HOURS)
    )
    return calendar


@pytest.fixture
def tuesday():
    """Tuesday 17 November 2026, 10:00 in Shanghai; the clock stands unless a test moves it."""
    with time_machine.travel(at("2026-11-17 10:00"), tick=False) as clock:
        yield clock


@pytest.fixture
def hours(house, tuesday) -> WorkCalendar:
    """The whole house works Monday to Friday, 9–12 and 13–18."""
    calendar = make_calendar("House")
    house.company.calendar = calendar
    house.company.save(update_fields=["calendar"])
    return calendar


@pytest.fixture
def severities(db) -> dict[str, Severity]:
    """The shipped ones by their English names: Critical 1/8, High 2/16, Normal 4/24, Low 8/40 hours."""
    return {severity.name_en: severity for severity in Severity.objects.all()}
