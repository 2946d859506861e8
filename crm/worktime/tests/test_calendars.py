"""Calendars as rows: what the database refuses, what a clock reads, what is shipped, loaded and retired."""

import datetime as dt
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from crm.worktime import actions
from crm.worktime.clock import due_at
from crm.worktime.models import CalendarDay, CalendarDayWindow, DayKind, NoCalendar, WorkCalendar, WorkWindow
from crm.worktime.shipped import ship

pytestmark = pytest.mark.django_db

MORNING, AFTERNOON = (9 * 60, 12 * 60), (13 * 60, 18 * 60)
HOUR = dt.timedelta(hours=1)
TUESDAY = dt.date(2026, 11, 24)


def make_calendar(**fields) -> WorkCalendar:
    return WorkCalendar.objects.create(**{"name_en": "Shop", **fields})


def hours_on(calendar: WorkCalendar, on: dt.date) -> list[tuple[float, float]]:
    return [(opens / HOUR, closes / HOUR) for opens, closes in calendar.clock().hours_on(on)]


# --- Shipped ----------------------------------------------------------------------------------------------------------


def test_a_new_installation_has_office_hours_and_shipping_again_adds_nothing():
    ship()
    ship()

    calendar = WorkCalendar.objects.get()
    assert WorkCalendar.objects.default() == calendar
    assert calendar.timezone == "Asia/Shanghai"
    assert [hours_on(calendar, TUESDAY + dt.timedelta(days=days)) for days in (0, 4)] == [[(9, 12), (13, 18)], []]


def test_without_a_default_calendar_the_error_says_what_to_do():
    WorkCalendar.objects.update(is_default=False)
    with pytest.raises(NoCalendar, match="migrate"):
        WorkCalendar.objects.default()


# --- What the database refuses ----------------------------------------------------------------------------------------


def refused(name: str, write) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        write()
        connection.check_constraints()


def test_two_default_calendars_are_refused():
    refused("one_default_work_calendar", lambda: make_calendar(is_default=True))


def test_a_calendar_without_a_name_is_refused():
    refused("has_a_name", lambda: make_calendar(name_en=""))


def test_windows_that_end_before_they_begin_or_after_midnight_are_refused():
    calendar = make_calendar()
    for opens, closes in ((600, 600), (700, 600), (600, 1441)):
        refused(
            "closes_after_it_opens", lambda o=opens, c=closes: calendar.windows.create(weekday=0, opens=o, closes=c)
        )
    refused("weekday_is_one_of_seven", lambda: calendar.windows.create(weekday=7, opens=0, closes=1440))


def test_windows_of_one_day_that_overlap_are_refused_and_those_that_touch_are_not():
    calendar, other = make_calendar(), make_calendar()
    calendar.windows.create(weekday=0, opens=0, closes=1440)
    calendar.windows.create(weekday=1, opens=0, closes=720)
    calendar.windows.create(weekday=1, opens=720, closes=1440)
    other.windows.create(weekday=0, opens=0, closes=1440)
    connection.check_constraints()
    refused("weekly_windows_apart", lambda: calendar.windows.create(weekday=1, opens=719, closes=721))
    day = calendar.days.create(on=TUESDAY, kind=DayKind.SHIFT)
    day.windows.create(opens=0, closes=720)
    refused("windows_of_a_day_apart", lambda: day.windows.create(opens=600, closes=1440))


def test_two_things_about_a_date_are_refused():
    calendar = make_calendar()
    calendar.days.create(on=TUESDAY, kind=DayKind.HOLIDAY)
    refused("one_thing_about_a_date", lambda: calendar.days.create(on=TUESDAY, kind=DayKind.WORKDAY))


# --- What a clock reads -----------------------------------------------------------------------------------------------


def test_a_clock_knows_the_week_the_holidays_the_make_up_days_and_the_shifts():
    calendar = make_calendar(timezone="Europe/Berlin")
    actions.set_week(calendar.pk, {1: [MORNING, AFTERNOON], 2: [(0, 1440)]})
    calendar.days.create(on=TUESDAY, kind=DayKind.HOLIDAY)
    saturday = calendar.days.create(on=TUESDAY + dt.timedelta(days=4), kind=DayKind.WORKDAY)
    sunday = calendar.days.create(on=TUESDAY + dt.timedelta(days=5), kind=DayKind.WORKDAY)
    actions.set_hours(sunday.pk, [MORNING])
    shift = calendar.days.create(on=TUESDAY + dt.timedelta(days=7), kind=DayKind.SHIFT)
    actions.set_hours(shift.pk, [(600, 1440)])

    assert [hours_on(calendar, TUESDAY + dt.timedelta(days=days)) for days in (-7, 0, 1)] == [
        [(9, 12), (13, 18)],
        [],
        [(0, 24)],
    ]
    assert hours_on(calendar, saturday.on) == [(9, 12), (13, 18)]  # none of its own: those of the first open weekday
    assert hours_on(calendar, sunday.on) == [(9, 12)]
    assert hours_on(calendar, shift.on) == [(10, 24)]
    due = due_at(dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC), 2 * HOUR, calendar.clock())
    assert due == dt.datetime(2026, 11, 25, 2, tzinfo=ZoneInfo("Europe/Berlin"))


def test_a_clock_costs_three_queries_at_first_and_then_one(django_assert_num_queries):
    calendar = make_calendar()
    actions.set_week(calendar.pk, {0: [MORNING]})
    with django_assert_num_queries(3):
        first = calendar.clock()
    with django_assert_num_queries(1):
        assert calendar.clock() is first


def test_no_change_of_a_calendar_is_missed_whoever_makes_it():
    calendar = make_calendar()
    other = make_calendar(name_en="Other")
    unchanged = other.clock()
    day = calendar.days.create(on=TUESDAY, kind=DayKind.SHIFT)
    changes = [
        lambda: calendar.windows.create(weekday=1, opens=540, closes=600),
        lambda: WorkWindow.objects.filter(calendar=calendar).update(closes=660),
        lambda: CalendarDayWindow.objects.bulk_create([CalendarDayWindow(day=day, opens=600, closes=720)]),
        lambda: CalendarDayWindow.objects.filter(day=day).update(closes=780),
        lambda: CalendarDayWindow.objects.filter(day=day).delete(),
        lambda: CalendarDay.objects.filter(pk=day.pk).update(kind=DayKind.HOLIDAY),
        lambda: CalendarDay.objects.filter(pk=day.pk).delete(),
        lambda: WorkWindow.objects.filter(calendar=calendar).delete(),
        lambda: WorkCalendar.objects.filter(pk=calendar.pk).update(timezone="UTC"),
    ]
    for change in changes:
        before, revision = calendar.clock(), WorkCalendar.objects.get(pk=calendar.pk).revision
        change()
        assert calendar.clock() is not before
        assert WorkCalendar.objects.get(pk=calendar.pk).revision != revision
    assert other.clock() is unchanged


# --- Changes ----------------------------------------------------------------------------------------------------------


def test_setting_the_week_writes_only_what_differs():
    calendar = make_calendar()
    actions.set_week(calendar.pk, {0: [MORNING, AFTERNOON]})
    kept = calendar.windows.get(opens=MORNING[0])
    actions.set_week(calendar.pk, {0: [MORNING], 5: [MORNING]})

    assert list(calendar.windows.values_list("weekday", "opens")) == [(0, MORNING[0]), (5, MORNING[0])]
    assert calendar.windows.filter(pk=kept.pk).exists()
    revision = WorkCalendar.objects.get(pk=calendar.pk).revision
    actions.set_week(calendar.pk, {0: [MORNING], 5: [MORNING]})
    assert WorkCalendar.objects.get(pk=calendar.pk).revision == revision


def test_there_is_one_default_calendar_and_it_is_never_retired():
    shipped, calendar = WorkCalendar.objects.default(), make_calendar()

    actions.make_default(calendar.pk)

    assert WorkCalendar.objects.default() == calendar
    with pytest.raises(ValidationError, match="cannot be retired"):
        actions.retire(calendar.pk)
    actions.retire(shipped.pk)
    assert list(WorkCalendar.objects.active()) == [calendar]
    with pytest.raises(ValidationError, match="cannot be the default"):
        actions.make_default(shipped.pk)
    actions.restore(shipped.pk)
    actions.make_default(shipped.pk)
    assert WorkCalendar.objects.default() == shipped


def test_whatever_points_at_a_calendar_makes_it_one_in_use(house):
    calendar = make_calendar()
    actions.set_week(calendar.pk, {0: [MORNING]})
    assert not calendar.is_in_use()
    house.sales.calendar = calendar
    house.sales.save(update_fields=["calendar"])
    assert calendar.is_in_use()


# --- Official holidays ------------------------------------------------------------------------------------------------


def load(**options) -> str:
    out = StringIO()
    call_command("load_holidays", stdout=out, **options)
    return out.getvalue()


@time_machine.travel("2026-11-24T04:00:00Z")
def test_chinese_holidays_and_make_up_days_are_loaded_into_the_default_calendar():
    calendar = WorkCalendar.objects.default()

    load()

    calendar.refresh_from_db()
    assert calendar.confirmed_years == [2026]
    assert calendar.is_confirmed(TUESDAY)
    assert hours_on(calendar, dt.date(2026, 10, 1)) == []
    assert hours_on(calendar, dt.date(2026, 10, 10)) == [(9, 12), (13, 18)]
    made_up = calendar.days.filter(kind=DayKind.WORKDAY).values_list("on", flat=True)
    assert [f"{on:%m-%d}" for on in made_up] == ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]


def test_a_year_whose_make_up_days_are_not_announced_is_not_confirmed():
    out = load(year=2027)

    calendar = WorkCalendar.objects.default()
    assert "NOT confirmed" in out
    assert calendar.confirmed_years == []
    assert calendar.days.filter(kind=DayKind.HOLIDAY, on__year=2027).count() > 10
    assert not calendar.is_confirmed(dt.date(2027, 1, 4))


def test_loading_again_changes_what_was_loaded_and_leaves_what_people_entered():
    calendar = WorkCalendar.objects.default()
    calendar.days.create(on=dt.date(2026, 10, 10), kind=DayKind.HOLIDAY, name="We keep it free")
    calendar.days.create(on=dt.date(2026, 12, 1), kind=DayKind.HOLIDAY, name="Founder's day")
    calendar.days.create(on=dt.date(2026, 12, 2), kind=DayKind.HOLIDAY, name="A guess", loaded_from="CN")

    first, second = load(year=2026), load(year=2026)

    assert "1 taken back, 1 left" in first
    assert "0 added, 0 changed, 0 taken back, 1 left" in second
    names = dict(calendar.days.filter(on__gte=dt.date(2026, 10, 9)).values_list("on", "name"))
    assert names == {dt.date(2026, 10, 10): "We keep it free", dt.date(2026, 12, 1): "Founder's day"}


def test_a_country_without_make_up_days_is_confirmed_by_its_rules():
    calendar = make_calendar(timezone="Europe/London")
    load(calendar=calendar.pk, country="gb", year=2027)
    calendar.refresh_from_db()
    assert calendar.confirmed_years == [2027]
    assert not WorkCalendar.objects.default().days.exists()


@pytest.mark.parametrize("options", [{"calendar": 999_999}, {"country": "ZZ"}, {"country": "CN", "year": 1800}])
def test_what_cannot_be_loaded_is_said_in_one_line(options):
    with pytest.raises(CommandError, match=r"^(There is no calendar|No holidays)"):
        load(**options)
