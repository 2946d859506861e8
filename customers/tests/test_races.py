"""Two people at once: nothing is lost, nothing is made twice."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from customers.actions import EditedMeanwhile, create_customer, log_interaction, opt_out, update_customer
from customers.models import Customer, CustomerEvent, Interaction, OptOut, TimelineEntry
from tests.factories import make_customer, make_house, make_people

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls):
    """Runs the calls in threads that start together; what each returned or raised."""
    together = Barrier(len(calls))

    def run(call):
        try:
            together.wait(10)
            return call()
        except Exception as problem:  # noqa: BLE001 the test looks at it
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_two_edits_at_once_save_one_and_show_it_to_the_other():
    people = make_people(make_house())
    customer = make_customer("张三", owner=people.agent)

    results = at_once(
        *(
            lambda region=region: update_customer(customer.pk, by=people.agent, values={"region": region}, version=1)
            for region in ("杭州", "上海", "宁波")
        )
    )

    saved = [result for result in results if isinstance(result, Customer)]
    refused = [result for result in results if isinstance(result, EditedMeanwhile)]
    assert (len(saved), len(refused)) == (1, 2)
    assert {refusal.event.new["region"] for refusal in refused} == {saved[0].region}
    assert CustomerEvent.objects.filter(what="changed").count() == 1


def test_one_submission_sent_twice_at_once_makes_one_customer():
    people = make_people(make_house())
    submission = uuid.uuid4()

    results = at_once(*[lambda: create_customer(by=people.agent, values={"name": "张三"}, submission=submission)] * 4)

    assert len({customer.pk for customer in results}) == 1
    assert Customer.objects.count() == 1


def test_one_contact_sent_twice_at_once_is_written_once():
    people = make_people(make_house())
    customer, submission = make_customer("张三"), uuid.uuid4()

    results = at_once(
        *[
            lambda: log_interaction(
                customer.pk, by=people.agent, channel="phone", direction="out", summary="rang", submission=submission
            )
        ]
        * 4
    )

    assert len({contact.pk for contact in results}) == 1
    assert Interaction.objects.count() == TimelineEntry.objects.count() == 1


def test_opting_out_twice_at_once_is_once():
    customer = make_customer("张三")

    at_once(*[lambda: opt_out(customer.pk, source="link")] * 4)

    assert OptOut.objects.count() == 1


def test_customers_made_at_once_have_numbers_of_their_own():
    people = make_people(make_house())

    made = at_once(*[lambda: create_customer(by=people.agent, values={"name": "张三"})] * 6)

    assert len({customer.number for customer in made}) == 6
