"""A date or a length of time that nobody means is refused in the settings, before it stops what reckons with it."""

from html.parser import HTMLParser

import pytest
from django.urls import reverse

from crm.worktime.models import CalendarDay, WorkCalendar
from followups.models import CarePlan
from satisfaction.models import Survey


class Fields(HTMLParser):
    """What a form of the settings would send if nobody changed it."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.area = self.choice = ""

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "input" and given.get("type") in ("checkbox", "radio"):
            if "checked" in given:
                self.sent[name] = given.get("value") or "on"
        elif tag == "input" and given.get("type") != "submit" and name:
            self.sent[name] = given.get("value") or ""
        elif tag == "select":
            self.choice = name
        elif tag == "option" and "selected" in given:
            self.sent[self.choice] = given.get("value") or ""
        elif tag == "textarea":
            self.area, self.sent[name] = name, ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.sent[self.area] += data.lstrip("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""


def sent_by(client, url: str) -> dict[str, str]:
    fields = Fields()
    fields.feed(client.get(url).content.decode())
    return {name: value for name, value in fields.sent.items() if name and "__prefix__" not in name}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"active_from_0": "0001-01-01", "active_from_1": "00:00"}, Survey),
        ({"active_from_0": "9999-12-31", "active_from_1": "23:59"}, Survey),
        ({"purchase_delay": "99999999 00:00:00"}, Survey),
        ({"resolution_delay": "-1 00:00:00"}, Survey),
        ({"active_from_0": "0001-01-01", "active_from_1": "00:00"}, CarePlan),
        ({"steps-0-offset": "99999999 00:00:00"}, CarePlan),
        ({"steps-0-allowed": "99999999 00:00:00"}, CarePlan),
    ],
)
def test_what_lies_beyond_all_calendars_is_refused(change, what, people, sign_in):
    row = what.objects.order_by("pk").first()
    client = sign_in(people.admin)
    url = reverse(f"admin:{what._meta.app_label}_{what._meta.model_name}_change", args=[row.pk])
    before = what.objects.values().get(pk=row.pk)
    as_it_is = sent_by(client, url)
    assert set(change) <= set(as_it_is)

    refused = client.post(url, as_it_is | change)

    assert refused.status_code == 200 and "errorlist" in refused.content.decode()
    assert what.objects.values().get(pk=row.pk) == before
    assert client.post(url, as_it_is).status_code == 302, "as it was, it is right"


def test_a_day_of_a_calendar_lies_within_all_calendars(people, sign_in):
    calendar = WorkCalendar.objects.default()

    sign_in(people.admin).post(
        reverse("admin:worktime_calendarday_add"),
        {"calendar": calendar.pk, "on": "9999-12-31", "kind": "holiday", "name": "End"},
    )

    assert not CalendarDay.objects.filter(name="End").exists()


def test_every_page_of_the_settings_that_takes_a_date_or_a_length_is_bounded(people, rf):
    from django import forms
    from django.contrib import admin

    from crm.look.bounded import BoundedAdmin

    request = rf.get("/")
    request.user = people.admin
    loose = []
    for model, page in admin.site._registry.items():
        parts = [(page, page.get_form(request))] if page.has_change_permission(request) else []
        parts += [
            (part, part.get_formset(request).form)
            for part in page.get_inline_instances(request)
            if part.has_change_permission(request)
        ]
        for part, form in parts:
            times = forms.DateField | forms.DateTimeField | forms.SplitDateTimeField | forms.DurationField
            names = [name for name, field in form.base_fields.items() if isinstance(field, times)]
            if names and not isinstance(part, BoundedAdmin):
                loose.append(f"{model.__name__}, {type(part).__name__}: {names}")
    assert not loose
