"""Under the told clock it is the moment that is being told, for actions and for defaults alike; outside it is now."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from crm.demo.clock import told
from crm.outbox.models import Message
from customers.models import Interaction

MOMENT = datetime(2024, 2, 29, 9, 30, tzinfo=UTC)


def test_now_is_what_is_told_and_afterwards_is_now_again():
    with told(MOMENT) as clock:
        assert timezone.now() == MOMENT and timezone.localdate() == MOMENT.date()
        clock.move(MOMENT + timedelta(hours=2))
        assert timezone.now() == MOMENT + timedelta(hours=2)

    assert abs(timezone.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_defaults_that_hold_the_function_are_told_too():
    with told(MOMENT):
        assert Message(key="x").created_at == MOMENT
        assert Interaction().at == MOMENT


def test_the_clock_never_goes_back():
    with told(MOMENT) as clock:
        clock.move(MOMENT - timedelta(days=1))
        assert timezone.now() == MOMENT


def test_one_story_within_another_gives_the_first_one_back():
    with told(MOMENT):
        with told(MOMENT + timedelta(days=3)):
            assert timezone.now() == MOMENT + timedelta(days=3)
        assert timezone.now() == MOMENT


def test_times_are_still_times():
    with told(MOMENT):
        assert timezone.template_localtime(MOMENT) != "" and timezone.is_aware(timezone.localtime())
