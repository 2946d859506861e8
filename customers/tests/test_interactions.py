"""Contacts that took place: written once, backdated but never dated ahead, with anybody who rings."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from customers.actions import log_interaction
from customers.actions.interaction import NotYet
from customers.models import ContactMade, Interaction
from tests.factories import make_customer

pytestmark = pytest.mark.django_db


def log(customer, by, **fields):
    return log_interaction(
        customer.pk, by=by, **{"channel": "phone", "direction": "in", "summary": "rang about the bill"} | fields
    )


def test_a_contact_stands_on_the_timeline(people):
    customer = make_customer("张三", owner=people.agent)

    contact = log(customer, people.agent, outcome="reached")

    entry = customer.timeline.get()
    assert (entry.kind, entry.key, entry.subject) == ("contact_phone", str(contact.pk), "rang about the bill")
    assert (entry.staff, entry.team, entry.at) == (people.agent, people.agent.team, contact.at)


def test_only_what_we_did_counts_as_a_contact_made(people):
    customer = make_customer("张三")

    log(customer, people.agent, direction="in")
    assert not ContactMade.objects.exists()

    log(customer, people.agent, direction="out", channel="visit")
    made = ContactMade.objects.get()
    assert (made.channel, made.purpose, made.staff) == ("visit", "care", people.agent)


def test_the_same_submission_is_written_once(people):
    customer, submission = make_customer("张三"), uuid.uuid4()

    assert log(customer, people.agent, submission=submission) == log(customer, people.agent, submission=submission)
    assert Interaction.objects.count() == customer.timeline.count() == 1


def test_a_contact_may_be_of_yesterday_but_not_of_tomorrow(people):
    customer = make_customer("张三")
    yesterday = timezone.now() - timedelta(days=1)

    assert log(customer, people.agent, at=yesterday).at == yesterday
    with pytest.raises(NotYet):
        log(customer, people.agent, at=timezone.now() + timedelta(minutes=5))


def test_whoever_speaks_with_customers_logs_a_contact_with_any_of_them(people, house):
    customer = make_customer("张三", owner=people.agent2, team=house.repairs)

    assert log(customer, people.agent).staff == people.agent
    with pytest.raises(PermissionDenied):
        log(customer, people.quality)
    with pytest.raises(PermissionDenied):
        log(customer, people.deactivated)
