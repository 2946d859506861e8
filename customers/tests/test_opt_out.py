"""Wanting no more messages: the public page, the mail program's button, and a colleague who is told."""

import pytest
from django.test import Client
from django.urls import reverse

from crm import secret_links
from customers.letters import OPT_OUT
from tests.factories import make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(people):
    return make_customer("顾曼丽", email="gu@example.com", owner=people.agent, language="en")


@pytest.fixture
def url(customer):
    return reverse("customers:opt_out", args=[secret_links.code_for(OPT_OUT, customer.pk)])


def standing(customer) -> list[str]:
    return list(customer.opt_outs.filter(withdrawn_at__isnull=True).values_list("source", flat=True))


def test_a_get_asks_and_changes_nothing(customer, url):
    """Mail scanners fetch links."""
    answer = Client().get(url)

    assert answer.status_code == 200
    assert "Send me no more messages" in answer.content.decode()
    assert standing(customer) == []


def test_a_post_does_it_and_says_so(customer, url):
    client = Client(enforce_csrf_checks=True)

    assert "You will get no more messages" in client.post(url).content.decode()
    assert client.post(url).status_code == 200
    assert standing(customer) == ["link"]
    assert "You will get no more messages" in client.get(url).content.decode()


def test_the_mail_programs_button_needs_no_page_and_no_cookie(customer, url):
    answer = Client(enforce_csrf_checks=True).post(url, {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 204
    assert standing(customer) == ["one-click"]


def test_the_page_speaks_the_customers_language(customer, url):
    customer.language = "zh-hans"
    customer.save(update_fields=["language"])

    assert 'lang="zh-hans"' in Client().get(url).content.decode()


def test_the_page_names_nobody(customer, url):
    page = Client().get(url).content.decode()

    assert "顾曼丽" not in page and "gu@example.com" not in page and customer.number not in page


@pytest.mark.parametrize("code", ["x", "a" * 21, "0" * 30, "%E9%A1%BE"])
def test_a_wrong_code_is_explained_kindly(db, code):
    answer = Client().get(f"/opt-out/{code}/")

    assert answer.status_code == 404
    assert "This link is not valid" in answer.content.decode()


def test_a_code_for_something_else_opens_nothing(customer):
    other = secret_links.code_for("survey", customer.pk)

    assert Client().post(f"/opt-out/{other}/").status_code == 404
    assert standing(customer) == []


def test_a_colleague_writes_it_down_and_takes_it_back(people, customer, sign_in):
    client = sign_in(people.agent)

    client.post(reverse("customers:opt_out_staff", args=[customer.number]))
    assert standing(customer) == ["staff"]
    assert "Wants no more e-mails since" in client.get(customer.get_absolute_url()).content.decode()

    client.post(reverse("customers:withdraw_opt_out", args=[customer.number]))
    assert standing(customer) == []
