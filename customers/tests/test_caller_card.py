"""The caller card: found by a whole number or address by everybody who answers the telephone, and nothing more."""

import dataclasses

import pytest
from django.urls import reverse

from customers import caller_card
from customers.models import Customer, ExternalReference
from tests.factories import make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger(people, house):
    """A customer of the other branch."""
    return make_customer(
        "陈雅琴", phone="139 5710 0183", email="Chen@example.com", owner=people.agent2, team=house.repairs, region="杭州",
        notes="secret",
    )  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    [
        "13957100183",
        "+86 139-5710-0183",
        "0086 13957100183",
        "１３９５７１００１８３",
        "chen@example.com",
        " CHEN@Example.com ",
    ],
)
def test_a_whole_number_or_address_finds_anybody(people, stranger, typed):
    (card,) = caller_card.cards_for(people.agent, typed)

    assert (card.number, card.title, card.owner, card.team) == (stranger.number, "陈雅琴", people.agent2, stranger.team)
    assert card.masked_phone == "139 ••••• 183"
    assert not card.reachable


def test_the_customers_own_number_and_what_another_system_calls_it_find_anybody(people, stranger):
    ExternalReference.objects.create(source="shop", reference="17850", customer=stranger)

    for typed in (stranger.number, stranger.number.lower(), "17850"):
        assert [card.pk for card in caller_card.cards_for(people.agent, typed)] == [stranger.pk], typed


@pytest.mark.parametrize(
    "typed", ["", "陈雅琴", "1395710018", "0183", "57100183", "chen@example", "@example.com", "C-", "withheld"]
)
def test_a_fragment_shows_no_card(people, stranger, typed):
    assert caller_card.cards_for(people.agent, typed) == []


def test_the_card_holds_no_more_than_a_card(people, stranger):
    fields = {field.name for field in dataclasses.fields(caller_card.CallerCard)}

    assert fields == {
        "pk", "number", "title", "kind", "tier", "owner", "team", "masked_phone", "reachable", "archived", "matched",
    }  # fmt: skip


def test_who_speaks_with_nobody_sees_no_card(people, stranger):
    assert caller_card.may_see_card(people.agent)
    assert not caller_card.may_see_card(people.quality)
    assert not caller_card.may_see_card(people.deactivated)
    assert caller_card.cards_for(people.quality, "13957100183") == []


def test_a_family_that_shares_a_number_is_a_list(people, stranger):
    make_customer("陈小琴", phone="13957100183", owner=people.agent)

    cards = caller_card.cards_for(people.agent, "13957100183")

    assert [(card.title, card.reachable) for card in cards] == [("陈小琴", True), ("陈雅琴", False)] or [
        (card.title, card.reachable) for card in cards
    ] == [("陈雅琴", False), ("陈小琴", True)]


def test_everybody_behind_a_switchboard_is_found_by_its_number(people):
    make_customer("甲", phone="0571-88886666 转 801")
    make_customer("乙", phone="0571-88886666 转 802")

    assert len(caller_card.cards_for(people.agent, "0571 8888 6666")) == 2
    assert [card.title for card in caller_card.cards_for(people.agent, "0571 8888 6666 转 802")] == ["乙"]


def test_the_merged_and_the_erased_have_no_card(people, stranger):
    Customer.objects.filter(pk=stranger.pk).update(merged_into=make_customer("李四"))

    assert caller_card.cards_for(people.agent, "13957100183") == []


def test_the_records_own_page_stays_unknown(people, stranger, sign_in):
    client = sign_in(people.agent)

    assert client.get(stranger.get_absolute_url()).status_code == 404
    assert client.get(reverse("customers:edit", args=[stranger.number])).status_code == 404
    assert client.get(reverse("customers:history", args=[stranger.number])).status_code == 404


def test_a_contact_is_logged_from_the_card_and_shows_the_card_only(people, stranger, sign_in):
    client = sign_in(people.agent)
    url = reverse("customers:log_contact", args=[stranger.number])

    page = client.get(url).content.decode()
    assert "陈雅琴" in page and "139 ••••• 183" in page
    for hidden in ("13957100183", "139 5710 0183", "chen@example.com", "杭州", "secret"):
        assert hidden not in page

    answer = client.post(url, {"channel": "phone", "direction": "in", "summary": "rang"}, follow=True)
    assert stranger.interactions.get().staff == people.agent
    assert answer.redirect_chain == [(f"{reverse('customers:search')}?q={stranger.number}", 302)]
    assert "secret" not in answer.content.decode()


def test_the_fragment_for_intake_forms(people, stranger, sign_in):
    client = sign_in(people.agent)
    url = reverse("customers:caller")

    assert "陈雅琴" in client.get(url, {"phone": "13957100183"}).content.decode()
    (card,) = client.get(url, {"phone": "13957100183", "format": "json"}).json()["cards"]
    assert (card["number"], card["reachable"]) == (stranger.number, False)
    assert client.get(url, {"q": "雅琴", "format": "json"}).json() == {"cards": []}
    mine = make_customer("陈雅芳", owner=people.agent)
    (card,) = client.get(url, {"q": "雅芳", "format": "json"}).json()["cards"]
    assert (card["number"], card["reachable"]) == (mine.number, True)


def test_a_search_by_the_whole_number_shows_the_card_and_one_by_a_part_does_not(people, stranger, sign_in):
    client = sign_in(people.agent)
    url = reverse("customers:search")

    assert "陈雅琴" in client.get(url, {"q": "139 5710 0183"}).content.decode()
    for fragment in ("0183", "雅琴", "chen@exam", "yaqin"):
        assert "陈雅琴" not in client.get(url, {"q": fragment}).content.decode()
    assert client.get(url, {"q": "13957100183", "format": "json"}).json() == {"results": []}


def test_the_duplicate_warning_shows_the_card(people, stranger, sign_in):
    answer = sign_in(people.agent).post(
        reverse("customers:new"),
        {
            "kind": "person", "name": "陈女士", "language": "zh-hans", "lifecycle": "customer",
            "points-TOTAL_FORMS": "1", "points-INITIAL_FORMS": "0",
            "points-0-kind": "phone", "points-0-value": "13957100183",
        },
    )  # fmt: skip

    page = answer.content.decode()
    assert "陈雅琴" in page and stranger.number in page and "secret" not in page
    assert Customer.objects.count() == 1


def test_nowhere_else(people, stranger, sign_in):
    """The list, its filter and what was seen last say nothing of a customer out of reach."""
    from customers.actions import mark_seen

    mark_seen(stranger.pk, by=people.agent)
    client = sign_in(people.agent)

    for url in ("/customers/", "/customers/?q=13957100183", "/customers/?q=雅琴", "/search/"):
        assert "陈雅琴" not in client.get(url).content.decode(), url
