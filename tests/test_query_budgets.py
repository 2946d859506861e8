"""How many queries a page may ask: constant, whatever it shows. Each part adds the budgets of its pages below its heading."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def queries(client: Client, url: str, status: int = 200) -> list[str]:
    """The statements that one request asks. The first request of a page is not counted: it warms what is kept per process."""
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(url)
    assert response.status_code == status, f"{url}: {response.status_code}"
    return [query["sql"] for query in captured.captured_queries]


def budget(client: Client, url: str, n: int) -> None:
    """`url` answers with at most `n` queries."""
    asked = queries(client, url)
    assert len(asked) <= n, f"{url}: {len(asked)} queries, {n} allowed\n" + "\n".join(sql[:200] for sql in asked)


def test_the_budget_notices_one_query_too_many(people, sign_in):
    client = sign_in(people.agent)
    need = len(queries(client, "/profile/"))

    budget(client, "/profile/", need)
    with pytest.raises(AssertionError, match="allowed"):
        budget(client, "/profile/", need - 1)


# --- Staff -----------------------------------------------------------------------------------------------------------------------


def test_pages_about_people_ask_a_constant_number_of_queries(people, house, sign_in):
    from crm.staff.actions import notify
    from tests.factories import make_user

    client = sign_in(people.admin)
    urls = ("/staff/", "/notices/", "/profile/", "/staff/agent/access/", "/sign-in/")
    before = {url: len(queries(client, url, 302 if url == "/sign-in/" else 200)) for url in urls}

    for number in range(12):
        make_user(team=house.sales_east, role="handler")
        notify(people.admin, key=str(number), kind="x")

    for url in urls[:4]:
        budget(client, url, before[url])


def test_a_stranger_at_the_door_costs_no_query(client, db):
    budget(client, "/sign-in/", 0)


# --- Complaints ------------------------------------------------------------------------------------------------------------------


def test_pages_of_complaints_ask_a_constant_number_of_queries(people, house, sign_in):
    from complaints import actions
    from complaints.bridges import status_path
    from tests.factories import make_complaint, make_customer

    customer = make_customer(team=house.sales_east, phone="13800138000")

    def more(count: int):
        for number in range(count):
            case = make_complaint(customer, owner=people.handler)
            actions.wait(case.pk, by=people.handler, reason="A photo")
            actions.customer_wrote(case.pk, text="Here it is")
            actions.write(case.pk, by=people.handler, text="Thank you")
            actions.note(first.pk, by=people.handler, text=str(number))
            actions.write(first.pk, by=people.handler, text=str(number))

    first = make_complaint(customer, owner=people.handler)
    more(2)
    client = sign_in(people.handler)
    urls = [
        "/complaints/",
        "/complaints/?view=all&q=door",
        first.get_absolute_url(),
        f"/complaints/new/?customer={customer.number}",
        "/complaints/new/caller/?caller=13800138000",
        status_path(first.pk),
    ]
    before = {url: len(queries(client, url)) for url in urls}
    more(8)

    for url in urls:
        budget(client, url, before[url])
    assert before["/complaints/"] <= 30 and before[first.get_absolute_url()] <= 40
