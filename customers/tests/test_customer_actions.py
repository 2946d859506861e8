"""Making, changing, archiving customers: what is written, what is refused, what history keeps."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from customers.actions import (
    EditedMeanwhile,
    archive_customer,
    assign_customer,
    create_customer,
    give_access,
    mark_seen,
    restore_customer,
    update_customer,
    withdraw_access,
)
from customers.models import ContactPoint, Customer, CustomerAccess, CustomerEvent, RecentlySeen
from customers.phones import NotAPhone
from tests.factories import make_customer

pytestmark = pytest.mark.django_db


def points_of(customer) -> list[tuple[str, str, bool]]:
    return list(customer.contact_points.values_list("kind", "normalised", "preferred"))


def test_a_new_customer_gets_a_number_a_key_and_the_parts_of_the_name(people):
    customer = create_customer(by=people.agent, values={"name": " 欧阳  清 ", "owner": people.agent})

    assert customer.number.startswith("C-1")
    assert customer.numbers.get().number == customer.number
    assert customer.name == "欧阳 清"
    assert create_customer(by=people.agent, values={"name": "欧阳清"}).family_name == "欧阳"


def test_the_name_is_made_from_its_parts(people):
    assert create_customer(by=people.agent, values={"family_name": "欧阳", "given_name": "清"}).name == "欧阳清"
    customer = create_customer(by=people.agent, values={"family_name": "Ellison", "given_name": "Margaret"})
    assert customer.name == "Margaret Ellison"
    assert customer.sort_key == "margaret ellison"


def test_an_organisation_has_no_family_name(people):
    customer = create_customer(by=people.agent, values={"name": "钱塘建工集团", "kind": "organisation"})

    assert (customer.family_name, customer.given_name) == ("", "")


def test_contact_points_are_normalised_once_each_and_one_a_kind_is_preferred(people):
    customer = create_customer(
        by=people.agent,
        values={"name": "张三"},
        contact_points=[
            {"kind": "phone", "value": "138 0013 8000"},
            {"kind": "phone", "value": "+86 13800138000"},
            {"kind": "phone", "value": "0571-8888 6666", "preferred": True},
            {"kind": "email", "value": "Zhang＠Example.com"},
            {"kind": "email", "value": "  "},
        ],
    )

    assert points_of(customer) == [
        ("email", "zhang@example.com", True),
        ("phone", "+8657188886666", True),
        ("phone", "+8613800138000", False),
    ]


def test_what_is_no_number_is_refused_and_nothing_is_written(people):
    with pytest.raises(NotAPhone), transaction.atomic():
        create_customer(by=people.agent, values={"name": "张三"}, contact_points=[{"kind": "phone", "value": "1380"}])

    assert not Customer.objects.exists()


def test_the_same_submission_makes_one_customer(people):
    submission = uuid.uuid4()

    first = create_customer(by=people.agent, values={"name": "张三"}, submission=submission)
    second = create_customer(by=people.agent, values={"name": "张三"}, submission=submission)

    assert first == second
    assert Customer.objects.count() == CustomerEvent.objects.count() == 1


def test_who_may_not_add_makes_none(people):
    with pytest.raises(PermissionDenied):
        create_customer(by=people.quality, values={"name": "张三"})


def test_a_field_that_does_not_exist_is_a_mistake_in_the_code(people):
    with pytest.raises(ValueError, match="colour"):
        create_customer(by=people.agent, values={"name": "张三", "colour": "red"})


def test_a_change_is_written_with_what_it_was_and_what_it_is(people, house):
    customer = make_customer("张三", owner=people.agent, phone="13800138000")

    changed = update_customer(
        customer.pk,
        by=people.agent,
        values={"region": "杭州", "owner": people.colleague},
        contact_points=[{"kind": "phone", "value": "13900139000"}],
        version=1,
    )

    event = changed.events.get(what="changed")
    assert (changed.version, event.version, event.actor) == (2, 2, people.agent)
    assert event.old == {
        "region": "",
        "owner": people.agent.pk,
        "contact_points": [{"kind": "phone", "value": "13800138000", "preferred": True}],
    }
    assert event.new == {
        "region": "杭州",
        "owner": people.colleague.pk,
        "contact_points": [{"kind": "phone", "value": "13900139000", "preferred": True}],
    }


def test_a_change_that_changes_nothing_writes_nothing(people):
    customer = make_customer("张三", owner=people.agent, phone="13800138000")

    same = update_customer(
        customer.pk,
        by=people.agent,
        values={"name": "张三 "},
        contact_points=[{"kind": "phone", "value": "13800138000", "preferred": True}],
        version=1,
    )

    assert same.version == 1
    assert same.events.count() == 1


def test_contact_points_that_stay_keep_their_rows(people):
    customer = make_customer("张三", owner=people.agent, phone="13800138000", email="z@example.com")
    kept = ContactPoint.objects.get(kind="phone").pk

    update_customer(
        customer.pk,
        by=people.agent,
        values={},
        contact_points=[
            {"kind": "phone", "value": "139 0013 9000", "preferred": True},
            {"kind": "phone", "value": "+86 138 0013 8000"},
        ],
        version=1,
    )

    assert points_of(customer) == [("phone", "+8613900139000", True), ("phone", "+8613800138000", False)]
    assert ContactPoint.objects.get(pk=kept).value == "+86 138 0013 8000"


def test_points_that_are_not_given_stay_as_they_are(people):
    customer = make_customer("张三", owner=people.agent, phone="13800138000")

    update_customer(customer.pk, by=people.agent, values={"name": "李四"}, version=1)

    assert points_of(customer) == [("phone", "+8613800138000", True)]


def test_an_edit_on_an_old_version_is_refused_and_says_what_was_changed(people):
    customer = make_customer("张三", owner=people.agent)
    update_customer(customer.pk, by=people.manager, values={"region": "杭州"}, version=1)

    with pytest.raises(EditedMeanwhile) as refused:
        update_customer(customer.pk, by=people.agent, values={"name": "李四"}, version=1)

    assert [event.actor for event in refused.value.events] == [people.manager]
    assert refused.value.event.new == {"region": "杭州"}
    customer.refresh_from_db()
    assert (customer.name, customer.region, customer.version) == ("张三", "杭州", 2)


def test_a_customer_out_of_reach_cannot_be_changed(people, house):
    customer = make_customer("张三", owner=people.agent2, team=house.repairs)

    for stranger in (people.agent, people.lead, people.quality):
        with pytest.raises(PermissionDenied):
            update_customer(customer.pk, by=stranger, values={"name": "李四"}, version=1)


def test_archiving_takes_more_than_owning(people, house):
    customer = make_customer("张三", owner=people.agent, team=house.sales_east)

    with pytest.raises(PermissionDenied):
        archive_customer(customer.pk, by=people.agent)
    assert archive_customer(customer.pk, by=people.lead).archived_at is not None
    assert archive_customer(customer.pk, by=people.lead).version == 2
    assert restore_customer(customer.pk, by=people.lead).archived_at is None
    assert list(customer.events.order_by("pk").values_list("what", flat=True)) == ["created", "archived", "restored"]


def test_reassigning_moves_owner_and_team(people, house):
    customer = make_customer("张三", owner=people.agent, team=house.sales_east)

    with pytest.raises(PermissionDenied):
        assign_customer(customer.pk, to=people.colleague, by=people.agent)
    moved = assign_customer(customer.pk, to=people.agent2, by=people.admin)

    assert (moved.owner, moved.team) == (people.agent2, house.repairs)


def test_access_is_given_once_for_each_reason_and_ends(people):
    customer = make_customer("张三")

    give_access(customer, reason="complaint:1", user=people.agent)
    give_access(customer, reason="complaint:1", user=people.agent)
    give_access(customer, reason="complaint:2", team=people.agent.team)
    assert CustomerAccess.objects.count() == 2
    assert customer in Customer.objects.visible_to(people.agent)
    assert customer in Customer.objects.visible_to(people.colleague)
    assert customer not in Customer.objects.visible_to(people.agent2)

    assert withdraw_access(customer, reason="complaint:1") == 1
    assert customer in Customer.objects.visible_to(people.agent)
    assert withdraw_access(customer, reason="complaint:2") == 1
    assert customer not in Customer.objects.visible_to(people.agent)
    give_access(customer, reason="complaint:1", user=people.agent)
    assert customer in Customer.objects.visible_to(people.agent)


def test_what_was_seen_is_remembered_once(people):
    customer = make_customer("张三")

    mark_seen(customer.pk, by=people.agent)
    first = RecentlySeen.objects.get().at
    mark_seen(customer.pk, by=people.agent)

    assert RecentlySeen.objects.get().at > first


@pytest.mark.parametrize(
    "broken",
    [
        lambda c: Customer.objects.filter(pk=c.pk).update(merged_into=c),
        lambda c: ContactPoint.objects.create(customer=c, kind="phone", value="x", normalised="+8613800138000"),
        lambda c: ContactPoint.objects.create(customer=c, kind="phone", value="x", normalised="+86139", preferred=True),
        lambda c: ContactPoint.objects.create(
            customer=c, kind="email", value="x", normalised="x", valid_from="2026-02-01", valid_to="2026-01-01"
        ),
        lambda c: CustomerAccess.objects.create(customer=c, reason="complaint:1"),
        lambda c: Customer.objects.create(number=c.number),
    ],
)
def test_the_database_says_no_first(db, broken):
    customer = make_customer("张三", phone="13800138000")

    with pytest.raises(IntegrityError), transaction.atomic():
        broken(customer)


def test_the_same_number_may_belong_to_a_family(db):
    make_customer("张三", phone="13800138000")
    make_customer("张小三", phone="13800138000")

    assert ContactPoint.objects.filter(normalised="+8613800138000").count() == 2
