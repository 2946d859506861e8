"""Pages of purchases: who sees which, typing one with and without scripts, taking one back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from customers.models import Branch, Purchase, PurchaseLine
from tests.factories import make_customer, make_product, make_purchase
from tests.test_query_budgets import budget, queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(people):
    return make_customer("Margaret Ellison", owner=people.agent, team=people.agent.team)


@pytest.fixture
def agent(people, sign_in) -> Client:
    return sign_in(people.agent)


def references(response) -> list[str]:
    return [row.reference for row in response.context["page"]]


def typed(*lines, **fields) -> dict[str, str]:
    """What the form sends; lines are (product, quantity, price), as typed."""
    data = {"happened_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"), "currency": "GBP", "lines-INITIAL_FORMS": "0",
            "lines-TOTAL_FORMS": "5"}  # fmt: skip
    for row, (product, quantity, price) in enumerate(lines):
        data |= {f"lines-{row}-product": product, f"lines-{row}-quantity": quantity, f"lines-{row}-unit_price": price}
    return {**data, **{name: str(value) for name, value in fields.items()}}


# --- The list ----------------------------------------------------------------------------------------------------------------------


def test_a_reader_sees_the_purchases_of_customers_they_may_open(people, sign_in, customer):
    mine = make_purchase(customer)
    other = make_purchase(make_customer(owner=people.agent2, team=people.agent2.team))

    assert references(sign_in(people.agent).get("/purchases/")) == [mine.reference]
    assert references(sign_in(people.lead).get("/purchases/")) == [mine.reference]
    assert set(references(sign_in(people.quality).get("/purchases/"))) == {mine.reference, other.reference}
    assert sign_in(people.agent).get(other.get_absolute_url()).status_code == 404


def test_the_list_is_narrowed_by_what_the_address_says(people, sign_in, house, customer):
    branch = Branch.objects.create(name_en="Leeds")
    apple = make_product("A")
    day = timezone.now() - timedelta(days=10)
    old = make_purchase(customer, happened_at=day, branch=branch, team=house.sales_east, lines=((1, "1", apple),))
    new = make_purchase(customer, team=house.repairs)
    back = make_purchase(customer, lines=((-1, "1", apple),), returns_of=old)
    someone = make_purchase(make_customer("李四"))
    manager = sign_in(people.manager)

    def found(**query) -> set[str]:
        response = manager.get("/purchases/", query)
        assert not response.context["filters"].problems()
        return set(references(response))

    everything = {old.reference, new.reference, back.reference, someone.reference}
    assert found() == everything
    assert found(until=(timezone.localdate() - timedelta(days=5)).isoformat()) == {old.reference}
    assert found(since=(timezone.localdate() - timedelta(days=5)).isoformat()) == everything - {old.reference}
    assert found(kind="return") == {back.reference}
    assert found(team=house.sales.pk) == {old.reference, back.reference}
    assert found(branch=branch.pk) == {old.reference}
    assert found(product="A") == {old.reference, back.reference}
    assert found(product="a") == set()
    assert found(customer=customer.number) == everything - {someone.reference}
    assert found(q=new.reference) == {new.reference} and found(q=new.reference[-4:]) >= {new.reference}
    assert found(q="lisi") == {someone.reference}
    assert found(q="Ellison", kind="return") == {back.reference}


def test_an_unknown_filter_is_said_and_the_list_is_shown(agent, customer):
    make_purchase(customer)

    response = agent.get("/purchases/?since=yesterday&colour=red&run=1")

    assert len(response.context["filters"].problems()) == 3 and len(references(response)) == 1


def test_the_list_pages_by_key(people, sign_in, customer):
    product = make_product()
    for number in range(60):
        make_purchase(customer, lines=((1, "1", product),), happened_at=timezone.now() - timedelta(minutes=number + 1))
    client = sign_in(people.agent)

    first = client.get("/purchases/")
    second = client.get("/purchases/" + first.context["page"].next_url)

    assert len(references(first)) == 50 and len(references(second)) == 10
    assert len(set(references(first) + references(second))) == 60


def test_the_pages_of_purchases_ask_a_constant_number_of_queries(people, sign_in, customer):
    product = make_product()
    purchase = make_purchase(customer, lines=((1, "1", product),), staff=people.agent)
    client = sign_in(people.agent)
    urls = ["/purchases/", "/purchases/?q=P-1&product=A", purchase.get_absolute_url(), customer.get_absolute_url(),
            f"/purchases/new/?customer={customer.number}", f"/purchases/new/?returns={purchase.pk}", "/purchases/new/"]  # fmt: skip
    before = {url: len(queries(client, url)) for url in urls}

    branch = Branch.objects.create(name_en="Leeds")
    for _n in range(12):
        back = make_purchase(
            customer, lines=((5, "1", product), (2, "2", make_product())), staff=people.colleague, branch=branch
        )
        make_purchase(customer, lines=((-1, "1", product),), returns_of=back)
    PurchaseLine.objects.bulk_create(
        PurchaseLine(purchase=purchase, position=n, product=product, quantity=1, unit_price=1, amount=1)
        for n in range(2, 30)
    )

    for url in urls:
        budget(client, url, before[url] + 1)


def test_an_empty_list_says_what_belongs_here_and_offers_the_first_step(people, sign_in):
    response = sign_in(people.manager).get("/purchases/")

    assert "No purchases here yet" in response.text and "/purchases/new/" in response.text


# --- One purchase ------------------------------------------------------------------------------------------------------------------


def test_a_purchase_shows_its_lines_its_origin_and_what_came_back(people, agent, customer):
    apple = make_product("A", "Apple")
    bought = make_purchase(customer, lines=((3, "2.5", apple),), by=people.agent, note="gift wrapped", currency="GBP")
    back = make_purchase(customer, lines=((-1, "2.5", apple),), returns_of=bought, currency="GBP")

    page = agent.get(bought.get_absolute_url()).text

    for shown in ("Apple", "£7.50", "gift wrapped", "typed by Agent", back.reference, f"?returns={bought.pk}"):
        assert shown in page
    assert bought.reference in agent.get(back.get_absolute_url()).text


def test_a_purchase_of_many_lines_shows_them_in_pages(agent, customer):
    product = make_product()
    purchase = make_purchase(customer, lines=[(1, "1", product)] * 130)

    first = agent.get(purchase.get_absolute_url())
    second = agent.get(purchase.get_absolute_url() + first.context["page"].next_url)

    assert [len(first.context["page"]), len(second.context["page"])] == [100, 30]


def test_the_customers_page_shows_what_was_bought_and_on_how_many_days(people, agent, customer):
    apple = make_product("A")
    for days in (1, 1, 3):
        last = make_purchase(
            customer, lines=((2, "10", apple),), currency="GBP", happened_at=timezone.now() - timedelta(days=days)
        )
    make_purchase(customer, lines=((-1, "10", apple),), currency="GBP", returns_of=last)
    make_purchase(customer, lines=((1, "100", apple),), currency="CNY")

    from django.template import Context, Template

    request = agent.get("/purchases/").wsgi_request
    panel = Template("{% load purchase_panels %}{% purchase_panel customer %}").render(
        Context({"request": request, "customer": customer})
    )

    assert "£50.00" in panel and "bought on 2 days" in panel and "¥100.00" in panel and "bought on 1 day" in panel


# --- Typing one --------------------------------------------------------------------------------------------------------------------


def test_a_purchase_is_typed_without_scripts(agent, people, customer):
    make_product("85123A", "WHITE HANGING HEART")
    make_product("71053", "WHITE METAL LANTERN")
    url = f"/purchases/new/?customer={customer.number}"
    assert agent.get(url).text.count('name="lines-') >= 5 * 3

    response = agent.post(
        url, typed(("85123a", "6", "2.55"), ("metal", "2", "3.39"), note="by phone", staff=people.agent.pk)
    )

    purchase = Purchase.objects.get()
    assert response.status_code == 302 and response.url == purchase.get_absolute_url()
    assert (purchase.amount, purchase.currency, purchase.note, purchase.staff) == (
        Decimal("22.08"), "GBP", "by phone", people.agent,
    )  # fmt: skip
    assert [line.product.code for line in purchase.lines.all()] == ["85123A", "71053"]


def test_a_fragment_that_fits_several_products_offers_them_and_keeps_what_was_typed(agent, customer):
    make_product("85123A", "WHITE HANGING HEART")
    make_product("71053", "WHITE METAL LANTERN")
    url = f"/purchases/new/?customer={customer.number}"
    data = typed(("white", "6", "2.55"), reference="R-1")

    page = agent.post(url, data).text

    assert 'value="0:85123A"' in page and 'value="0:71053"' in page and 'value="R-1"' in page
    taken = agent.post(url, {**data, "take": "0:71053"}).text
    assert 'name="lines-0-product" value="71053"' in taken and not Purchase.objects.exists()


def test_compute_shows_the_amounts_and_saves_nothing(agent, customer):
    make_product("A")
    url = f"/purchases/new/?customer={customer.number}"
    data = {**typed(("A", "6", "2.555"), ("A", "1", "1")), "preview": "1"}

    page = agent.post(url, data).text
    fragment = agent.post(url, data, headers={"HX-Request": "true"}).text

    for answer in (page, fragment):
        assert "15.33" in answer and "£16.33" in answer
    assert "<html" in page and "<html" not in fragment and 'id="amount-1" hx-swap-oob="true"' in fragment
    assert not Purchase.objects.exists()


@pytest.mark.parametrize(
    ("lines", "fields", "says"),
    [
        ([], {}, "Give at least one line."),
        ([("", "1", "2")], {}, "Which product?"),
        ([("nothing like it", "1", "2")], {}, "No product fits this."),
        ([("A", "", "2")], {}, "How many?"),
        ([("A", "0", "2")], {}, "How many?"),
        ([("A", "1", "")], {}, "At which price?"),
        ([("A", "one", "2")], {}, "Enter a number."),
        ([("A", "1", "-2")], {}, "greater than or equal to 0"),
        ([("A", "-1", "2")], {}, "What comes back is a return"),
        ([("A", "1", "2")], {"happened_at": "2126-01-01T10:00"}, "This lies in the future"),
        ([("A", "1", "2")], {"happened_at": "soon"}, "Enter a valid date/time."),
        ([("A", "1", "2")], {"currency": "DOGE"}, "Select a valid choice"),
        ([("A", "9999999999", "999999999")], {}, "The amount is too large."),
        ([("A", "1", "2")], {"reference": "R-1"}, "There is a purchase with this number already."),
    ],
)
def test_wrong_input_is_said_and_nothing_that_was_typed_is_lost(agent, customer, lines, fields, says):
    make_product("A")
    make_purchase(customer, reference="R-1")

    response = agent.post(f"/purchases/new/?customer={customer.number}", typed(*lines, note="kept", **fields))

    assert response.status_code == 200 and says in response.text and "kept" in response.text
    assert Purchase.objects.count() == 1


def test_sent_twice_it_is_one_purchase(agent, customer):
    make_product("A")
    url = f"/purchases/new/?customer={customer.number}"
    submission = agent.get(url).context["form"]["submission"].value()
    data = typed(("A", "1", "2"), submission=submission)

    assert agent.post(url, data).url == agent.post(url, data).url
    assert Purchase.objects.count() == 1


def test_a_purchase_without_a_customer_asks_whose_it_is(agent, people, customer):
    make_customer("Margaret Stranger", owner=people.agent2, team=people.agent2.team)

    page = agent.get("/purchases/new/?q=margaret").text

    assert f"?customer={customer.number}" in page and "Stranger" not in page
    assert agent.get("/purchases/new/?customer=C-1").status_code == 404


def test_products_are_offered_while_one_types(agent, people, sign_in):
    make_product("85123A", "WHITE HANGING HEART")

    answer = agent.get("/purchases/products/?q=hanging").text

    assert 'data-take="85123A"' in answer
    assert 'data-take="' not in agent.get("/purchases/products/?q=").text
    assert sign_in(people.quality).get("/purchases/products/?q=a").status_code == 403


# --- Taking one back ---------------------------------------------------------------------------------------------------------------


def back(*quantities, **fields) -> dict[str, str]:
    data = {"happened_at": (timezone.localtime() + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M"), "lines-INITIAL_FORMS": "2",
            "lines-TOTAL_FORMS": "2"}  # fmt: skip
    return {**data, **{f"lines-{row}-quantity": quantity for row, quantity in enumerate(quantities)}, **fields}


def test_what_was_bought_is_taken_back_by_its_lines(agent, customer):
    apple, pear = make_product("A"), make_product("B")
    bought = make_purchase(
        customer,
        lines=((3, "2.5", apple), (1, "4", pear)),
        currency="GBP",
        happened_at=timezone.now() - timedelta(days=1),
    )
    url = f"/purchases/new/?returns={bought.pk}"
    assert "Comes back" in agent.get(url).text

    response = agent.post(url, back("2", ""))

    returned = Purchase.objects.get(kind="return")
    assert response.url == returned.get_absolute_url()
    assert (returned.returns_of, returned.amount, returned.currency) == (bought, Decimal("-5.00"), "GBP")
    assert [(line.product, line.quantity) for line in returned.lines.all()] == [(apple, -2)]


def test_more_than_is_left_is_refused_in_words(agent, customer):
    apple, pear = make_product("A"), make_product("B")
    bought = make_purchase(
        customer, lines=((3, "2.5", apple), (1, "4", pear)), happened_at=timezone.now() - timedelta(days=1)
    )
    make_purchase(customer, lines=((-2, "2.5", apple),), returns_of=bought)

    response = agent.post(f"/purchases/new/?returns={bought.pk}", back("2", "1"))

    assert response.status_code == 200 and "No more can be returned than was bought: 1 are left." in response.text
    assert Purchase.objects.filter(kind="return").count() == 1


def test_a_return_of_nothing_and_of_a_return_is_refused(agent, customer):
    apple, pear = make_product("A"), make_product("B")
    bought = make_purchase(
        customer, lines=((3, "2.5", apple), (1, "4", pear)), happened_at=timezone.now() - timedelta(days=1)
    )
    returned = make_purchase(customer, lines=((-1, "4", pear),), returns_of=bought)

    assert "Give at least one line." in agent.post(f"/purchases/new/?returns={bought.pk}", back("", "")).text
    assert agent.get(f"/purchases/new/?returns={returned.pk}").status_code == 403
    assert agent.get("/purchases/new/?returns=nonsense").status_code == 404
    assert agent.get("/purchases/new/?returns=99999999999999999999").status_code == 404


def test_a_colleagues_purchase_cannot_be_taken_back_from_outside(people, sign_in, customer):
    bought = make_purchase(customer)

    assert sign_in(people.agent2).get(f"/purchases/new/?returns={bought.pk}").status_code == 404
