"""Forms as they are rendered: chips, dates, errors, hidden submission."""

import uuid
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.utils import timezone, translation

from crm.look.forms import (
    Cell,
    DateInput,
    DateTimeField,
    PickManyWidget,
    PickWidget,
    Section,
    SubmissionForm,
    form_helper,
)


class CallForm(SubmissionForm):
    name = forms.CharField(label="Name", help_text="As they say it")
    outcome = forms.ChoiceField(label="Outcome", choices=[("reached", "Reached"), ("busy", "Busy")])
    channel = forms.ChoiceField(label="Channel", choices=[("", "---"), ("p", "Phone"), ("m", "Mail")], required=False)
    country = forms.ChoiceField(label="Country", choices=[(str(n), f"Country {n}") for n in range(9)])
    at = DateTimeField(label="At")
    on = forms.DateField(label="On", widget=DateInput, required=False)
    sure = forms.BooleanField(label="Sure", required=False)
    what = forms.MultipleChoiceField(label="What", choices=[("a", "A")], widget=PickManyWidget, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = form_helper(self, submit="Log it", cancel_url="/back/")


@pytest.fixture(autouse=True)
def _here():
    with timezone.override(ZoneInfo("Asia/Shanghai")), translation.override("en"):
        yield


def test_few_fixed_choices_are_chips_and_many_are_a_list():
    form = CallForm()

    assert isinstance(form.fields["outcome"].widget, PickWidget)
    assert isinstance(form.fields["channel"].widget, PickWidget)
    assert type(form.fields["country"].widget) is forms.Select
    html = render_crispy_form(form)
    assert html.count('class="rv-chip pick"') == 2 + 3 + 1
    assert "---" not in html


def test_a_form_has_one_submit_a_way_out_and_its_hidden_submission():
    html = render_crispy_form(CallForm(initial={"submission": uuid.UUID(int=7)}))

    assert html.count('type="submit"') == 1 and "Log it" in html and 'href="/back/"' in html
    assert str(uuid.UUID(int=7)) in html
    assert "data-once" in html


def test_a_submission_is_made_where_none_came_and_kept_where_one_came():
    posted = {"name": "x", "outcome": "busy", "country": "1", "at": "2026-11-17T10:42"}
    mine = uuid.uuid4()

    with_none, with_one = CallForm(posted), CallForm(posted | {"submission": str(mine)})

    assert with_none.is_valid() and isinstance(with_none.cleaned_data["submission"], uuid.UUID)
    assert with_one.is_valid() and with_one.cleaned_data["submission"] == mine


def test_a_moment_is_typed_and_shown_in_the_readers_zone_with_its_weekday():
    at = datetime(2026, 11, 16, 18, 5, tzinfo=UTC)

    html = render_crispy_form(CallForm(initial={"at": at}))
    posted = CallForm({"name": "x", "outcome": "busy", "country": "1", "at": "2026-11-17T02:05"})

    assert 'value="2026-11-17T02:05"' in html and 'type="datetime-local"' in html
    assert ">Tue</span>" in html
    assert posted.is_valid() and posted.cleaned_data["at"] == at


def test_errors_stand_on_top_with_links_and_at_their_fields_and_what_was_typed_stays():
    form = CallForm({"name": "", "outcome": "shouting", "country": "3", "at": "tomorrow", "submission": "x"})

    html = render_crispy_form(form)

    assert "5 things to correct." in html or "4 things to correct." in html
    assert 'href="#id_name"' in html and 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html and 'value="tomorrow"' in html
    assert 'role="alert"' in html


def test_every_description_that_a_field_names_is_there():
    import re

    html = render_crispy_form(CallForm({"name": ""}))

    for names in re.findall(r'aria-describedby="([^"]+)"', html):
        for name in names.split():
            assert f'id="{name}"' in html


def test_sections_have_names_and_cells_their_width():
    form = CallForm()
    form.helper = form_helper(
        form, Section("Who", Cell("name", 3, half=True), "outcome", hint="One line", anchor="who")
    )

    html = render_crispy_form(form)

    assert '<section class="rv-sec" id="who">' in html and "<h2>Who</h2>" in html
    assert '<div class="c3 half">' in html and '<div class="c6">' in html
    assert 'name="submission"' in html


def test_no_form_carries_inline_style_or_script():
    html = render_crispy_form(CallForm({"name": ""}))

    assert " style=" not in html and "<script" not in html and " onclick=" not in html


@pytest.mark.parametrize("typed", ["9999-12-31T23:59", "3000-01-01T00:00", "0001-01-01T00:00", "1899-12-31T12:00"])
def test_a_moment_beyond_all_calendars_is_refused_at_its_field(typed):
    with pytest.raises(forms.ValidationError):
        DateTimeField().clean(typed)
