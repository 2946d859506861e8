"""Taking a case in, and correcting it."""

import threading
import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from complaints.actions import EditedMeanwhile, edit, take_in
from complaints.models import Category, Complaint, ComplaintMessage, Status
from complaints.tests.conftest import HOUR, at
from crm.outbox.models import Message
from crm.staff.models import Notice
from customers.models import ContactMade, Customer, CustomerAccess, SearchEntry, TimelineEntry
from tests.factories import make_complaint, make_customer

pytestmark = pytest.mark.django_db


def test_a_case_gets_its_number_clocks_event_and_place_on_the_timeline(people, house, hours):
    customer = make_customer(name="陈雅琴", team=house.sales_east)

    complaint = take_in(by=people.agent, customer=customer, subject=" 刹车异响 ", description="低速吱吱响", wish="修好")

    assert complaint.number.startswith("CP-1")
    assert (complaint.subject, complaint.status, complaint.round) == ("刹车异响", Status.NEW, 1)
    assert complaint.severity.is_default and complaint.team == house.sales_east and complaint.owner is None
    assert complaint.acknowledge_due_at == complaint.next_due_at == at("2026-11-17 15:00")
    assert complaint.resolve_due_at == at("2026-11-20 10:00")
    assert complaint.events.get().what == "received"
    entry = TimelineEntry.objects.get(customer=customer, kind="complaint-received")
    assert (entry.key, entry.subject, entry.team) == (complaint.number, "刹车异响", house.sales_east)


def test_what_comes_in_at_night_has_until_the_next_working_day(people, house, hours, tuesday):
    tuesday.move_to(at("2026-11-20 23:10"))

    complaint = take_in(by=people.agent, customer=make_customer(), subject="Noise")

    assert complaint.acknowledge_due_at == at("2026-11-23 14:00")


def test_the_category_decides_the_team_and_the_severity_the_targets(people, house, hours, severities):
    category = Category.objects.first()
    category.team = house.repairs
    category.save(update_fields=["team"])

    complaint = take_in(
        by=people.agent, customer=make_customer(), subject="Broken", category=category, severity=severities["Critical"]
    )

    assert complaint.team == house.repairs
    assert complaint.resolve_due_at == at("2026-11-18 10:00")


def test_assign_to_me_makes_it_mine_and_opens_the_customer_to_me(people, house, hours):
    customer = make_customer(team=house.repairs)
    assert not Customer.objects.visible_to(people.agent).filter(pk=customer.pk).exists()

    complaint = take_in(by=people.agent, customer=customer, subject="Late", owner=people.agent)

    assert complaint.owner == people.agent
    assert Customer.objects.visible_to(people.agent).filter(pk=customer.pk).exists()
    assert set(CustomerAccess.objects.values_list("reason", flat=True)) == {f"complaint:{complaint.pk}"}


def test_a_new_case_cannot_be_put_on_somebody_elses_desk(people, house, hours):
    with pytest.raises(ValidationError):
        take_in(by=people.handler, customer=make_customer(), subject="Late", owner=people.agent)
    assert not Complaint.objects.exists()


def test_a_new_customer_is_made_with_the_case_or_not_at_all(people, house, hours):
    new = {"values": {"name": "Ellen Price"}, "contact_points": [{"kind": "phone", "value": "138 0013 8000"}]}

    complaint = take_in(by=people.agent, new_customer=new, subject="Smell of fuel")
    assert complaint.customer.name == "Ellen Price"

    with pytest.raises(ValidationError):
        take_in(by=people.agent, new_customer=new, subject="   ")
    assert Customer.objects.count() == 1


def test_without_a_customer_nothing_is_taken_in(people, house, hours):
    with pytest.raises(ValidationError):
        take_in(by=people.agent, subject="Somebody shouted")


def test_quality_managers_do_not_take_cases_in(people, house, hours):
    with pytest.raises(PermissionDenied):
        take_in(by=people.quality, customer=make_customer(), subject="Late")


def test_the_customer_is_sent_the_number_and_a_link_in_their_language(people, house, hours):
    customer = make_customer(name="陈雅琴", email="chen@example.com", language="zh-hans")

    complaint = take_in(by=people.agent, customer=customer, subject="刹车异响")

    message = Message.objects.get(kind="complaint-receipt")
    assert message.address == "chen@example.com" and complaint.number in message.subject
    assert message.secrets["link"] == ["complaint", complaint.pk] and "opt_out" in message.secrets
    assert "刹车异响" in message.body and "/complain/" not in message.body
    assert ContactMade.objects.get().purpose == "complaint"
    assert complaint.messages.get().message == message


def test_whoever_has_no_address_is_not_written_to_and_the_case_says_so(people, house, hours):
    complaint = take_in(by=people.agent, customer=make_customer(), subject="Late")

    row = complaint.messages.get()
    assert (row.kind, row.message, row.refusal) == (ComplaintMessage.Kind.RECEIPT, None, "no_address")
    assert not Message.objects.exists()


def test_the_lead_of_the_team_hears_of_a_case_that_nobody_has(people, house, hours):
    complaint = make_complaint(by=people.agent, team=house.sales_east)

    notice = Notice.objects.get(user=people.lead)
    assert notice.kind == "complaint_new" and notice.url == complaint.get_absolute_url()


def test_what_is_entered_days_later_writes_to_nobody(people, house, hours):
    customer = make_customer(email="late@example.com")

    complaint = take_in(by=people.agent, customer=customer, subject="Late", at=at("2026-10-06 10:00"))

    assert complaint.received_at == at("2026-10-06 10:00")
    assert not Message.objects.exists() and not Notice.objects.exists()


def test_a_promise_given_on_the_telephone_is_written_down_with_the_case(people, house, hours):
    complaint = take_in(
        by=people.agent,
        customer=make_customer(),
        subject="Late",
        owner=people.agent,
        promised=("Call back", at("2026-11-17 15:00")),
    )
    assert complaint.promises.get().text == "Call back"


def test_a_promise_of_an_intake_for_another_team_is_kept_too(people, house, hours):
    complaint = take_in(
        by=people.agent,
        customer=make_customer(),
        subject="Late",
        team=house.repairs,
        promised=("Call back", at("2026-11-17 15:00")),
    )
    assert complaint.promises.get().by == people.agent


def test_the_case_is_found_by_number_and_by_its_words(people, house, hours):
    complaint = make_complaint(by=people.agent, subject="Courtesy car was not there")
    entry = SearchEntry.objects.get(kind="complaint")
    assert entry.key == str(complaint.pk) and complaint.number in entry.label


def test_a_merged_customer_complains_as_the_one_that_survived(people, house, hours):
    survivor, gone = make_customer(), make_customer()
    gone.merged_into = survivor
    gone.save(update_fields=["merged_into"])

    assert take_in(by=people.agent, customer=gone, subject="Late").customer == survivor


# --- Twice ----------------------------------------------------------------------------------------------------------


def test_the_same_submission_twice_is_one_case(people, house, hours):
    key = uuid.uuid4()
    new = {"values": {"name": "Ellen Price"}}
    first = take_in(by=people.agent, new_customer=new, subject="Late", submission=key)
    second = take_in(by=people.agent, new_customer=new, subject="Late", submission=key)

    assert first == second
    assert Complaint.objects.count() == Customer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_submission_from_two_clicks_at_once_is_one_case(house, people):
    key, found = uuid.uuid4(), []
    gate = threading.Barrier(2)

    def click():
        gate.wait()
        try:
            found.append(
                take_in(by=people.agent, new_customer={"values": {"name": "Ellen"}}, subject="Late", submission=key)
            )
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    [click.start() for click in clicks]
    [click.join() for click in clicks]

    assert len(found) == 2 and found[0] == found[1]
    assert Complaint.objects.count() == Customer.objects.count() == 1
    assert ComplaintMessage.objects.count() == 1


# --- Correcting -----------------------------------------------------------------------------------------------------


def test_correcting_changes_the_words_the_search_and_leaves_what_was_there(people, house, hours):
    complaint = make_complaint(owner=people.agent, subject="Dent")

    edit(complaint.pk, by=people.agent, version=1, values={"subject": "Dent in the door", "wish": "Paint"})

    event = complaint.events.get(what="edited")
    assert event.old == {"subject": "Dent", "wish": ""} and event.new["subject"] == "Dent in the door"
    assert "Dent in the door" in SearchEntry.objects.get(kind="complaint").label
    assert Complaint.objects.get().version == 2


def test_another_severity_reckons_open_clocks_from_the_original_start(people, house, hours, severities, tuesday):
    complaint = make_complaint(owner=people.agent)
    tuesday.shift(2 * HOUR)

    edit(complaint.pk, by=people.agent, version=1, values={"severity": severities["Critical"]})

    complaint.refresh_from_db()
    assert complaint.acknowledge_due_at == at("2026-11-17 11:00")  # an hour after it came in: missed
    assert complaint.next_due_at == complaint.acknowledge_due_at
    event = complaint.events.get(what="reckoned")
    assert event.new["why"] == "severity" and "acknowledge_due_at" in event.old


def test_a_met_acknowledgement_is_not_reckoned_again(people, house, hours, severities, tuesday):
    from complaints.actions import acknowledge

    complaint = make_complaint(owner=people.agent)
    acknowledge(complaint.pk, by=people.agent)
    before = complaint.acknowledge_due_at

    edit(complaint.pk, by=people.agent, version=1, values={"severity": severities["Critical"]})

    complaint.refresh_from_db()
    assert complaint.acknowledge_due_at == before and complaint.acknowledge_within == 4 * HOUR
    assert complaint.resolve_due_at == at("2026-11-18 10:00")


def test_an_edit_of_what_a_colleague_changed_meanwhile_is_refused_with_their_change(people, house, hours):
    complaint = make_complaint(owner=people.handler)
    edit(complaint.pk, by=people.handler, version=1, values={"subject": "First"})

    with pytest.raises(EditedMeanwhile) as refused:
        edit(complaint.pk, by=people.lead, version=1, values={"subject": "Second"})

    assert refused.value.event.actor == people.handler
    assert Complaint.objects.get().subject == "First"


def test_saving_without_a_change_records_nothing(people, house, hours):
    complaint = make_complaint(owner=people.handler, subject="Dent")
    edit(complaint.pk, by=people.handler, version=1, values={"subject": "Dent"})
    assert complaint.events.count() == 1 and Complaint.objects.get().version == 1


def test_correcting_a_case_out_of_reach_is_refused(people, house, hours):
    complaint = make_complaint(owner=people.handler2)
    for person in (people.agent, people.handler, people.lead, people.quality):
        with pytest.raises(PermissionDenied):
            edit(complaint.pk, by=person, version=1, values={"subject": "Mine"})
