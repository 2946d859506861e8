"""The proposed next try lies in office hours."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crm.worktime.clock import Calendar
from followups.next_try import propose

OFFICE = Calendar.from_dict(
    {"tz": "Asia/Shanghai", "hours": {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("outcome", "now", "expected"),
    [
        ("busy", at(24, 10), at(24, 10, 30)),
        ("no_answer", at(24, 10), at(24, 13)),
        ("no_answer", at(24, 16), at(25, 10)),
        ("no_answer", at(27, 17), at(30, 11)),  # Friday evening: Monday
        ("busy", at(28, 12), at(30, 9, 30)),  # Saturday
        ("reached", at(24, 10), None),
        ("call_back", at(24, 10), None),
    ],
)
def test_the_next_try_lies_in_office_hours(outcome, now, expected):
    assert propose(outcome, now, OFFICE) == expected


def test_a_calendar_that_never_opens_still_gives_a_next_try():
    now = datetime(2026, 11, 24, 10, tzinfo=UTC)
    closed = Calendar.from_dict({"tz": "Asia/Shanghai", "hours": {}})
    assert propose("busy", now, closed) > now
