"""What a page asks the database does not grow with what it shows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.actions import log_interaction
from tests.factories import make_customer

pytestmark = pytest.mark.django_db


def queries(client, url, **headers) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get(url, **headers)
    assert answer.status_code == 200
    return len(asked)


def fill(people, count):
    for number in range(count):
        customer = make_customer(
            f"陈雅琴{number}",
            owner=people.agent,
            team=people.agent.team,
            phone=f"139571{number:05d}",
            email=f"c{number}@x.test",
        )
    return customer


BUDGETS = [
    ("/customers/", 26),
    ("/customers/?q=yaqin", 26),
    ("/search/?q=yaqin", 16),
    ("/search/?q=yaqin&format=json", 12),
]


@pytest.mark.parametrize("role", ["agent", "lead", "manager"])
@pytest.mark.parametrize(("url", "budget"), BUDGETS)
def test_a_list_asks_the_same_for_many_rows_as_for_few(people, sign_in, role, url, budget):
    client = sign_in(getattr(people, role))
    fill(people, 2)
    queries(client, url)  # what is asked once a process is asked
    few = queries(client, url)
    fill(people, 60)

    many = queries(client, url)

    assert many == few
    assert many <= budget


def test_a_record_asks_the_same_with_a_long_story_as_with_a_short_one(people, sign_in):
    customer = fill(people, 1)
    client, url = sign_in(people.agent), customer.get_absolute_url()

    def log(times):
        for _time in range(times):
            log_interaction(customer.pk, by=people.agent, channel="phone", direction="out", summary="rang")

    log(1)
    queries(client, url)
    few = queries(client, url)
    log(40)

    assert queries(client, url) == few
    assert few <= 45


def test_a_history_asks_the_same_for_many_changes_as_for_few(people, sign_in):
    from customers.actions import update_customer

    customer = fill(people, 1)
    client, url = sign_in(people.agent), f"{customer.get_absolute_url()}history/"

    def change(times):
        for turn in range(times):
            customer.refresh_from_db()
            owner = people.agent if turn % 2 else None
            values = {"notes": f"{customer.version}", "tier": None, "owner": owner}
            update_customer(customer.pk, by=people.manager, values=values, version=customer.version)

    change(2)
    queries(client, url)
    few = queries(client, url)
    change(40)

    assert queries(client, url) == few
