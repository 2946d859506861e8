"""Who is asked, when, and why not."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from complaints import actions as complaints
from crm.outbox.models import Message
from customers.models import ContactMade, ContactRefusal, Customer, OptOut, Purchase
from satisfaction import actions
from satisfaction.models import Invitation, Survey
from tests.factories import make_complaint, make_customer, unique

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def asked_at_once(db):
    Survey.objects.update(
        resolution_delay=timedelta(0), purchase_delay=timedelta(0), active_from=timezone.now() - timedelta(days=30)
    )


def bought(customer, ago=timedelta(0), **fields) -> Purchase:
    at = timezone.now() - ago
    return Purchase.objects.create(
        customer=customer, reference=unique("P"), happened_at=at, happened_on=at.date(), amount=10, **fields
    )


def reachable(**fields) -> Customer:
    return make_customer(email=f"{unique('c')}@example.com", **fields)


def resolved(people, customer):
    complaint = make_complaint(customer, owner=people.handler, team=people.handler.team)
    return complaints.resolve(complaint.pk, by=people.handler, note="Mended")


def test_a_resolved_complaint_is_asked_about_once(people):
    complaint = resolved(people, reachable())
    for _ in range(3):
        actions.invite_due()
    invitation = Invitation.objects.get()
    assert (invitation.state, invitation.source_kind, invitation.source_id) == ("sent", "complaint", complaint.pk)
    assert (invitation.owner, invitation.team) == (people.handler, people.handler.team)
    assert Message.objects.filter(key__startswith="survey:").count() == 1
    assert ContactMade.objects.filter(purpose="survey").count() == 1


def test_the_secret_link_is_not_stored(people):
    resolved(people, reachable())
    actions.invite_due()
    message = Message.objects.get(key__startswith="survey:")
    assert "/s/" not in message.body
    assert message.secrets["link"] == ["survey", Invitation.objects.get().pk]


def test_a_purchase_is_asked_about_after_its_delay(people):
    Survey.objects.update(purchase_delay=timedelta(days=7))
    bought(reachable())
    assert actions.invite_due() == 0
    assert actions.invite_due(at=timezone.now() + timedelta(days=7, minutes=1)) == 1


def test_history_is_not_asked_about(people):
    bought(reachable(), timedelta(days=20))
    assert actions.invite_due() == 0


def test_what_happened_before_the_survey_was_activated_is_not_asked_about(people):
    Survey.objects.update(active_from=timezone.now())
    bought(reachable(), timedelta(hours=1))
    assert actions.invite_due() == 0


def test_at_most_one_invitation_in_thirty_days(people):
    customer = reachable()
    bought(customer, timedelta(days=3))
    bought(customer)
    actions.invite_due()
    states = Invitation.objects.order_by("pk").values_list("state", "refusal")
    assert list(states) == [("sent", ""), ("refused", "asked_recently")]
    assert ContactRefusal.objects.get().reason == "asked_recently"


def test_without_an_address_the_reason_is_kept(people):
    bought(make_customer())
    actions.invite_due()
    assert Invitation.objects.get().refusal == "no_address"
    assert not Message.objects.filter(key__startswith="survey:").exists()


def test_an_opt_out_is_absolute(people):
    customer = reachable()
    OptOut.objects.create(customer=customer, source="link")
    bought(customer)
    actions.invite_due()
    assert Invitation.objects.get().refusal == "opted_out"


def test_nobody_is_asked_while_a_complaint_is_open(people):
    customer = reachable()
    make_complaint(customer, owner=people.handler, team=people.handler.team)
    bought(customer)
    actions.invite_due()
    assert Invitation.objects.get().refusal == "open_complaint"


def test_an_enquiry_is_not_asked_about(people):
    complaint = make_complaint(reachable(), owner=people.handler, team=people.handler.team, kind="enquiry")
    complaints.resolve(complaint.pk, by=people.handler, note="Told")
    assert actions.invite_due() == 0


def test_a_retired_survey_asks_nobody(people):
    Survey.objects.update(retired_at=timezone.now())
    bought(reachable())
    assert actions.invite_due() == 0


def test_a_second_round_of_a_complaint_is_another_occasion(people):
    customer = reachable()
    complaint = resolved(people, customer)
    actions.invite_due()
    complaints.reopen(complaint.pk, by=people.handler, reason="Broke again")
    complaints.resolve(complaint.pk, by=people.handler, note="Mended again")
    actions.invite_due()
    assert list(Invitation.objects.order_by("pk").values_list("round", "state", "refusal")) == [
        (1, "sent", ""),
        (2, "refused", "asked_recently"),
    ]


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_look_at_once_ask_once(people):
    Survey.objects.update(
        resolution_delay=timedelta(0), purchase_delay=timedelta(0), active_from=timezone.now() - timedelta(days=30)
    )
    customer = reachable()
    for hours in (1, 2, 3):
        bought(customer, timedelta(hours=hours))
    together = Barrier(2)

    def look():
        together.wait()
        try:
            actions.invite_due()
        finally:
            connection.close()

    threads = [Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Invitation.objects.count() == 3
    assert Invitation.objects.filter(state="sent").count() == 1
