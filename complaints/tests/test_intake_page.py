"""Taking a case in at the telephone: who is found, what is kept, what a double click does."""

import re
import uuid

import pytest
from django.urls import reverse

from complaints.first_sentence import first_sentence
from complaints.models import Category, Complaint, Severity
from complaints.tests.conftest import at
from complaints.tests.test_pages import said, text
from customers.models import Customer
from tests.factories import make_complaint, make_customer, make_user

pytestmark = pytest.mark.django_db
NEW = "/complaints/new/"


def typed(**changes) -> dict:
    """What is typed at the least, with the choices that stand preselected."""
    data = {
        "caller": "138 0013 8000",
        "description": "Picked up the car at 9. Nobody told her.",
        "category": Category.objects.first().pk,
        "severity": Severity.objects.default().pk,
        "kind": "complaint",
        "channel": "phone",
        "submission": uuid.uuid4(),
    }
    return {name: value for name, value in (data | changes).items() if value is not None}


@pytest.fixture
def grace(house, hours) -> Customer:
    return make_customer(
        name="Grace Odell", phone="+86 138 0013 8000", email="grace@example.com", team=house.sales_east
    )


def test_a_telephone_number_in_any_notation_finds_the_caller(people, grace, sign_in):
    client = sign_in(people.agent)
    for number in ("13800138000", "138 0013 8000", "+86-138-0013-8000", "grace@example.com", grace.number):
        answer = text(client.get(reverse("complaints:caller"), {"caller": number}))
        assert "Grace Odell" in answer and f'value="{grace.number}" checked' in answer, number


def test_a_caller_of_another_team_is_a_card_and_nothing_more(people, house, hours, sign_in):
    customer = make_customer(name="Ellen Price", phone="13900139000", team=house.repairs)
    make_complaint(customer, team=house.repairs, subject="Secret of the workshop")

    answer = text(sign_in(people.agent).get(reverse("complaints:caller"), {"caller": "13900139000"}))

    assert "Ellen Price" in answer and "another team’s" in answer
    assert "13900139000" not in answer.replace("caller=13900139000", "") and "139 0013 9000" not in answer
    assert "Secret of the workshop" not in answer and customer.get_absolute_url() not in answer


def test_a_fragment_finds_only_whom_the_reader_sees(people, house, hours, sign_in):
    make_customer(name="张三丰", owner=people.agent, team=house.sales_east)
    make_customer(name="张无忌", team=house.repairs)
    answer = text(sign_in(people.agent).get(reverse("complaints:caller"), {"caller": "张"}))
    assert "张三丰" in answer and "张无忌" not in answer


def test_whoever_is_not_known_yet_need_not_be_typed_twice(people, hours, sign_in):
    client = sign_in(people.agent)
    for caller, field in (("138 0013 8777", "new_phone"), ("wei@example.com", "new_email"), ("Tom Odell", "new_name")):
        answer = text(client.get(reverse("complaints:caller"), {"caller": caller}))
        assert re.search(f'name="{field}" value="{caller}"', answer), caller


def test_an_open_case_of_the_caller_is_offered_instead_of_a_second_one(people, grace, sign_in):
    open_case = make_complaint(grace, owner=people.agent, subject="Loan car not clean")
    page = text(sign_in(people.agent).get(NEW, {"customer": grace.number}))
    assert "Loan car not clean" in page and f"{open_case.get_absolute_url()}?do=note#say" in page


def test_the_page_can_begin_with_a_customer_or_with_a_number(people, grace, sign_in):
    client = sign_in(people.agent)
    for query in ({"customer": grace.number}, {"phone": "13800138000"}):
        page = client.get(NEW, query)
        assert page.context["chosen"] == grace
    assert client.get(NEW, {"customer": "C-nobody"}).context["chosen"] is None


def test_saving_takes_the_case_in_and_says_number_and_time(people, house, grace, sign_in):
    response = sign_in(people.handler).post(NEW, typed(wish="Towing paid"), follow=True)

    complaint = Complaint.objects.get()
    assert (complaint.customer, complaint.subject) == (grace, "Picked up the car at 9")
    assert complaint.description == "Picked up the car at 9. Nobody told her."
    assert (complaint.created_by, complaint.owner, complaint.team) == (people.handler, None, house.sales_east)
    assert complaint.number in said(response) and "15:00" in said(response)
    assert response.redirect_chain[-1][0] == complaint.get_absolute_url()


def test_assign_to_me_and_a_promise_come_with_it(people, grace, sign_in):
    data = typed(mine="on", promise="Call back", promise_until="2026-11-17T14:00")
    sign_in(people.agent).post(NEW, data)
    complaint = Complaint.objects.get()
    assert complaint.owner == people.agent and complaint.promises.get().text == "Call back"


def test_a_case_that_leaves_the_readers_reach_leads_to_the_list(people, house, grace, sign_in):
    response = sign_in(people.agent).post(NEW, typed(team=house.repairs.pk), follow=True)
    assert response.redirect_chain[-1][0] == reverse("complaints:list")
    assert Complaint.objects.get().number in said(response)


def test_save_and_next_call_begins_again(people, grace, sign_in):
    response = sign_in(people.agent).post(NEW, typed(next="1"), follow=True)
    assert response.redirect_chain[-1][0] == NEW and Complaint.objects.count() == 1


def test_the_same_form_sent_twice_is_one_case_and_one_customer(people, hours, sign_in):
    client, data = sign_in(people.handler), typed(caller="13700137000", customer="new", new_name="Ellen Price")
    first, second = client.post(NEW, data), client.post(NEW, data)
    assert first["Location"] == second["Location"]
    assert Complaint.objects.count() == Customer.objects.count() == 1


def test_nobody_found_asks_once_and_makes_a_new_customer_on_saving_again(people, house, hours, sign_in):
    client, data = sign_in(people.agent), typed(caller="137 0013 7000")

    asked = client.post(NEW, data)
    assert asked.status_code == 422 and not Customer.objects.exists()
    assert 'value="new" checked' in text(asked) and 'value="137 0013 7000"' in text(asked)
    assert "Picked up the car at 9. Nobody told her." in text(asked)

    client.post(NEW, data | {"customer": "new", "new_phone": "137 0013 7000"})
    customer = Complaint.objects.get().customer
    assert customer.contact_points.get().normalised == "+8613700137000" and customer.team == house.sales_east


def test_an_agent_may_open_the_customer_that_they_just_wrote_down(people, hours, sign_in):
    client = sign_in(people.agent)
    client.post(NEW, typed(caller="Wilma Weber", customer="new"))
    made = Customer.objects.get(name="Wilma Weber")
    assert made.owner == people.agent
    assert client.get(made.get_absolute_url()).status_code == 200

    sign_in(people.handler).post(NEW, typed(caller="Otto Weber", customer="new"))
    assert Customer.objects.get(name="Otto Weber").owner is None


def test_a_new_customer_by_name_or_by_mail(people, hours, sign_in):
    client = sign_in(people.agent)
    client.post(NEW, typed(caller="Ellen Price", customer="new"))
    client.post(NEW, typed(caller="wei@example.com", customer="new", new_name="王伟"))
    assert set(Customer.objects.values_list("name", "contact_points__normalised")) == {
        ("Ellen Price", None),
        ("王伟", "wei@example.com"),
    }


def test_a_family_that_shares_a_number_has_to_be_told_apart(people, house, grace, sign_in):
    other = make_customer(name="Tom Odell", phone="13800138000", team=house.sales_east)
    client = sign_in(people.agent)

    asked = client.post(NEW, typed())
    assert asked.status_code == 422 and "choose one of them" in text(asked)

    client.post(NEW, typed(customer=other.number))
    assert Complaint.objects.get().customer == other


def test_somebody_else_with_the_same_number_is_a_new_customer(people, grace, sign_in):
    sign_in(people.agent).post(NEW, typed(customer="new", new_name="Tom Odell", new_phone="13800138000"))
    assert Complaint.objects.get().customer.name == "Tom Odell" and Customer.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"caller": ""}, "caller"),
        ({"description": ""}, "description"),
        ({"category": None}, "category"),
        ({"severity": "999999"}, "severity"),
        ({"customer": "C-nobody"}, "caller"),
        ({"customer": "new", "new_email": "not an address"}, "new_email"),
        ({"customer": "new", "new_phone": "12"}, "new_phone"),
        ({"promise": "Call back"}, "promise_until"),
        ({"promise_until": "2026-11-18T10:00"}, "promise"),
        ({"promise": "Call", "promise_until": "2020-01-01T10:00"}, "promise_until"),
        ({"description": "x" * 5001}, "description"),
        ({"team": "999999"}, "team"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(people, grace, sign_in, changes, field):
    response = sign_in(people.agent).post(
        NEW, typed(wish="A word of regret") | {k: v or "" for k, v in changes.items()}
    )

    assert response.status_code == 422 and response.context["form"].errors[field]
    assert "A word of regret" in text(response)
    assert not Complaint.objects.exists() and Customer.objects.count() == 1


def test_looking_up_without_scripts_saves_nothing_and_keeps_what_was_typed(people, grace, sign_in):
    response = sign_in(people.agent).post(NEW, typed(find="1", wish="Towing paid", mine="on"))
    assert response.status_code == 200 and response.context["chosen"] == grace
    assert "Towing paid" in text(response) and "Picked up the car" in text(response)
    assert not Complaint.objects.exists()


def test_a_purchase_of_another_customer_cannot_be_slipped_in(people, house, grace, sign_in):
    from customers.models import Purchase

    other = make_customer(team=house.sales_east)
    purchase = Purchase.objects.create(
        customer=other, reference="R-1", happened_at=at("2026-11-01 10:00"), happened_on="2026-11-01", amount=1
    )
    response = sign_in(people.lead).post(NEW, typed(purchase=purchase.pk))
    assert response.status_code == 422 and not Complaint.objects.exists()


def test_the_purchases_of_a_caller_out_of_reach_are_not_offered(people, house, hours, sign_in):
    from customers.models import Purchase

    customer = make_customer(phone="13900139000", team=house.repairs)
    Purchase.objects.create(
        customer=customer, reference="R-SECRET", happened_at=at("2026-11-01 10:00"), happened_on="2026-11-01", amount=1
    )
    assert "R-SECRET" not in text(sign_in(people.agent).get(NEW, {"phone": "13900139000"}))
    assert "R-SECRET" in text(sign_in(people.handler2).get(NEW, {"phone": "13900139000"}))


def test_who_takes_no_cases_in_has_no_form(people, house, sign_in):
    nobody = make_user(role=None, team=house.sales)
    for person in (people.quality, nobody):
        for url in (NEW, reverse("complaints:caller")):
            assert sign_in(person).get(url).status_code == 403
        assert sign_in(person).post(NEW, {}).status_code == 403


def test_hostile_input_is_no_error(people, grace, sign_in):
    client = sign_in(people.agent)
    for value in ("\0", "%", "'; DROP TABLE", "x" * 5000, "<script>", "🙂"):
        assert client.get(reverse("complaints:caller"), {"caller": value, "customer": value}).status_code == 200
        assert client.get(NEW, {"phone": value, "customer": value}).status_code == 200
        assert client.post(NEW, typed(caller=value, customer=value)).status_code == 422


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("Picked up the car at 9. Nobody told her.", "Picked up the car at 9"),
        ("周六去做保养，等了四个多小时。中间没人来。", "周六去做保养，等了四个多小时"),
        ("The bill says 212.50 and not 180", "The bill says 212.50 and not 180"),
        ("Why?", "Why"),
        ("word " * 30, "word word word word word word word word word word word word…"),
        ("长" * 80, "长" * 60 + "…"),
        ("  two\n  lines", "two"),
    ],
)
def test_the_first_sentence_heads_the_case(words, first):
    assert first_sentence(words) == first
