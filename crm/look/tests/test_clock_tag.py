"""A deadline in words: overdue red, under an hour amber, stopped grey, met and missed as badges."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.template import Context, Template
from django.utils import translation

NOW = datetime(2026, 11, 17, 10, 42, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False), translation.override("en"):
        yield


def clock(tag="{% clock due state=state done_at=done left=left %}", **context):
    return Template("{% load look %}" + tag).render(Context(context))


def test_overdue_is_red_and_bold_and_exact_on_hover():
    html = clock(due=NOW - timedelta(hours=3, minutes=10))

    assert "3 h 10 overdue" in html and 'class="rv-clock bad b"' in html and "title=" in html


def test_under_an_hour_is_amber_and_later_is_plain():
    assert "warn" in clock(due=NOW + timedelta(minutes=28))
    assert 'class="rv-clock"' in clock(due=NOW + timedelta(hours=4, minutes=40))


def test_what_is_left_in_working_time_goes_before_the_wall_clock():
    html = clock(due=NOW + timedelta(hours=16), left=timedelta(minutes=40))

    assert "40 min left" in html and "warn" in html


def test_a_stopped_clock_is_neither_red_nor_amber():
    html = clock(due=NOW - timedelta(hours=1), state="paused")

    assert "clock stopped" in html and "bad" not in html


def test_met_and_missed_are_badges():
    assert "on time" in clock(due=NOW, done=NOW - timedelta(hours=1), state="met")
    missed = clock(due=NOW - timedelta(hours=2), done=NOW, state="missed")
    assert "late by 2 h" in missed and "rv-badge bad" in missed


def test_without_a_deadline_there_is_nothing_to_say():
    assert clock(due=None) == ""


def test_when_is_relative_with_the_exact_time_for_machines_and_on_hover():
    html = clock("{% when due %}", due=NOW - timedelta(hours=2))

    assert (
        html.startswith('<time datetime="2026-11-17T08:42:00+00:00" title="Tue 17 Nov ') and ">2 h ago</time>" in html
    )
