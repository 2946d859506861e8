"""Calendars in the settings: typed hours, messages at the right place, the preview, retiring instead of deleting."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from crm.worktime import actions
from crm.worktime.forms import parse_hours
from crm.worktime.models import CalendarDay, DayKind, WorkCalendar

NINE_TO_SIX = ((540, 720), (780, 1080))
NOW = "2026-11-24T04:00:00Z"  # a Tuesday, noon in Shanghai


@pytest.fixture
def client(people, sign_in):
    return sign_in(people.admin)


@pytest.fixture
def calendar(db) -> WorkCalendar:
    return WorkCalendar.objects.default()


def form_of(calendar: WorkCalendar | None = None, days: list[dict] | None = None, **fields) -> dict:
    days = days or []
    data = {
        "name_en": "Office hours",
        "name_zh": "办公时间",
        "timezone": "Asia/Shanghai",
        "confirmed_years": "2026",
        **{f"hours_{weekday}": "09:00-12:00, 13:00-18:00" for weekday in range(5)},
        "hours_5": "",
        "hours_6": "",
        "days-TOTAL_FORMS": len(days),
        "days-INITIAL_FORMS": sum("id" in day for day in days),
        **fields,
    }
    for index, day in enumerate(days):
        day = {"calendar": calendar.pk if calendar else "", "name": "", "hours": "", **day}
        data |= {f"days-{index}-{name}": value for name, value in day.items()}
    return data


def change(calendar: WorkCalendar) -> str:
    return reverse("admin:worktime_workcalendar_change", args=[calendar.pk])


@pytest.mark.parametrize(
    "text",
    [
        "09:00-12:00, 13:00-18:00",
        "9-12 13-18",
        "13:00–18:00;9:00—12:00",
        "9:00～12:00，13：00至18：00",
        "9 to 12, 13 - 18",
    ],
)
def test_hours_are_read_as_people_write_them(text):
    assert parse_hours(text) == NINE_TO_SIX


def test_midnight_and_closed_can_be_written():
    assert parse_hours("00:00-24:00") == ((0, 1440),)
    assert parse_hours("  ") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nine to five", "not understood"),
        ("09:00-12:00 lunch 13:00-18:00", "lunch"),
        ("09:00-12:00x", "not understood"),
        ("09:00-12:6", "not understood"),
        ("09:00-24:30", "no such time"),
        ("09:00-12:75", "no such time"),
        ("22:00-06:00", "night shift"),
        ("09:00-12:00, 11:00-18:00", "overlap"),
    ],
)
def test_hours_that_make_no_sense_are_told_which_part_is_wrong(text, said):
    with pytest.raises(ValidationError, match=said):
        parse_hours(text)


@time_machine.travel(NOW)
def test_a_new_calendar_is_saved_with_its_week_and_days(client):
    days = [
        {"on": "2026-12-25", "kind": "holiday", "name": "Christmas"},
        {"on": "2026-12-26", "kind": "workday", "hours": "10-16"},
    ]

    answer = client.post(
        reverse("admin:worktime_workcalendar_add"), form_of(days=days, name_en="Shop", hours_5="10:00-14:00")
    )

    assert answer.status_code == 302
    made = WorkCalendar.objects.get(name_en="Shop")
    assert not made.is_default
    assert made.windows.filter(weekday=5).values_list("opens", "closes").get() == (600, 840)
    assert made.windows.count() == 11
    assert made.days.get(kind=DayKind.WORKDAY).windows.values_list("opens", "closes").get() == (600, 960)


@time_machine.travel(NOW)
def test_the_page_shows_the_hours_and_what_they_come_to(client, calendar):
    calendar.days.create(on=dt.date(2026, 11, 25), kind=DayKind.HOLIDAY, name="Founder's day")

    page = client.get(change(calendar)).content.decode()

    assert 'value="09:00-12:00, 13:00-18:00"' in page
    # Four hours from noon: 13 to 17.
    assert "<strong>Tue 2026-11-24 17:00</strong>" in page
    assert "Founder&#x27;s day" in page
    assert "The holidays of 2027 are not confirmed" in page


@time_machine.travel(NOW)
def test_errors_stand_at_the_field_that_is_wrong_and_nothing_is_saved(client, calendar):
    days = [
        {"on": "2026-12-25", "kind": "holiday", "hours": "9-12"},
        {"on": "2026-12-28", "kind": "shift"},
        {"on": "2026-12-29", "kind": "holiday"},
        {"on": "2026-12-29", "kind": "workday"},
    ]

    answer = client.post(change(calendar), form_of(calendar, days, hours_0="9-12, 11-15", timezone="Mars/Base"))

    assert answer.status_code == 200
    form = answer.context["adminform"].form
    assert set(form.errors) == {"hours_0", "timezone"}
    assert form["hours_0"].value() == "9-12, 11-15"
    inline = answer.context["inline_admin_formsets"][0].formset
    assert [sorted(one.errors) for one in inline.forms] == [["hours"], ["hours"], [], ["on"]]
    assert not calendar.days.exists()


@time_machine.travel(NOW)
def test_a_second_thing_about_a_date_is_refused_at_the_date(client, calendar):
    calendar.days.create(on=dt.date(2025, 12, 25), kind=DayKind.HOLIDAY)  # long past: not on the page

    answer = client.post(change(calendar), form_of(calendar, [{"on": "2025-12-25", "kind": "workday"}]))

    assert answer.status_code == 200
    assert "already says something about this date" in answer.content.decode()


@time_machine.travel(NOW)
def test_two_dates_may_change_places(client, calendar):
    first = calendar.days.create(on=dt.date(2026, 12, 25), kind=DayKind.HOLIDAY)
    second = calendar.days.create(on=dt.date(2026, 12, 28), kind=DayKind.HOLIDAY)
    rows = [
        {"id": first.pk, "on": "2026-12-28", "kind": "holiday"},
        {"id": second.pk, "on": "2026-12-25", "kind": "holiday"},
    ]

    assert client.post(change(calendar), form_of(calendar, rows)).status_code == 302

    connection.check_constraints()
    first.refresh_from_db()
    assert first.on == dt.date(2026, 12, 28)


@time_machine.travel(NOW)
def test_a_person_who_edits_a_loaded_day_owns_it(client, calendar):
    loaded = calendar.days.create(on=dt.date(2026, 12, 25), kind=DayKind.HOLIDAY, loaded_from="CN")
    other = calendar.days.create(on=dt.date(2026, 12, 28), kind=DayKind.HOLIDAY, loaded_from="CN")
    rows = [
        {"id": loaded.pk, "on": "2026-12-25", "kind": "shift", "hours": "9-12"},
        {"id": other.pk, "on": "2026-12-28", "kind": "holiday"},
    ]

    assert client.post(change(calendar), form_of(calendar, rows)).status_code == 302

    loaded.refresh_from_db()
    other.refresh_from_db()
    assert (loaded.loaded_from, other.loaded_from) == ("", "CN")
    assert loaded.windows.count() == 1


@time_machine.travel(NOW)
def test_saving_a_calendar_without_hours_warns_that_no_clock_can_run(client, calendar):
    closed = form_of(calendar, **{f"hours_{weekday}": "" for weekday in range(7)})
    page = client.post(change(calendar), closed, follow=True).content.decode()
    assert "never opens" in page


def test_a_calendar_in_use_is_retired_and_not_deleted(client, calendar, house):
    used = WorkCalendar.objects.create(name_en="Used")
    house.sales.calendar = used
    house.sales.save(update_fields=["calendar"])
    unused = WorkCalendar.objects.create(name_en="Unused")

    def delete(one: WorkCalendar) -> int:
        address = reverse("admin:worktime_workcalendar_delete", args=[one.pk])
        return client.post(address, {"post": "yes"}).status_code

    assert [delete(calendar), delete(used), delete(unused)] == [403, 403, 302]

    every = reverse("admin:worktime_workcalendar_changelist")
    page = client.post(
        every, {"action": "retire", "_selected_action": [calendar.pk, used.pk]}, follow=True
    ).content.decode()
    assert "Used" not in client.get(every, {"state": "offered"}).content.decode()
    used.refresh_from_db()
    calendar.refresh_from_db()
    assert used.retired_at and not calendar.retired_at
    assert "cannot be retired" in page
    client.post(every, {"action": "restore", "_selected_action": [used.pk]})
    client.post(every, {"action": "make_default", "_selected_action": [used.pk]})
    assert WorkCalendar.objects.default() == used
    assert "delete_selected" not in client.get(every).content.decode()


def test_special_days_of_all_years_have_a_list_of_their_own(client, calendar):
    day = calendar.days.create(on=dt.date(2020, 5, 1), kind=DayKind.WORKDAY)
    actions.set_hours(day.pk, [(540, 720)])
    every = reverse("admin:worktime_calendarday_changelist")

    assert "09:00-12:00" in client.get(every, {"year": "2020"}).content.decode()
    assert client.get(every, {"year": "x"}).status_code == 200
    address = reverse("admin:worktime_calendarday_change", args=[day.pk])
    form = {"calendar": calendar.pk, "on": "2020-05-01", "kind": "shift", "name": "", "hours": "10-12"}
    assert client.post(address, form).status_code == 302
    assert CalendarDay.objects.get(pk=day.pk).windows.values_list("opens", "closes").get() == (600, 720)
