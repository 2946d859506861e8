"""What is written in bulk is what the actions would have written."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from crm.demo.hindsight import Fate, Try, write_down
from customers.models import ContactMade, TimelineEntry
from followups import actions
from followups.models import Attempt, FollowUp, FollowUpEvent
from tests.factories import make_followup

NOT_COMPARED = {"id", "followup_id", "customer_id", "submission", "key", "reminded_at"}


def rows(model, **which) -> list[dict]:
    found = model.objects.filter(**which).order_by("at", "pk").values()
    return [{name: value for name, value in row.items() if name not in NOT_COMPARED} for row in found]


def traces(followup: FollowUp) -> dict:
    plain = {
        name: value
        for name, value in FollowUp.objects.filter(pk=followup.pk).values()[0].items()
        if name not in {*NOT_COMPARED, "created_at"}
    }
    return {
        "followup": plain,
        "attempts": rows(Attempt, followup=followup),
        "events": [row for row in rows(FollowUpEvent, followup=followup) if row["what"] != "created"],
        "contacts": rows(ContactMade, customer=followup.customer),
        "timeline": rows(TimelineEntry, customer=followup.customer),
    }


@pytest.fixture
def pair(people):
    """Two follow-ups that differ in nothing but their customer."""
    due = timezone.now().replace(microsecond=0) - timedelta(days=20)
    return [make_followup(owner=people.agent, team=people.agent.team, due_at=due) for _ in range(2)]


def test_two_tries_leave_the_same_rows_by_either_way(pair, people):
    one, other = pair
    first, again = one.due_at + timedelta(minutes=5), one.due_at + timedelta(hours=3)
    last = again + timedelta(minutes=2)
    with time_machine.travel(first, tick=False):
        actions.log_attempt(one.pk, by=people.agent, outcome="no_answer", note="Rang out.", next_at=again)
    with time_machine.travel(last, tick=False):
        actions.log_attempt(one.pk, by=people.agent, outcome="reached", note="All well.")

    tries = [Try(first, "no_answer", "Rang out.", again, uuid4()), Try(last, "reached", "All well.", None, uuid4())]
    write_down([Fate(other, people.agent, tries)])

    assert traces(other) == traces(one)


def test_a_cancellation_leaves_the_same_rows_by_either_way(pair, people):
    one, other = pair
    moment = one.due_at + timedelta(minutes=9)
    with time_machine.travel(moment, tick=False):
        actions.cancel(one.pk, by=people.agent, reason="The goods came back.")

    write_down([Fate(other, people.agent, cancelled_at=moment, reason="The goods came back.")])

    assert traces(other) == traces(one)
