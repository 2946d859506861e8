"""The business clock by examples: the collected cases, the boundaries, daylight saving, what is refused."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crm.worktime.clock import Calendar, NoOpenTime, deadline, due_at, elapsed, explain

DATA = Path(__file__).resolve().parents[3] / "tests" / "data" / "sla_cases"
CASES = json.loads((DATA / "sla_cases_public.json").read_text())
DEADLINES = json.loads((DATA / "deadline_cases_public.json").read_text())
OFFICE = [["09:00", "12:00"], ["13:00", "18:00"]]
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE)
ALWAYS = {weekday: [["00:00", "24:00"]] for weekday in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
HOUR = timedelta(hours=1)


def calendar(tz: str = "Asia/Shanghai", hours: dict | None = None, **more) -> Calendar:
    return Calendar.from_dict({"tz": tz, "hours": WEEK if hours is None else hours, **more})


def at(text: str, tz: str = "Asia/Shanghai") -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(tz))


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_collected_case(case):
    hours = Calendar.from_dict(case["calendar"])
    tz = case["calendar"]["tz"]
    start = at(case["start"], tz)
    pauses = [(at(begins, tz), at(ends, tz)) for begins, ends in case["pauses"]]

    if case["op"] == "due":
        result = due_at(start, timedelta(seconds=case["target_seconds"]), hours, pauses)
        assert result == at(case["expected"], tz)
        assert result.tzinfo == ZoneInfo(tz)
    else:
        result = elapsed(start, at(case["end"], tz), hours, pauses)
        assert result.total_seconds() == case["expected_seconds"]


# --- Boundaries -------------------------------------------------------------------------------------------------------


def test_a_target_met_exactly_at_closing_is_due_at_closing():
    assert due_at(at("2026-11-24T10:00"), 7 * HOUR, calendar()) == at("2026-11-24T18:00")
    assert due_at(at("2026-11-24T09:00"), 3 * HOUR, calendar()) == at("2026-11-24T12:00")


def test_one_microsecond_more_is_due_after_the_next_opening():
    due = due_at(at("2026-11-24T10:00"), 7 * HOUR + timedelta(microseconds=1), calendar())
    assert due == at("2026-11-25T09:00:00.000001")


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-11-24T08:00", "2026-11-24T09:00"),
        ("2026-11-24T09:00", "2026-11-24T09:00"),
        ("2026-11-24T10:30:00.5", "2026-11-24T10:30:00.5"),
        ("2026-11-24T12:00", "2026-11-24T13:00"),
        ("2026-11-24T18:00", "2026-11-25T09:00"),
        ("2026-11-27T18:00", "2026-11-30T09:00"),
    ],
)
def test_a_target_of_zero_is_the_first_open_moment(start, expected):
    assert due_at(at(start), timedelta(0), calendar()) == at(expected)


def test_a_target_of_zero_waits_for_the_end_of_a_pause():
    pause = (at("2026-11-24T09:30"), at("2026-11-24T11:00"))
    assert due_at(at("2026-11-24T10:00"), timedelta(0), calendar(), [pause]) == at("2026-11-24T11:00")


def test_a_target_met_when_a_pause_begins_is_due_then():
    pause = (at("2026-11-24T10:00"), at("2026-11-24T11:00"))
    assert due_at(at("2026-11-24T09:00"), HOUR, calendar(), [pause]) == at("2026-11-24T10:00")


def test_a_window_until_midnight_runs_on_into_the_next_day():
    night = calendar(hours={"mon": [["22:00", "24:00"]], "tue": [["00:00", "06:00"]]})
    assert due_at(at("2026-11-23T23:00"), 2 * HOUR, night) == at("2026-11-24T01:00")
    assert due_at(at("2026-11-23T23:00"), HOUR, night) == at("2026-11-24T00:00")
    assert elapsed(at("2026-11-23T00:00"), at("2026-11-25T00:00"), night) == 8 * HOUR


def test_start_and_end_may_stand_in_any_zone_and_the_result_stands_in_the_calendars():
    due = due_at(datetime(2026, 11, 24, 1, tzinfo=UTC), HOUR, calendar())
    assert due.isoformat() == "2026-11-24T10:00:00+08:00"
    assert elapsed(
        datetime(2026, 11, 24, 1, tzinfo=UTC), at("2026-11-24T10:00", "Asia/Tokyo"), calendar()
    ) == timedelta(0)


def test_nothing_elapses_in_no_time():
    assert elapsed(at("2026-11-24T10:00"), at("2026-11-24T10:00"), calendar()) == timedelta(0)


def test_windows_may_be_unordered_touch_and_overlap_without_counting_twice():
    hours = calendar(hours={"tue": [["13:00", "18:00"], ["09:00", "12:00"], ["11:00", "13:00"]]})
    assert elapsed(at("2026-11-24T00:00"), at("2026-11-25T00:00"), hours) == 9 * HOUR


# --- Special dates ----------------------------------------------------------------------------------------------------


def test_a_holiday_makes_a_deadline_later_and_a_make_up_saturday_earlier():
    friday = at("2026-11-27T17:00")
    assert due_at(friday, 2 * HOUR, calendar()) == at("2026-11-30T10:00")
    assert due_at(friday, 2 * HOUR, calendar(holidays=["2026-11-30"])) == at("2026-12-01T10:00")
    assert due_at(friday, 2 * HOUR, calendar(extra_workdays={"2026-11-28": OFFICE})) == at("2026-11-28T10:00")


def test_a_shift_replaces_the_weekdays_hours():
    late = calendar(shifts={"2026-11-24": [["14:00", "22:00"]]})
    assert elapsed(at("2026-11-24T00:00"), at("2026-11-25T00:00"), late) == 8 * HOUR
    assert due_at(at("2026-11-24T09:00"), HOUR, late) == at("2026-11-24T15:00")


def test_a_break_is_taken_out_of_weekdays_shifts_and_make_up_days():
    hours = calendar(
        extra_workdays={"2026-11-28": OFFICE},
        shifts={"2026-11-25": [["08:00", "16:00"]]},
        holidays=["2026-11-26"],
        breaks={day: [["11:00", "14:00"]] for day in ("2026-11-24", "2026-11-25", "2026-11-26", "2026-11-28")},
    )
    counted = [elapsed(at(f"2026-11-{day}T00:00"), at(f"2026-11-{day + 1}T00:00"), hours) for day in range(24, 29)]
    assert counted == [6 * HOUR, 5 * HOUR, timedelta(0), 8 * HOUR, 6 * HOUR]


@pytest.mark.parametrize(
    "twice",
    [
        {"holidays": ["2026-11-28"], "extra_workdays": {"2026-11-28": OFFICE}},
        {"holidays": ["2026-11-24"], "shifts": {"2026-11-24": OFFICE}},
        {"extra_workdays": {"2026-11-28": OFFICE}, "shifts": {"2026-11-28": OFFICE}},
    ],
)
def test_a_calendar_that_says_two_things_about_a_date_is_refused(twice):
    with pytest.raises(ValueError, match="two things"):
        calendar(**twice)


# --- Daylight saving --------------------------------------------------------------------------------------------------


def test_a_night_is_an_hour_shorter_in_spring_and_longer_in_autumn():
    night = calendar("Europe/Berlin", {"sun": [["00:00", "06:00"]]})
    for day, hours in (("2024-03-31", 5), ("2024-10-27", 7), ("2024-06-02", 6)):
        midnight = at(f"{day}T00:00", "Europe/Berlin")
        assert elapsed(midnight, midnight + timedelta(days=1), night) == hours * HOUR
        assert due_at(midnight, hours * HOUR, night) == at(f"{day}T06:00", "Europe/Berlin")


def test_a_year_of_nights_has_both_changes_in_it():
    night = calendar("Europe/Berlin", {"sat": [["23:00", "24:00"]], "sun": [["00:00", "06:00"]]})
    for month, hours in ((2, 7), (3, 6), (4, 7), (10, 8)):
        monday, later = (at(f"2024-{m:02d}-{d:02d}T00:00", "Europe/Berlin") for m, d in CHANGES[month])
        assert elapsed(monday, later, night) == (hours + 7) * HOUR  # that week and an ordinary one
        assert due_at(monday, (hours + 7) * HOUR, night) == later - 18 * HOUR


CHANGES = {2: ((2, 5), (2, 19)), 3: ((3, 25), (4, 8)), 4: ((4, 8), (4, 22)), 10: ((10, 21), (11, 4))}


def test_daylight_saving_moves_no_office_hours():
    office = calendar("Europe/Berlin", WEEK)
    for friday, monday in (("2024-03-29", "2024-04-01"), ("2024-10-25", "2024-10-28")):
        due = due_at(at(f"{friday}T17:00", "Europe/Berlin"), 2 * HOUR, office)
        assert due == at(f"{monday}T10:00", "Europe/Berlin")


def test_both_passes_of_a_repeated_hour_count_and_the_result_says_which_one():
    night = calendar("Europe/Berlin", ALWAYS)
    first = at("2024-10-27T02:30+02:00")
    due = due_at(first, HOUR, night)
    assert due.isoformat() == "2024-10-27T02:30:00+01:00"
    assert elapsed(first, due, night) == HOUR


def test_a_time_that_is_skipped_lies_behind_the_gap_and_counts_once():
    # RFC 5545: 02:30 is read with the offset before the jump, which is 03:30 by the new time.
    hours = calendar("Europe/Berlin", {"sun": [["01:00", "02:30"], ["03:00", "05:00"]]})
    midnight = at("2024-03-31T00:00", "Europe/Berlin")
    assert elapsed(midnight, midnight + timedelta(days=1), hours) == 3 * HOUR
    inside = calendar("Europe/Berlin", {"sun": [["02:10", "02:50"]]})
    assert elapsed(midnight, at("2024-04-01T00:00", "Europe/Berlin"), inside) == timedelta(minutes=40)
    until_its_end = calendar("Europe/Berlin", {"sun": [["02:30", "03:00"]]})
    assert elapsed(midnight, at("2024-04-01T00:00", "Europe/Berlin"), until_its_end) == timedelta(0)


def test_days_that_change_at_midnight_are_whole():
    for zone, day, hours in (("America/Sao_Paulo", "2018-11-04", 23), ("America/Sao_Paulo", "2018-02-17", 25)):
        always = calendar(zone, ALWAYS)
        around = at(f"{day}T12:00", zone)
        only = calendar(zone, {}, shifts={day: [["00:00", "24:00"]]})
        assert elapsed(around - 2 * timedelta(days=1), around + 2 * timedelta(days=1), only) == hours * HOUR
        begins = datetime(2018, 2, 1, tzinfo=UTC)
        assert elapsed(begins, begins + timedelta(days=300), always) == timedelta(days=300)


def test_a_date_that_a_zone_skipped_has_no_hours():
    samoa = calendar("Pacific/Apia", {}, shifts={"2011-12-30": [["00:00", "08:00"], ["09:00", "24:00"]]})
    assert elapsed(at("2011-12-28T00:00+00:00"), at("2012-01-02T00:00+00:00"), samoa) == timedelta(0)


# --- Pauses -----------------------------------------------------------------------------------------------------------


def test_only_the_business_time_of_a_pause_counts():
    weekend = (at("2026-11-27T17:00"), at("2026-11-30T10:00"))
    assert due_at(at("2026-11-27T16:00"), 2 * HOUR, calendar(), [weekend]) == at("2026-11-30T11:00")
    night = (at("2026-11-24T18:00"), at("2026-11-25T09:00"))
    assert due_at(at("2026-11-24T17:00"), 2 * HOUR, calendar(), [night]) == at("2026-11-25T10:00")


def test_pauses_may_overlap_repeat_be_empty_lie_outside_and_come_in_any_order():
    begins, ends = at("2026-11-24T10:00"), at("2026-11-24T11:00")
    half = begins + timedelta(minutes=30)
    tangle = [
        (half, ends),
        (at("2026-11-20T10:00"), at("2026-11-20T11:00")),
        (begins, half),
        (begins, ends),
        (ends, ends),
    ]
    later = (at("2027-01-04T00:00"), at("2027-01-05T00:00"))
    for pauses in ([(begins, ends)], tangle, [later, *tangle], iter(tangle)):
        assert due_at(at("2026-11-24T09:00"), 3 * HOUR, calendar(), pauses) == at("2026-11-24T14:00")


def test_a_pause_that_still_lasts_stops_the_clock():
    waits = [(at("2026-11-24T10:00"), None)]
    assert elapsed(at("2026-11-24T09:00"), at("2027-11-24T09:00"), calendar(), waits) == HOUR
    assert due_at(at("2026-11-24T09:00"), HOUR, calendar(), waits) == at("2026-11-24T10:00")
    with pytest.raises(NoOpenTime):
        due_at(at("2026-11-24T09:00"), HOUR + timedelta(microseconds=1), calendar(), waits)
    overlapped = [(at("2026-11-24T11:00"), at("2026-11-25T11:00")), *waits]
    assert elapsed(at("2026-11-24T09:00"), at("2026-12-24T09:00"), calendar(), overlapped) == HOUR


def test_a_pause_of_a_century_is_stepped_over():
    pause = (at("2026-11-24T10:00"), at("2126-11-25T10:00"))
    assert due_at(at("2026-11-24T09:00"), 2 * HOUR, calendar(), [pause]) == at("2126-11-25T11:00")


# --- What is refused, what never ends ---------------------------------------------------------------------------------


def test_naive_times_are_refused_everywhere():
    naive, aware = datetime(2026, 11, 24, 10), at("2026-11-24T11:00")
    for call in (
        lambda: due_at(naive, HOUR, calendar()),
        lambda: elapsed(naive, aware, calendar()),
        lambda: elapsed(aware, naive, calendar()),
        lambda: due_at(aware, HOUR, calendar(), [(naive, aware)]),
        lambda: due_at(aware, HOUR, calendar(), [(aware, naive)]),
        lambda: explain(naive, aware, calendar()),
        lambda: deadline(naive, 1, calendar()),
    ):
        with pytest.raises(ValueError, match="no time zone"):
            call()


def test_what_runs_backwards_is_refused():
    early, late = at("2026-11-24T10:00"), at("2026-11-24T11:00")
    for call in (
        lambda: elapsed(late, early, calendar()),
        lambda: explain(late, early, calendar()),
        lambda: due_at(early, -HOUR, calendar()),
        lambda: due_at(early, HOUR, calendar(), [(late, early)]),
        lambda: deadline(date(2026, 11, 24), -1, calendar()),
    ):
        with pytest.raises(ValueError, match="before|negative"):
            call()


@pytest.mark.parametrize(
    "data",
    [
        {"hours": WEEK},
        {"tz": "Asia/Peking", "hours": WEEK},
        {"tz": "", "hours": WEEK},
        {"tz": "UTC", "hours": {"monday": OFFICE}},
        {"tz": "UTC", "hours": {"mon": [["18:00", "09:00"]]}},
        {"tz": "UTC", "hours": {"mon": [["09:00", "09:00"]]}},
        {"tz": "UTC", "hours": {"mon": [["09:00", "24:01"]]}},
        {"tz": "UTC", "hours": {"mon": [["09:60", "18:00"]]}},
        {"tz": "UTC", "hours": {"mon": [["-1:00", "18:00"]]}},
        {"tz": "UTC", "hours": {"mon": [["nine", "18:00"]]}},
        {"tz": "UTC", "hours": {"mon": [[None, "18:00"]]}},
        {"tz": "UTC", "hours": {"mon": [["09:00"]]}},
        {"tz": "UTC", "hours": WEEK, "holidays": ["2026-02-30"]},
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(data):
    with pytest.raises(ValueError, match=r".+"):
        Calendar.from_dict(data)


def test_a_calendar_that_never_opens_says_so_at_once():
    for closed in (calendar(hours={}), calendar(hours={"mon": []}, holidays=["2026-11-24"], shifts={"2026-11-25": []})):
        for target in (timedelta(0), HOUR):
            with pytest.raises(NoOpenTime):
                due_at(at("2026-11-24T10:00"), target, closed)
        assert elapsed(at("2026-11-24T10:00"), at("2036-11-24T10:00"), closed) == timedelta(0)
        with pytest.raises(NoOpenTime):
            deadline(date(2026, 11, 24), 1, closed)


def test_a_calendar_with_a_few_open_dates_ends_with_the_last_of_them():
    fair = calendar(hours={}, extra_workdays={"2026-11-28": OFFICE, "2030-11-29": OFFICE})
    start = at("2026-11-24T10:00")
    assert due_at(start, timedelta(0), fair) == at("2026-11-28T09:00")
    assert due_at(start, 9 * HOUR, fair) == at("2030-11-29T10:00")
    assert due_at(start, 16 * HOUR, fair) == at("2030-11-29T18:00")
    for moment, target in ((start, 17 * HOUR), (at("2030-11-29T18:00"), timedelta(0))):
        with pytest.raises(NoOpenTime):
            due_at(moment, target, fair)


def test_targets_beyond_the_last_year_that_dates_know_are_refused_and_not_run_after():
    with pytest.raises(NoOpenTime):
        due_at(at("2026-11-24T10:00"), timedelta(days=400 * 365 * 20), calendar())


def test_ten_years_are_the_sum_of_their_days():
    # 2026-01-05 is a Monday; 520 whole weeks of 40 hours later it is 2035-12-24.
    assert due_at(at("2026-01-05T09:00"), 520 * 40 * HOUR, calendar()) == at("2035-12-21T18:00")
    with_a_holiday = calendar(holidays=["2030-05-01"])
    assert due_at(at("2026-01-05T09:00"), 520 * 40 * HOUR, with_a_holiday) == at("2035-12-24T18:00")
    assert elapsed(at("2026-01-05T00:00"), at("2035-12-24T00:00"), calendar()) == 520 * 40 * HOUR


# --- Explanations and days --------------------------------------------------------------------------------------------


def test_an_explanation_lists_every_date_and_adds_up_to_the_elapsed_time():
    hours = calendar(holidays=["2026-11-30"], extra_workdays={"2026-11-28": OFFICE})
    start, end = at("2026-11-27T17:00"), at("2026-12-01T10:00")
    pauses = [(at("2026-11-28T10:00"), at("2026-11-28T11:00"))]

    days = explain(start, end, hours, pauses)

    assert [(str(day.on), day.kind, day.time / HOUR, day.total / HOUR) for day in days] == [
        ("2026-11-27", "weekday", 1, 1),
        ("2026-11-28", "workday", 7, 8),
        ("2026-11-29", "weekday", 0, 8),
        ("2026-11-30", "holiday", 0, 8),
        ("2026-12-01", "weekday", 1, 9),
    ]
    assert [f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in days[1].windows] == [
        "09:00-10:00",
        "11:00-12:00",
        "13:00-18:00",
    ]
    assert days[-1].total == elapsed(start, end, hours, pauses)


def test_an_explanation_of_a_target_ends_when_it_is_due():
    days = explain(at("2026-11-27T17:00"), 2 * HOUR, calendar())
    assert (str(days[-1].on), days[-1].total) == ("2026-11-30", 2 * HOUR)
    assert days[-1].windows[-1][1] == at("2026-11-30T10:00")


CHINA = [case for case in DEADLINES["cases"] if case["id"].startswith("CNWD")]


@pytest.mark.parametrize("case", CHINA, ids=[case["id"] for case in CHINA])
def test_chinese_working_days_count_make_up_weekends(case):
    # 2023 is not in the file: State Council notice of 2022-12-08.
    holidays = ["2023-09-29", "2023-10-02", "2023-10-03", "2023-10-04", "2023-10-05", "2023-10-06"]
    workdays = ["2023-10-07", "2023-10-08"]
    for year in DEADLINES["cn_calendar"].values():
        holidays += year["weekday_holidays"]
        workdays += year["weekend_workdays"]
    china = calendar(holidays=holidays, extra_workdays=dict.fromkeys(workdays, OFFICE))
    received = date.fromisoformat(case["received"])

    for days in (7, 15, 45):
        assert deadline(received, days, china).isoformat() == case[f"due_{days}_working_days"]
    assert deadline(received, 7, china, working=False).isoformat() == case["due_7_calendar_days"]


def test_british_deadlines_leave_out_easter():
    case = next(case for case in DEADLINES["cases"] if case["id"] == "UK-1")
    britain = calendar("Europe/London", holidays=["2024-03-29", "2024-04-01", "2024-05-06", "2024-05-27"])
    received = date.fromisoformat(case["received"])
    assert deadline(received, 3, britain).isoformat() == case["DISP_1_5_close_of_3rd_business_day"]
    assert deadline(received, 15, britain).isoformat() == case["PSD_15_business_days"]
    for days, name in ((56, "DISP_1_6_final_response_8_weeks"), (42, "Ofcom_ADR_6_weeks_from_2026_04_08_rule")):
        assert deadline(received, days, britain, working=False).isoformat() == case[name]


def test_the_day_of_receipt_is_the_calendars_own():
    evening_in_london = datetime(2026, 11, 24, 20, tzinfo=ZoneInfo("Europe/London"))  # the 25th in Shanghai
    assert deadline(evening_in_london, 1, calendar()) == date(2026, 11, 26)


def test_the_clock_needs_no_settings():
    code = "import sys, crm.worktime.clock; sys.exit('django' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=DATA.parents[2], env={"PATH": "/usr/bin"})
