"""Letters, whether they arrived, what the customer writes, notes and promises."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from complaints import actions
from complaints.models import Complaint, ComplaintMessage, ComplaintPromise, Status
from complaints.tests.conftest import HOUR, at
from crm.outbox.models import Message
from crm.staff.models import Notice
from customers.models import ContactRefusal, OptOut
from tests.factories import make_complaint, make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def complaint(people, hours) -> Complaint:
    return make_complaint(make_customer(email="chen@example.com", language="zh-hans"), owner=people.handler)


def test_a_letter_goes_to_the_customer_and_knows_its_message(complaint, people):
    row = actions.write(complaint.pk, by=people.handler, text="我们正在核查。")

    message = Message.objects.get(kind="complaint-letter")
    assert row.message == message and row.body == "我们正在核查。"
    assert "我们正在核查。" in message.body and message.language == "zh-hans"
    assert complaint.events.get(what="wrote").new["message"] == row.pk


def test_the_same_letter_twice_is_one(complaint, people):
    key = uuid.uuid4()
    first = actions.write(complaint.pk, by=people.handler, text="Checking.", submission=key)
    assert actions.write(complaint.pk, by=people.handler, text="Checking.", submission=key) == first
    assert Message.objects.filter(kind="complaint-letter").count() == 1


def test_a_customer_who_opted_out_is_not_written_to_and_the_letter_says_why(complaint, people):
    OptOut.objects.create(customer=complaint.customer, source="link")

    row = actions.write(complaint.pk, by=people.handler, text="Checking.")

    assert (row.message, row.refusal) == (None, "opted_out")
    assert ContactRefusal.objects.get().reason == "opted_out"


def test_an_empty_or_endless_letter_is_refused(complaint, people):
    for text in ("  ", "x" * 5001):
        with pytest.raises(ValidationError):
            actions.write(complaint.pk, by=people.handler, text=text)
    assert not ComplaintMessage.objects.filter(kind="letter").exists()


def test_writing_about_a_case_out_of_reach_is_refused(complaint, people):
    for person in (people.agent, people.handler2, people.quality):
        with pytest.raises(PermissionDenied):
            actions.write(complaint.pk, by=person, text="Hello")


def test_what_the_customer_writes_rings_the_handler(complaint, people):
    row = actions.customer_wrote(complaint.pk, text="Here is the photo")
    assert row.direction == ComplaintMessage.Direction.IN
    assert Notice.objects.get(user=people.handler, kind="complaint_customer_wrote")


def test_what_the_customer_writes_ends_the_waiting(complaint, people, tuesday):
    actions.wait(complaint.pk, by=people.handler, reason="Photo")
    tuesday.shift(HOUR)

    actions.customer_wrote(complaint.pk, text="Here is the photo")

    now = Complaint.objects.get()
    assert now.status == Status.IN_PROGRESS and now.resolve_due_at == at("2026-11-20 11:00")
    assert now.events.get(what="resumed").via == "public"


def test_what_the_customer_adds_to_a_resolved_case_does_not_reopen_it_by_itself(complaint, people):
    actions.resolve(complaint.pk, by=people.handler, note="Done.")
    actions.customer_wrote(complaint.pk, text="Thank you")
    assert Complaint.objects.get().status == Status.RESOLVED


def test_the_same_words_of_the_customer_twice_are_kept_once(complaint):
    key = uuid.uuid4()
    first = actions.customer_wrote(complaint.pk, text="Photo", submission=key)
    assert actions.customer_wrote(complaint.pk, text="Photo", submission=key) == first
    assert ComplaintMessage.objects.filter(direction="in").count() == 1


def test_the_customer_closes_what_is_resolved_and_nothing_else(complaint, people):
    with pytest.raises(actions.NotNow):
        actions.customer_agreed(complaint.pk)
    actions.resolve(complaint.pk, by=people.handler, note="Done.")

    actions.customer_agreed(complaint.pk)
    actions.customer_agreed(complaint.pk)

    assert Complaint.objects.get().status == Status.CLOSED
    assert complaint.events.filter(what="closed").count() == 1


def test_a_note_stays_among_us(complaint, people):
    actions.note(complaint.pk, by=people.handler, text="Looks like a warped disc")
    assert complaint.events.get(what="noted").note == "Looks like a warped disc"
    assert Message.objects.count() == 1  # the confirmation of receipt


def test_a_note_sent_twice_is_kept_once(complaint, people):
    sent = uuid.uuid4()

    first = actions.note(complaint.pk, by=people.handler, text="Warped disc", submission=sent)
    again = actions.note(complaint.pk, by=people.handler, text="Warped disc", submission=sent)
    actions.note(complaint.pk, by=people.handler, text="Warped disc", submission=uuid.uuid4())

    assert first == again
    assert complaint.events.filter(what="noted").count() == 2


def test_a_promise_has_a_time_to_come_and_is_kept_once(complaint, people, tuesday):
    with pytest.raises(ValidationError):
        actions.promise_to_customer(complaint.pk, by=people.handler, text="Call", due_at=at("2026-11-17 09:00"))
    promise = actions.promise_to_customer(complaint.pk, by=people.handler, text="Call", due_at=at("2026-11-17 15:00"))
    tuesday.move_to(at("2026-11-17 16:00"))
    assert ComplaintPromise.objects.get().is_late

    actions.keep_promise(promise.pk, by=people.handler)
    actions.keep_promise(promise.pk, by=people.lead)

    assert ComplaintPromise.objects.get().kept_at == at("2026-11-17 16:00")
    assert complaint.events.filter(what="kept").count() == 1
    assert complaint.events.get(what="kept").new["late"] is True


def test_promises_of_a_case_out_of_reach_are_not_mine_to_keep(complaint, people):
    promise = actions.promise_to_customer(complaint.pk, by=people.handler, text="Call", due_at=at("2026-11-17 15:00"))
    with pytest.raises(PermissionDenied):
        actions.keep_promise(promise.pk, by=people.handler2)
