"""A real customer in the preview of a message: found by the whole number, and only by who may open the record."""

import pytest

from customers.message_preview import sample
from tests.factories import make_customer

pytestmark = pytest.mark.django_db


def test_a_customer_is_found_by_the_whole_number(people, house):
    customer = make_customer(name="钱嘉", owner=people.agent, team=house.sales_east)

    assert sample(people.admin, customer.number) == {"name": "钱嘉", "customer": "钱嘉"}
    assert sample(people.admin, customer.number[:-1]) == {}
    assert sample(people.admin, "nobody") == {} == sample(people.admin, "")


def test_not_by_who_may_not_open_the_record(people, house):
    customer = make_customer(owner=people.agent, team=house.sales_east)

    assert sample(people.agent2, customer.number) == {}
