"""The contract of the two clocks, on calendars made by hand: no rows, no now()."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from complaints import clocks
from crm.worktime.clock import Calendar

ZONE = ZoneInfo("Asia/Shanghai")
NINE_TO_SIX = [("09:00", "12:00"), ("13:00", "18:00")]
WEEK = {weekday: NINE_TO_SIX for weekday in range(5)}
OFFICE = Calendar("Asia/Shanghai", WEEK)

HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def due(start: str, calendar: Calendar = OFFICE, pauses=(), acknowledge: int = 4, resolve: int = 16) -> clocks.Due:
    return clocks.due(at(start), acknowledge * HOUR, resolve * HOUR, calendar, pauses)


def test_both_clocks_count_working_time_from_the_start():
    # Tuesday 10:00: two hours before lunch, two after it; sixteen hours are two working days.
    assert due("2026-11-17 10:00") == clocks.Due(at("2026-11-17 15:00"), at("2026-11-19 10:00"))


def test_what_comes_in_at_night_counts_from_the_next_opening():
    assert due("2026-11-17 22:30").acknowledge == at("2026-11-18 14:00")


def test_a_friday_evening_waits_for_monday():
    assert due("2026-11-20 17:00").acknowledge == at("2026-11-23 12:00")


def test_a_target_reached_at_closing_is_due_at_closing():
    assert due("2026-11-17 13:00", acknowledge=5).acknowledge == at("2026-11-17 18:00")


def test_a_holiday_makes_a_deadline_later():
    holiday = Calendar("Asia/Shanghai", WEEK, holidays=["2026-11-18"])
    assert due("2026-11-17 10:00", holiday).resolve == at("2026-11-20 10:00")
    assert due("2026-11-17 10:00", holiday).resolve > due("2026-11-17 10:00").resolve


def test_a_make_up_saturday_makes_a_deadline_earlier():
    saturday = Calendar("Asia/Shanghai", WEEK, extra_workdays={"2026-11-21": NINE_TO_SIX})
    assert due("2026-11-20 10:00", saturday).resolve == at("2026-11-23 10:00")
    assert due("2026-11-20 10:00", saturday).resolve < due("2026-11-20 10:00").resolve


def test_a_pause_moves_a_deadline_by_its_working_time_only():
    overnight = (at("2026-11-17 17:00"), at("2026-11-18 10:00"))  # one hour on Tuesday, one on Wednesday
    assert due("2026-11-17 10:00", pauses=[overnight]).resolve == at("2026-11-19 12:00")


def test_a_pause_outside_working_time_moves_nothing():
    night = (at("2026-11-17 18:00"), at("2026-11-18 09:00"))
    assert due("2026-11-17 10:00", pauses=[night]) == due("2026-11-17 10:00")


def test_two_pauses_that_overlap_count_once():
    pauses = [(at("2026-11-17 14:00"), at("2026-11-17 16:00")), (at("2026-11-17 15:00"), at("2026-11-17 17:00"))]
    assert due("2026-11-17 10:00", pauses=pauses).resolve == at("2026-11-19 14:00")


def test_daylight_saving_moves_no_office_hours():
    berlin = Calendar("Europe/Berlin", {weekday: [("09:00", "17:00")] for weekday in range(7)})
    start = datetime(2024, 3, 30, 16, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    found = clocks.due(start, 2 * HOUR, 9 * HOUR, berlin)
    assert found.acknowledge == datetime(2024, 3, 31, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))


def test_deadlines_are_kept_in_utc():
    assert due("2026-11-17 10:00").acknowledge.tzinfo is UTC


def test_a_calendar_that_never_opens_does_not_make_a_case_wait_for_ever():
    never = Calendar("Asia/Shanghai", {})
    pause = (at("2026-11-17 11:00"), at("2026-11-17 12:00"))
    assert due("2026-11-17 10:00", never, [pause]).acknowledge == at("2026-11-17 15:00")


@pytest.mark.parametrize(
    ("running", "acknowledged", "expected"),
    [(True, False, "acknowledge"), (True, True, "resolve"), (False, True, None), (False, False, None)],
)
def test_the_next_clock_is_that_of_the_next_thing_to_do(running, acknowledged, expected):
    both = due("2026-11-17 10:00")
    found = clocks.next_due_at(
        running=running,
        acknowledged=acknowledged,
        acknowledge_due_at=both.acknowledge,
        resolve_due_at=both.resolve,
    )
    assert found == (getattr(both, expected) if expected else None)


# --- Readings -------------------------------------------------------------------------------------------------------


def reading(now: str, *, done: str | None = None, pauses=(), paused=False, start="2026-11-17 10:00", target=16):
    return clocks.read(
        "resolve",
        start=at(start),
        target=target * HOUR,
        due_at=clocks.due(at(start), HOUR, target * HOUR, OFFICE, [p for p in pauses if p[1]]).resolve,
        done_at=at(done) if done else None,
        at=at(now),
        calendar=OFFICE,
        pauses=pauses,
        paused=paused,
    )


def test_a_running_clock_says_what_is_left_in_working_time():
    found = reading("2026-11-18 09:30")
    assert (found.state, found.left, found.share) == ("running", 16 * HOUR - 7.5 * HOUR, 47)


def test_a_clock_is_amber_when_three_quarters_are_used_or_an_hour_is_left():
    assert reading("2026-11-18 15:00").state == "soon"  # 12 of 16 hours
    assert reading("2026-11-18 14:59").state == "running"
    assert reading("2026-11-17 13:00", start="2026-11-17 11:00", target=2).state == "soon"


def test_an_overdue_clock_counts_working_time_over_it():
    found = reading("2026-11-19 11:30")
    assert (found.state, found.over, found.share) == ("overdue", 1.5 * HOUR, 100)


def test_a_finished_clock_is_met_or_missed_for_good():
    assert reading("2026-12-24 10:00", done="2026-11-19 10:00").state == "met"
    assert reading("2026-12-24 10:00", done="2026-11-19 10:01").state == "missed"


def test_a_paused_clock_stands_where_it_stood():
    open_pause = [(at("2026-11-17 14:00"), None)]
    assert reading("2026-11-18 17:00", pauses=open_pause, paused=True).used == 3 * HOUR
    assert reading("2026-12-18 17:00", pauses=open_pause, paused=True).state == "paused"


# --- Explanations ---------------------------------------------------------------------------------------------------


def test_the_days_of_an_explanation_add_up_to_the_target():
    pause = (at("2026-11-18 10:30"), at("2026-11-18 14:00"))
    until = due("2026-11-17 16:40", pauses=[pause]).resolve

    days = clocks.explain_days(at("2026-11-17 16:40"), until, OFFICE, [pause])

    assert [day.count.on.day for day in days] == [17, 18, 19, 20]
    assert days[-1].count.total == 16 * HOUR and days[-1].is_due
    assert days[1].paused == 2.5 * HOUR
    assert [(a.hour, a.minute, b.hour) for a, b in days[1].pauses] == [(10, 30, 14)]


def test_an_explanation_shows_closed_days_too():
    days = clocks.explain_days(at("2026-11-20 17:00"), due("2026-11-20 17:00").acknowledge, OFFICE)
    assert [(day.count.on.day, day.count.time) for day in days] == [
        (20, HOUR),
        (21, timedelta(0)),
        (22, timedelta(0)),
        (23, 3 * HOUR),
    ]


def test_an_explanation_of_years_is_cut_to_its_last_days():
    days = clocks.explain_days(at("2024-11-20 17:00"), at("2026-11-20 17:00"), OFFICE, most=5)
    assert len(days) == 5 and days[-1].count.on.isoformat() == "2026-11-20"
