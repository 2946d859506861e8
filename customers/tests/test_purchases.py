"""Purchases typed by hand and returns: what is written with them, and what cannot be."""

import threading
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.utils import timezone

from customers import search
from customers.actions import PurchaseRefused, record_purchase
from customers.models import Branch, Customer, CustomerEvent, Product, Purchase, TimelineEntry
from tests.factories import make_customer, make_product, make_purchase

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.fixture
def customer(people):
    return make_customer("Margaret Ellison", owner=people.agent, team=people.agent.team)


def sold(customer, *lines, **fields) -> Purchase:
    return make_purchase(customer, lines=lines or ((1, "10.00"),), **fields)


def refusal(customer, *lines, **fields) -> PurchaseRefused:
    before = Purchase.objects.count()
    with pytest.raises(PurchaseRefused) as caught:
        sold(customer, *lines, **fields)
    assert Purchase.objects.count() == before
    return caught.value


@pytest.mark.django_db
def test_a_purchase_has_lines_whose_amounts_are_computed_and_a_sum_rounded_once(people, customer):
    apple, pear = make_product("A", "Apple"), make_product("B", "Pear")

    purchase = sold(customer, (3, "0.3333", apple), (2, "1.5", pear), by=people.agent)

    assert [(line.position, line.product, line.description, line.amount) for line in purchase.lines.all()] == [
        (1, apple, "Apple", Decimal("0.9999")),
        (2, pear, "Pear", Decimal("3.0000")),
    ]
    assert purchase.amount == Decimal("4.00") and purchase.kind == "sale" and purchase.is_typed
    assert (purchase.created_by, purchase.team) == (people.agent, customer.team)


@pytest.mark.django_db
def test_a_purchase_without_a_number_gets_the_next_one_of_ours(customer):
    first, second = sold(customer), sold(customer)

    assert first.reference.startswith("P-") and int(second.reference[2:]) == int(first.reference[2:]) + 1


@pytest.mark.django_db
def test_a_number_that_was_typed_is_not_given_out_again(customer):
    following = f"P-{int(sold(customer).reference[2:]) + 1}"
    sold(customer, reference=following)

    assert sold(customer).reference not in (following,)


@pytest.mark.django_db
def test_a_number_is_taken_once(customer):
    sold(customer, reference="R 77196")

    assert refusal(customer, reference=" R  77196 ").field == "reference"


@pytest.mark.django_db
def test_the_day_of_a_purchase_is_that_of_its_branch(customer):
    leeds = Branch.objects.create(name_en="Leeds", timezone="Europe/London")
    late = datetime(2026, 11, 3, 16, 30, tzinfo=UTC)  # half past midnight in Shanghai

    with time_machine.travel(NOW, tick=False):
        assert sold(customer, happened_at=late).happened_on == date(2026, 11, 4)
        assert sold(customer, happened_at=late, branch=leeds).happened_on == date(2026, 11, 3)


@pytest.mark.django_db
def test_a_purchase_stands_on_the_timeline_in_the_history_and_is_found(people, customer):
    purchase = sold(customer, by=people.agent, reference="R-77196", staff=people.agent)

    entry = TimelineEntry.objects.get(customer=customer)
    assert (entry.kind, entry.key, entry.subject, entry.staff) == (
        "purchase",
        str(purchase.pk),
        "R-77196",
        people.agent,
    )
    event = CustomerEvent.objects.filter(customer=customer).latest("pk")
    assert (event.what, event.actor, event.new) == ("purchase_recorded", people.agent, {"purchase": "R-77196"})
    assert [hit.url for group in search.find(people.agent, "7719") for hit in group.hits] == [
        purchase.get_absolute_url()
    ]
    assert not search.find(people.agent2, "7719")


@pytest.mark.django_db
def test_a_purchase_has_happened(customer):
    assert refusal(customer, happened_at=timezone.now() + timedelta(hours=1)).field == "happened_at"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lines", "field"),
    [([], ""), ([(0, "1")], "quantity"), ([(1, "1"), (-1, "1")], "quantity"), ([("1e9", "1e9")], "unit_price")],
)
def test_lines_that_cannot_be_are_refused_at_their_row(customer, lines, field):
    with pytest.raises(PurchaseRefused) as caught:
        make_purchase(customer, lines=lines)

    assert caught.value.field == field and caught.value.row == (None if not lines else len(lines) - 1)


@pytest.mark.django_db
def test_the_same_submission_twice_is_one_purchase(people, customer):
    submission = uuid.uuid4()

    assert sold(customer, by=people.agent, submission=submission) == sold(
        customer, by=people.agent, submission=submission
    )
    assert Purchase.objects.count() == TimelineEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_submission_twice_at_once_is_one_purchase():
    customer, product, submission = make_customer(), make_product(), uuid.uuid4()
    gate, made = threading.Barrier(3), []

    def send():
        gate.wait()
        line = {"product": product, "quantity": Decimal(1), "unit_price": Decimal(1)}
        purchase = record_purchase(
            by=None, customer=customer, lines=[line], happened_at=timezone.now(), currency="CNY", submission=submission
        )
        made.append(purchase.pk)
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(set(made)) == 1 and len(made) == 3 and Purchase.objects.count() == 1


@pytest.mark.django_db
def test_only_for_customers_that_one_may_open_and_only_by_those_who_sell(people, customer):
    for stranger in (people.agent2, people.quality, people.deactivated):
        with pytest.raises(PermissionDenied):
            sold(customer, by=stranger)


@pytest.mark.django_db
def test_a_merged_customer_is_history(people, customer):
    Customer.objects.filter(pk=customer.pk).update(merged_into=make_customer())
    customer.refresh_from_db()

    with pytest.raises(PermissionDenied):
        sold(customer, by=people.manager)


# --- Returns -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_return_names_what_it_returns_and_is_taken_off(people, customer):
    apple = make_product("A")
    bought = sold(customer, (3, "2.50", apple))

    back = sold(customer, (-2, "2.50", apple), returns_of=bought, by=people.agent)

    assert (back.kind, back.amount, back.returns_of) == ("return", Decimal("-5.00"), bought)
    assert bought.left_to_return() == {apple.pk: 1}
    assert TimelineEntry.objects.get(key=str(back.pk)).kind == "purchase_return"


@pytest.mark.django_db
def test_no_more_comes_back_than_was_bought_over_all_returns_together(customer):
    apple = make_product("A")
    bought = sold(customer, (3, "2.50", apple))
    sold(customer, (-2, "2.50", apple), returns_of=bought)

    refused = refusal(customer, (-2, "2.50", apple), returns_of=bought)

    assert "of A 1 are left" in refused.message and (refused.field, refused.row) == ("quantity", 0)


@pytest.mark.django_db
def test_the_same_product_on_two_lines_comes_back_from_both(customer):
    apple = make_product("A")
    bought = sold(customer, (1, "2.50", apple), (2, "2.00", apple))

    sold(customer, (-1, "2.50", apple), (-2, "2.00", apple), returns_of=bought)

    assert bought.left_to_return() == {apple.pk: 0}
    assert refusal(customer, (-1, "2.00", apple), returns_of=bought)


@pytest.mark.django_db
def test_what_cannot_come_back(customer):
    apple = make_product("A")
    bought = sold(customer, (3, "2.50", apple), currency="GBP", happened_at=timezone.now() - timedelta(days=1))
    back = sold(customer, (-1, "2.50", apple), returns_of=bought, currency="GBP")

    assert "was not bought" in refusal(customer, (-1, "1"), returns_of=bought, currency="GBP").message
    assert "another customer" in refusal(make_customer(), (-1, "1", apple), returns_of=bought, currency="GBP").message
    assert refusal(customer, (-1, "1", apple), returns_of=bought, currency="EUR").field == "currency"
    assert refusal(customer, (1, "1", apple), returns_of=bought, currency="GBP").field == "quantity"
    assert (
        refusal(customer, (-1, "1", apple), returns_of=back, currency="GBP").message == "A return cannot be returned."
    )
    early = refusal(
        customer, (-1, "1", apple), returns_of=bought, currency="GBP", happened_at=timezone.now() - timedelta(days=2)
    )
    assert early.field == "happened_at"


@pytest.mark.django_db(transaction=True)
def test_two_returns_at_once_do_not_return_more_than_was_bought():
    customer, apple = make_customer(), make_product("A")
    bought = make_purchase(customer, lines=((1, "2.50", apple),))
    gate, found = threading.Barrier(2), []

    def take_back():
        gate.wait()
        try:
            make_purchase(customer, lines=((-1, "2.50", apple),), returns_of=bought)
            found.append("returned")
        except PurchaseRefused:
            found.append("refused")
        connections.close_all()

    threads = [threading.Thread(target=take_back) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(found) == ["refused", "returned"]


@pytest.mark.django_db
def test_products_are_found_by_parts_of_code_and_description_the_nearest_code_first():
    make_product("85123A", "WHITE HANGING HEART")
    make_product("A85123", "RED HEART")
    make_product("21385", "IVORY HANGING DECORATION HEART")

    assert [product.code for product in Product.objects.matching("8512")] == ["85123A", "A85123"]
    assert [product.code for product in Product.objects.matching("heart hang")] == ["21385", "85123A"]
