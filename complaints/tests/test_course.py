"""From acknowledged to closed and reopened: what each verb writes, and what it refuses."""

import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from complaints import actions
from complaints.actions import NotNow
from complaints.models import NEXT_STATUSES, Complaint, ComplaintEvent, ComplaintPause, Status
from complaints.tests.conftest import HOUR, at
from crm.outbox.models import Message
from crm.staff.models import Notice
from customers.models import Customer, TimelineEntry
from tests.factories import make_complaint, make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def complaint(people, house, hours) -> Complaint:
    """Of a customer with an address, in the queue of the handler's team."""
    return make_complaint(make_customer(email="chen@example.com"), team=house.sales_east)


def again(complaint: Complaint) -> Complaint:
    return Complaint.objects.get(pk=complaint.pk)


def test_acknowledging_stops_the_first_clock_and_makes_it_mine(complaint, people, tuesday):
    tuesday.shift(HOUR)

    actions.acknowledge(complaint.pk, by=people.handler)

    now = again(complaint)
    assert (now.status, now.acknowledged_at, now.owner) == (Status.ACKNOWLEDGED, at("2026-11-17 11:00"), people.handler)
    assert now.next_due_at == now.resolve_due_at
    event = now.events.get(what="acknowledged")
    assert event.actor == people.handler and event.old["status"] == "new" and event.new["status"] == "acknowledged"


def test_acknowledging_what_a_colleague_has_leaves_it_theirs(people, hours):
    complaint = make_complaint(owner=people.agent)
    actions.acknowledge(complaint.pk, by=people.lead)
    assert again(complaint).owner == people.agent


def test_starting_acknowledges_too(complaint, people):
    actions.start(complaint.pk, by=people.handler)
    now = again(complaint)
    assert now.status == Status.IN_PROGRESS and now.acknowledged_at is not None


def test_waiting_stops_the_clock_and_resuming_moves_it_by_the_working_time_waited(complaint, people, tuesday):
    actions.start(complaint.pk, by=people.handler)
    due = again(complaint).resolve_due_at
    tuesday.move_to(at("2026-11-17 14:00"))

    actions.wait(complaint.pk, by=people.handler, reason="A recording of the noise")
    now = again(complaint)
    assert (now.status, now.next_due_at) == (Status.WAITING, None)
    assert not Complaint.objects.overdue(at("2027-11-17 14:00")).exists()

    tuesday.move_to(at("2026-11-18 11:00"))
    actions.resume(complaint.pk, by=people.handler)
    now = again(complaint)
    assert due == at("2026-11-20 10:00") and now.resolve_due_at == at("2026-11-20 17:00")  # four hours and two more
    assert now.next_due_at == now.resolve_due_at and now.status == Status.IN_PROGRESS
    assert now.events.get(what="reckoned").new["why"] == "pause"
    assert ComplaintPause.objects.get().ended_at == at("2026-11-18 11:00")


def test_waiting_needs_a_reason_and_a_time_to_come(complaint, people):
    with pytest.raises(ValidationError):
        actions.wait(complaint.pk, by=people.handler, reason="  ")
    with pytest.raises(ValidationError):
        actions.wait(complaint.pk, by=people.handler, reason="Photo", until=at("2026-11-17 09:00"))
    assert again(complaint).status == Status.NEW and not ComplaintPause.objects.exists()


def test_resolving_tells_the_customer_and_leaves_the_round_in_the_history(complaint, people, tuesday):
    tuesday.shift(2 * HOUR)

    actions.resolve(complaint.pk, by=people.handler, note="The disc was replaced.")

    now = again(complaint)
    assert (now.status, now.resolution, now.next_due_at) == (Status.RESOLVED, "The disc was replaced.", None)
    event = ComplaintEvent.objects.get(what="resolved")
    assert event.new["round"] == 1 and event.new["in_time"] is True
    assert "The disc was replaced." in Message.objects.get(kind="complaint-resolution").body
    assert TimelineEntry.objects.filter(kind="complaint-resolved", key=now.number).exists()
    assert list(Complaint.objects.resolved()) == [now] and not Complaint.objects.open().exists()


def test_resolving_while_waiting_takes_the_waiting_off_before_judging(complaint, people, tuesday):
    actions.start(complaint.pk, by=people.handler)
    actions.wait(complaint.pk, by=people.handler, reason="Photo")
    tuesday.move_to(at("2026-12-24 10:00"))

    actions.resolve(complaint.pk, by=people.handler, note="Settled with a voucher.")

    now = again(complaint)
    assert now.resolve_due_at > at("2026-12-24 10:00")
    assert ComplaintEvent.objects.get(what="resolved").new["in_time"] is True
    assert ComplaintPause.objects.get().ended_at == at("2026-12-24 10:00")


def test_a_late_resolution_says_so(complaint, people, tuesday):
    tuesday.move_to(at("2026-12-24 10:00"))
    actions.resolve(complaint.pk, by=people.handler, note="At last.")
    assert ComplaintEvent.objects.get(what="resolved").new["in_time"] is False


def test_resolving_needs_words_for_the_customer(complaint, people):
    with pytest.raises(ValidationError):
        actions.resolve(complaint.pk, by=people.handler, note=" ")
    assert again(complaint).status == Status.NEW


def test_resolving_twice_is_refused_and_promises_nothing_more(complaint, people):
    actions.resolve(complaint.pk, by=people.handler, note="Done.")
    messages = Message.objects.count()

    with pytest.raises(NotNow) as refused:
        actions.resolve(complaint.pk, by=people.lead, note="Done again.")

    assert "Handler" in refused.value.sentence and complaint.number in refused.value.sentence
    assert again(complaint).resolution == "Done."
    assert Message.objects.count() == messages and ComplaintEvent.objects.filter(what="resolved").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_resolve_at_once_one_is_told_that_the_other_did(house, people):
    complaint = make_complaint(make_customer(email="chen@example.com"), team=house.sales_east)
    gate, outcomes = threading.Barrier(2), []

    def click(person, note):
        gate.wait()
        try:
            actions.resolve(complaint.pk, by=person, note=note)
            outcomes.append("done")
        except NotNow as refused:
            outcomes.append(refused.sentence)
        finally:
            connection.close()

    clicks = [
        threading.Thread(target=click, args=pair) for pair in ((people.handler, "A voucher"), (people.lead, "A refund"))
    ]
    [one.start() for one in clicks]
    [one.join() for one in clicks]

    assert outcomes.count("done") == 1 and len(outcomes) == 2
    assert ComplaintEvent.objects.filter(what="resolved").count() == 1
    assert Message.objects.filter(kind="complaint-resolution").count() == 1


def test_closing_ends_the_access_to_the_customer(complaint, people, house):
    customer = complaint.customer
    actions.hand_over(complaint.pk, by=people.handler, team=house.repairs, note="A matter of the workshop")
    actions.take(complaint.pk, by=people.handler2)
    assert Customer.objects.visible_to(people.handler2).filter(pk=customer.pk).exists()

    actions.resolve(complaint.pk, by=people.handler2, note="Repaired.")
    assert Customer.objects.visible_to(people.handler2).filter(pk=customer.pk).exists()
    actions.close(complaint.pk, by=people.handler2)

    assert again(complaint).closed_at is not None
    assert not Customer.objects.visible_to(people.handler2).filter(pk=customer.pk).exists()


def test_reopening_starts_a_round_with_new_clocks(complaint, people, tuesday):
    actions.resolve(complaint.pk, by=people.handler, note="Done.")
    tuesday.move_to(at("2026-12-01 10:00"))

    actions.reopen(complaint.pk, by=people.handler, reason="It squeals again")

    now = again(complaint)
    assert (now.status, now.round, now.resolution) == (Status.IN_PROGRESS, 2, "")
    assert now.round_started_at == now.acknowledged_at == at("2026-12-01 10:00")
    assert now.resolved_at is None and now.resolve_due_at == now.next_due_at == at("2026-12-04 10:00")
    assert now.received_at == at("2026-11-17 10:00") and now.owner == people.handler
    event = ComplaintEvent.objects.get(what="reopened")
    assert event.note == "It squeals again" and event.new["round"] == 2 and event.old["status"] == "resolved"


def test_what_the_customer_reopens_is_new_again_and_rings_its_handler(complaint, people, tuesday):
    actions.resolve(complaint.pk, by=people.handler, note="Done.")
    actions.close(complaint.pk, by=people.handler)
    tuesday.move_to(at("2026-12-01 10:00"))

    actions.customer_wrote(complaint.pk, text="It squeals again", unsatisfied=True)

    now = again(complaint)
    assert (now.status, now.round, now.acknowledged_at) == (Status.NEW, 2, None)
    assert now.next_due_at == now.acknowledge_due_at == at("2026-12-01 15:00")
    assert Notice.objects.filter(user=people.handler, kind="complaint_reopened").exists()
    assert Customer.objects.visible_to(people.handler).filter(pk=now.customer_id).exists()


def test_the_pauses_of_an_earlier_round_do_not_count_in_the_next(complaint, people, tuesday):
    actions.start(complaint.pk, by=people.handler)
    actions.wait(complaint.pk, by=people.handler, reason="Photo")
    tuesday.move_to(at("2026-11-18 10:00"))
    actions.resolve(complaint.pk, by=people.handler, note="Done.")

    actions.reopen(complaint.pk, by=people.handler, reason="Again")
    actions.wait(complaint.pk, by=people.handler, reason="Another photo")
    actions.resume(complaint.pk, by=people.handler)

    assert again(complaint).resolve_due_at == at("2026-11-23 10:00")


def test_a_second_resolution_carries_its_round(complaint, people):
    actions.resolve(complaint.pk, by=people.handler, note="Done.")
    actions.reopen(complaint.pk, by=people.handler, reason="Again")
    actions.resolve(complaint.pk, by=people.handler, note="Now really.")
    rounds = ComplaintEvent.objects.filter(what="resolved").order_by("pk").values_list("new__round", flat=True)
    assert list(rounds) == [1, 2]
    assert Message.objects.filter(kind="complaint-resolution").count() == 2


# --- What is not legal ----------------------------------------------------------------------------------------------


VERBS = {
    "acknowledge": (actions.acknowledge, {}, {Status.NEW}),
    "start": (actions.start, {}, {Status.NEW, Status.ACKNOWLEDGED}),
    "wait": (actions.wait, {"reason": "Photo"}, {Status.NEW, Status.ACKNOWLEDGED, Status.IN_PROGRESS}),
    "resume": (actions.resume, {}, {Status.WAITING}),
    "resolve": (
        actions.resolve,
        {"note": "Done."},
        {Status.NEW, Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.WAITING},
    ),
    "close": (actions.close, {}, {Status.RESOLVED}),
    "reopen": (actions.reopen, {"reason": "Again"}, {Status.RESOLVED, Status.CLOSED}),
}


def bring_to(complaint: Complaint, status: str, by) -> None:
    if status == Status.ACKNOWLEDGED:
        actions.acknowledge(complaint.pk, by=by)
    elif status == Status.IN_PROGRESS:
        actions.start(complaint.pk, by=by)
    elif status == Status.WAITING:
        actions.wait(complaint.pk, by=by, reason="Photo")
    elif status in (Status.RESOLVED, Status.CLOSED):
        actions.resolve(complaint.pk, by=by, note="Done.")
        if status == Status.CLOSED:
            actions.close(complaint.pk, by=by)


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_works_from_its_states_and_changes_nothing_from_others(verb, status, complaint, people):
    action, arguments, legal = VERBS[verb]
    bring_to(complaint, status, people.handler)
    before = again(complaint).__dict__ | {"_state": None}
    counts = (ComplaintEvent.objects.count(), Message.objects.count(), ComplaintPause.objects.count())

    if status in legal:
        after = action(complaint.pk, by=people.handler, **arguments)
        assert after.status in NEXT_STATUSES[status]
        return

    with pytest.raises(NotNow):
        action(complaint.pk, by=people.handler, **arguments)
    assert again(complaint).__dict__ | {"_state": None} == before
    assert (ComplaintEvent.objects.count(), Message.objects.count(), ComplaintPause.objects.count()) == counts


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_is_for_people_out_of_reach_or_who_only_read(verb, complaint, people):
    action, arguments, legal = VERBS[verb]
    bring_to(complaint, next(iter(legal)), people.handler)
    for person in (people.agent, people.agent2, people.handler2, people.lead2, people.quality, people.deactivated):
        with pytest.raises(PermissionDenied):
            action(complaint.pk, by=person, **arguments)


def test_nobody_in_particular_moves_a_case_through_the_pages(complaint):
    with pytest.raises(PermissionDenied):
        actions.close(complaint.pk, by=None)
