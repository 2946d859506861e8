"""What customers put into the registries of the apps below: open items of a leaver, why one may see, tiers, settings."""

import pytest
from django.core.exceptions import PermissionDenied

from crm.staff import open_items, why
from customers.actions import give_access
from customers.models import GuardRule, Tier
from customers.ready.customer import explain, opt_out_url
from customers.shipped import ship
from tests.factories import make_customer

pytestmark = pytest.mark.django_db


def test_a_leavers_customers_are_listed_and_can_be_given_on(people, house):
    customer = make_customer("顾曼丽", owner=people.agent, team=house.sales_east)
    items = open_items.get("customers")

    assert list(items.rows(people.agent)) == [customer]
    assert items.describe(customer) == f"顾曼丽 {customer.number}"
    with pytest.raises(PermissionDenied):
        items.reassign(customer.pk, to=people.colleague, by=people.agent2)
    items.reassign(customer.pk, to=people.agent2, by=people.admin)

    assert not items.rows(people.agent).exists()
    customer.refresh_from_db()
    assert (customer.owner, customer.team) == (people.agent2, house.repairs)
    assert customer.events.filter(what="changed", actor=people.admin).exists()


def sees(user, customer) -> tuple[bool, list[bool]]:
    verdict = explain(user, customer.number.lower())
    return verdict.sees, [rule.opens for rule in verdict.rules]


def test_why_somebody_may_open_a_customer_is_said_rule_by_rule(people, house):
    customer = make_customer("顾曼丽", owner=people.agent, team=house.sales_east)

    # a role that opens customers, owner, team, all, given for a reason
    assert sees(people.agent, customer) == (True, [True, True, False, False, False])
    assert sees(people.colleague, customer) == (False, [True, False, False, False, False])
    assert sees(people.lead, customer) == (True, [True, False, True, False, False])
    assert sees(people.quality2, customer) == (True, [True, False, False, True, False])
    assert sees(people.deactivated, customer) == (False, [False, False, False, False, False])
    give_access(customer, reason="complaint:7", user=people.handler2)
    assert sees(people.handler2, customer) == (True, [True, False, False, False, True])


def test_the_explanation_names_the_record_by_its_number_only(people, house):
    customer = make_customer("顾曼丽", owner=people.agent2, team=house.repairs)

    verdict = explain(people.agent, customer.number)

    assert customer.number in verdict.sentence and "caller card" in verdict.sentence
    assert "顾曼丽" not in verdict.sentence + "".join(str(rule.words) for rule in verdict.rules)
    assert explain(people.agent, "C-1") is None
    assert why.count(people.agent, "customers") == 0
    assert why.count(people.agent2, "customers") == 1


def test_a_new_installation_has_tiers_and_a_guard_and_keeps_what_was_changed(db):
    Tier.objects.filter(name_en="VIP").update(name_en="Gold")
    GuardRule.objects.update(survey_every_days=90)

    ship()

    assert [tier.name_en for tier in Tier.objects.all()] == ["Gold", "Key", "Normal", "Small"]
    assert GuardRule.objects.get().survey_every_days == 90


def test_the_settings_show_customers_and_change_none(people, sign_in):
    customer = make_customer("顾曼丽", phone="13957100183")
    client = sign_in(people.admin)

    assert "顾曼丽" in client.get("/admin/customers/customer/?q=gml").content.decode()
    assert "顾曼丽" not in client.get("/admin/customers/customer/?q=wangwei").content.decode()
    assert client.get(f"/admin/customers/customer/{customer.pk}/change/").status_code == 200
    assert client.post(f"/admin/customers/customer/{customer.pk}/change/", {"name": "x"}).status_code == 403
    assert client.get("/admin/customers/customer/add/").status_code == 403
    assert client.get("/admin/customers/guardrule/add/").status_code == 403
    assert client.get("/admin/customers/tier/").status_code == 200


def test_the_opt_out_link_is_absolute_and_secret(db, settings):
    settings.SITE_URL = "https://care.example.com"
    customer = make_customer("顾曼丽")

    assert opt_out_url(customer.pk).startswith("https://care.example.com/opt-out/")
    assert str(customer.pk) + "/" not in opt_out_url(customer.pk)
    assert customer.number not in opt_out_url(customer.pk)
