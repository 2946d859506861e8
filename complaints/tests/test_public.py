"""The public pages: whoever complains, known or unknown, friendly or not."""

import json
import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from complaints import actions
from complaints.bridges import SECRET, status_path, status_url
from complaints.models import Category, Complaint, ComplaintMessage, Status
from complaints.tests.conftest import HOUR, at
from complaints.tests.test_pages import text
from complaints.views import public
from crm import secret_links
from crm.outbox import links
from crm.outbox.models import Message
from customers.models import ContactPoint, Customer
from tests.factories import make_complaint, make_customer, make_team

pytestmark = pytest.mark.django_db
FORM = "/complain/"


@pytest.fixture
def visitor(hours, tuesday) -> Client:
    """Somebody with the form open since a minute."""
    client = Client(headers={"accept-language": "en"})
    client.get(FORM)
    tuesday.shift(HOUR / 60)
    return client


def typed(client, **changes) -> dict:
    return {
        "description": "Waited four hours. Nobody said a word.",
        "name": "Ms Yo",
        "phone": "151 5710 0933",
        "email": "yo@example.com",
        "submission": uuid.uuid4(),
    } | changes


def send(client, **changes):
    return client.post(FORM, typed(client, **changes))


def mails(kind: str) -> list[str]:
    return list(Message.objects.filter(kind=kind).values_list("address", flat=True))


# --- Complaining ---------------------------------------------------------------------------------------------------------


def test_a_stranger_complains_and_gets_a_secret_link_apart_from_the_number(visitor):
    category = Category.objects.first()

    response = send(visitor, category=category.pk, wish="An apology")

    complaint = Complaint.objects.get()
    assert response["Location"] == reverse(
        "complaints:public_thanks", args=[secret_links.code_for(SECRET, complaint.pk)]
    )
    page = text(visitor.get(response["Location"]))
    assert (
        complaint.number in page and status_url(complaint.pk) in page and complaint.number not in response["Location"]
    )
    assert (complaint.subject, complaint.channel, complaint.via) == ("Waited four hours", "web", "public")
    assert (complaint.category, complaint.wish, complaint.created_by) == (category, "An apology", None)
    assert complaint.severity.is_default
    customer = complaint.customer
    assert (customer.name, customer.lifecycle, customer.language) == ("Ms Yo", Customer.Lifecycle.POTENTIAL, "en")


def test_the_acknowledgement_carries_the_link_as_a_secret(visitor):
    send(visitor)
    message = Message.objects.get(kind="complaint-receipt")
    assert message.address == "yo@example.com"
    assert links.make(*message.secrets["link"]) == status_url(Complaint.objects.get().pk)
    assert "/complain/" not in message.body


def test_a_known_customer_is_matched_silently_and_their_record_stays_as_it_is(visitor):
    customer = make_customer(name="尤女士", phone="15157100933", email="known@example.com")
    before = list(ContactPoint.objects.values())

    send(visitor, name="Somebody", email="")

    complaint = Complaint.objects.get()
    assert complaint.customer == customer and Customer.objects.count() == 1
    assert list(ContactPoint.objects.values()) == before and Customer.objects.get().name == "尤女士"
    assert complaint.events.get(what="received").new["given"]["name"] == "Somebody"
    assert mails("complaint-receipt") == ["known@example.com"]  # what is known, never what a stranger typed


def _said_to(client, **changes) -> str:
    """The answer with what differs between any two cases taken out."""
    response = send(client, **changes)
    page = text(client.get(response["Location"]))
    return re.sub(r"CP-\d+|complain/[a-z0-9]+|csrfmiddlewaretoken\W+value=\W+\w+", "", f"{response.status_code} {page}")


def test_known_and_unknown_people_get_the_same_answer(visitor):
    make_customer(name="尤女士", phone="15157100933", email="known@example.com")
    known = _said_to(visitor, email="")
    unknown = _said_to(visitor, email="", phone="15157100999")
    opted = _said_to(visitor, phone="", email="known@example.com")
    assert known == unknown == opted


@pytest.mark.parametrize(
    ("others", "matched"),
    [
        ([("15157100933", "a@example.com"), ("15157100933", "b@example.com")], None),  # a family
        ([("15157100933", "a@example.com"), ("15157100933", "yo@example.com")], 1),  # … told apart by the address
        ([("15157100933", "a@example.com"), ("13800138000", "yo@example.com")], None),  # two people: neither is meant
        ([("13800138000", "yo@example.com")], 0),
    ],
)
def test_a_customer_is_meant_only_when_exactly_one_can_be(visitor, others, matched):
    known = [make_customer(phone=phone, email=email) for phone, email in others]
    send(visitor)
    customer = Complaint.objects.get().customer
    assert customer == known[matched] if matched is not None else customer not in known


def test_a_number_that_is_a_customers_number_elsewhere_matches_nobody(visitor):
    from customers.models import ExternalReference

    customer = make_customer()
    ExternalReference.objects.create(source="shop", reference="15157100933", customer=customer)
    send(visitor, email="")
    assert Complaint.objects.get().customer != customer


def test_safety_makes_it_the_worst_severity(visitor):
    send(visitor, safety="on")
    assert Complaint.objects.get().severity.name_en == "Critical"


def test_one_way_to_answer_is_enough_and_none_is_too_little(visitor):
    assert send(visitor, phone="").status_code == 302
    assert send(visitor, email="").status_code == 302
    refused = send(visitor, phone="", email="")
    assert refused.status_code == 422 and "telephone number or an e-mail" in text(refused)
    assert Complaint.objects.count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"description": ""},
        {"description": "x" * 5001},
        {"name": ""},
        {"name": "x" * 121},
        {"phone": "call me"},
        {"phone": "1" * 61},
        {"email": "no address"},
        {"email": "a@b.example\nBcc: all@example.com"},
        {"category": "999999"},
        {"wish": "x" * 301},
        {"reference": "x" * 121},
        {"name": "a\0b"},
    ],
)
def test_what_is_wrong_is_said_kindly_and_nothing_typed_is_lost(visitor, changes):
    response = send(visitor, **({"wish": "A word of regret"} | changes))
    assert response.status_code == 422 and not Complaint.objects.exists() and not Customer.objects.exists()
    assert "Nothing you typed is lost" in text(response)
    assert "A word of regret" in text(response) or "wish" in changes


def test_markup_and_templates_are_words(visitor):
    response = send(
        visitor, description="<script>alert(1)</script> {{ settings.SECRET_KEY }} {name}", name="{number} %(x)s"
    )
    assert response.status_code == 302
    page = text(visitor.get(status_path(Complaint.objects.get().pk)))
    assert "<script>alert" not in page and "{{ settings.SECRET_KEY }}" in page


def test_a_form_of_a_signed_in_member_of_staff_works_like_anybodys(people, visitor):
    visitor.force_login(people.agent)
    send(visitor)
    assert Complaint.objects.get().created_by is None


def test_without_the_token_nothing_is_taken_in(visitor):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(FORM, typed(visitor)).status_code == 403
    assert not Complaint.objects.exists()


def test_the_same_form_sent_twice_is_one_case(visitor):
    data = typed(visitor)
    first, second = visitor.post(FORM, data), visitor.post(FORM, data)
    assert first["Location"] == second["Location"]
    assert Complaint.objects.count() == Customer.objects.count() == 1 and len(mails("complaint-receipt")) == 1


# --- Traps and limits ------------------------------------------------------------------------------------------------------


def test_the_field_that_people_do_not_see_stops_machines_and_costs_people_one_click(visitor):
    caught = send(visitor, website="http://spam.example")
    assert caught.status_code == 422 and not Complaint.objects.exists()
    page = text(caught)
    assert "Waited four hours" in page and "spam.example" not in page

    again = visitor.post(FORM, typed(visitor))
    assert again.status_code == 302


def test_a_form_that_comes_back_at_once_is_taken(hours, tuesday):
    client = Client()
    client.get(FORM)
    assert send(client).status_code == 302 and Complaint.objects.count() == 1


def test_a_form_left_open_over_the_weekend_still_works(visitor, tuesday):
    tuesday.move_to(at("2026-11-23 10:00"))
    assert send(visitor).status_code == 302


def test_too_many_from_one_network_wait_and_keep_their_words(visitor):
    for _ in range(public.CASES_PER_HOUR):
        assert send(visitor).status_code == 302
    refused = send(visitor, description="The eleventh")
    assert refused.status_code == 429 and "The eleventh" in text(refused)
    assert Complaint.objects.count() == public.CASES_PER_HOUR

    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.post(FORM, typed(visitor)).status_code == 302


def test_without_redis_cases_still_come_in_up_to_a_ceiling(visitor, settings, monkeypatch):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "unix:///nowhere.sock"}
    }
    monkeypatch.setattr(public, "CASES_WITHOUT_REDIS", 2)
    assert [send(visitor).status_code for _ in range(3)] == [302, 302, 429]
    assert visitor.get(status_path(Complaint.objects.first().pk)).status_code == 200


# --- How it stands ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def complaint(people, hours) -> Complaint:
    customer = make_customer(name="陈雅琴", email="chen@example.com", language="en")
    return make_complaint(customer, owner=people.handler, subject="Brakes squeal", description="At low speed.")


def test_the_page_says_how_it_stands_and_what_comes_next(complaint, people, tuesday):
    client, url = Client(), status_path(complaint.pk)
    assert "look after it until today 15:00" in text(client.get(url))

    actions.start(complaint.pk, by=people.handler)
    actions.promise_to_customer(complaint.pk, by=people.handler, text="Call back", due_at=at("2026-11-17 15:00"))
    actions.write(complaint.pk, by=people.handler, text="We are checking the disc.")
    page = text(client.get(url))
    for words in (
        "In progress",
        "Handler looks after it",
        "Call back, until today 15:00",
        "checking the disc",
        "At low speed.",
    ):
        assert words in page, words
    assert "Fri 20 Nov 10:00 at the latest" in page

    tuesday.move_to(at("2026-11-20 10:01"))
    assert "longer than we promised" in text(client.get(url))


def test_nothing_internal_is_on_the_page(complaint, people, house, severities):
    actions.note(complaint.pk, by=people.handler, text="Difficult person")
    actions.edit(complaint.pk, by=people.handler, version=1, values={"severity": severities["Low"]})
    actions.hand_over(complaint.pk, by=people.handler, team=house.repairs, note="Let them struggle")
    page = text(Client().get(status_path(complaint.pk)))
    for words in ("Difficult", "struggle", "Repairs", "Low", "chen@example.com", complaint.customer.number):
        assert words not in page, words


def test_an_answer_ends_the_waiting(complaint, people, tuesday):
    actions.wait(complaint.pk, by=people.handler, reason="At which speed?")
    client, url = Client(), status_path(complaint.pk)
    assert "At which speed?" in text(client.get(url))
    tuesday.shift(HOUR)

    response = client.post(url, {"do": "add", "text": "Below thirty", "submission": uuid.uuid4()}, follow=True)

    assert "got your words" in text(response) and "Below thirty" in text(response)
    assert Complaint.objects.get().status == Status.IN_PROGRESS


def test_the_customer_says_that_it_is_settled(complaint, people):
    actions.resolve(complaint.pk, by=people.handler, note="The disc was replaced.")
    client, url = Client(), status_path(complaint.pk)
    assert "The disc was replaced." in text(client.get(url))

    response = client.post(url, {"do": "settled"}, follow=True)

    assert "glad that it is settled" in text(response) and Complaint.objects.get().status == Status.CLOSED
    client.post(url, {"do": "settled"})
    assert Complaint.objects.get().status == Status.CLOSED


def test_the_customer_says_that_it_is_not(complaint, people):
    actions.resolve(complaint.pk, by=people.handler, note="The disc was replaced.")
    client, url = Client(), status_path(complaint.pk)

    response = client.post(url, {"do": "again", "text": "It still squeals", "submission": uuid.uuid4()}, follow=True)

    assert "take it up again" in text(response)
    now = Complaint.objects.get()
    assert (now.status, now.round) == (Status.NEW, 2)


def test_settled_of_what_was_taken_up_again_meanwhile_changes_nothing(complaint, people):
    actions.resolve(complaint.pk, by=people.handler, note="x")
    actions.reopen(complaint.pk, by=people.handler, reason="Not done after all")
    assert Client().post(status_path(complaint.pk), {"do": "settled"}).status_code == 302
    assert Complaint.objects.get().status == Status.IN_PROGRESS


def test_empty_endless_and_repeated_words(complaint):
    client, url, key = Client(), status_path(complaint.pk), uuid.uuid4()
    assert client.post(url, {"do": "add", "text": " "}).status_code == 422
    assert client.post(url, {"do": "add", "text": "x" * 5001}).status_code == 422
    for _ in range(2):
        client.post(url, {"do": "add", "text": "Photo follows", "submission": key})
    assert ComplaintMessage.objects.filter(direction="in").count() == 1


def test_too_many_words_in_an_hour_wait(complaint):
    client, url = Client(), status_path(complaint.pk)
    for number in range(public.WORDS_PER_HOUR):
        assert client.post(url, {"do": "add", "text": f"{number}"}).status_code == 302
    refused = client.post(url, {"do": "add", "text": "One more"})
    assert refused.status_code == 429 and "One more" in text(refused)


def test_wrong_codes_open_nothing_and_say_so_kindly(complaint, hours):
    right = secret_links.code_for(SECRET, complaint.pk)
    wrong = [
        right[:-1] + ("a" if right[-1] != "a" else "b"),
        right[:-1],
        secret_links.code_for("survey", complaint.pk),
        secret_links.code_for(SECRET, complaint.pk + 1),
        complaint.number,
        "x",
        "é" * 30,
    ]
    client = Client()
    for code in wrong:
        for url in (f"/complain/{code}/", f"/complain/{code}/thanks/"):
            response = client.get(url)
            assert response.status_code == 404 and "opens nothing" in text(response), code
    assert client.post(f"/complain/{wrong[0]}/", {"do": "settled"}).status_code == 404


def test_guessing_codes_ends_soon_but_closes_no_right_one(complaint):
    client = Client()
    answers = [client.get(f"/complain/{'a' * 21}/").status_code for _ in range(public.WRONG_PER_HOUR + 1)]
    assert answers[-1] == 429 and set(answers[:-1]) == {404}
    assert client.get(status_path(complaint.pk)).status_code == 200


def test_the_pages_speak_the_visitors_language_whatever_the_record_says(complaint):
    Customer.objects.update(language="en")
    client = Client(headers={"accept-language": "zh-CN"})
    assert 'lang="zh' in text(client.get(status_path(complaint.pk)))
    client.cookies["django_language"] = "en"
    assert 'lang="en"' in text(client.get(status_path(complaint.pk)))


def test_public_pages_are_small_and_keep_nothing(complaint):
    client = Client()
    for url in (FORM, status_path(complaint.pk), f"{status_path(complaint.pk)}thanks/"):
        response = client.get(url)
        assert len(response.content) < 30_000 and "<script" not in text(response) and "style=" not in text(response)
        assert "no-store" in response["Cache-Control"] and "noindex" in text(response)
    assert "sessionid" not in client.cookies


def test_what_the_customer_gave_stands_at_the_case_for_its_handler(visitor, people, house, sign_in):
    make_customer(name="尤女士", phone="15157100933", team=house.sales_east)
    send(visitor, name="Ms Yo", reference="R-77")
    complaint = Complaint.objects.get()
    page = text(sign_in(people.admin).get(complaint.get_absolute_url()))
    assert "Given on the public page" in page and "Ms Yo" in page and "R-77" in page
    assert json.dumps(complaint.events.get(what="received").new)  # plain data


def test_a_case_without_any_category_goes_to_the_top_of_the_house(visitor, house):
    make_team("Another root")
    send(visitor)
    assert Complaint.objects.get().team == house.company
