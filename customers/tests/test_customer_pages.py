"""The customers' pages as people use them: list, record, form, history, screen pop, search."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.actions import archive_customer, log_interaction, update_customer
from customers.models import Customer, Tier
from tests.factories import make_customer

pytestmark = pytest.mark.django_db

LIST, NEW, SEARCH = "/customers/", "/customers/new/", "/search/"


def text(answer) -> str:
    return answer.content.decode()


def posted(name="张三", points=(), **more) -> dict:
    """What the browser sends for the form; the first of each kind is the preferred one."""
    data = {
        "kind": "person", "name": name, "language": "zh-hans", "lifecycle": "customer",
        "points-TOTAL_FORMS": str(len(points)), "points-INITIAL_FORMS": "0",
    }  # fmt: skip
    for place, (kind, value) in enumerate(points):
        data |= {f"points-{place}-kind": kind, f"points-{place}-value": value}
        if kind not in [earlier for earlier, _value in points[:place]]:
            data |= {f"points-{place}-preferred": "on"}
    return data | more


# --- The list ---


def test_the_list_shows_what_is_within_reach(people, house, sign_in):
    make_customer("顾曼丽", owner=people.agent, team=house.sales_east)
    make_customer("陈雅琴", owner=people.colleague, team=house.sales_east)
    make_customer("严秋月", owner=people.agent2, team=house.repairs)

    def names(user):
        return [row.name for row in sign_in(user).get(LIST).context["page"].rows]

    assert names(people.agent) == ["顾曼丽"]
    assert names(people.lead) == ["陈雅琴", "顾曼丽"]
    assert names(people.quality) == ["陈雅琴", "顾曼丽", "严秋月"]


def test_the_filters_stand_in_the_address(people, house, sign_in):
    vip, key = Tier.objects.order_by("position")[:2]
    one = make_customer(
        "顾曼丽", owner=people.agent, team=house.sales_east, tier=vip, region="杭州 西湖区", phone="13957100183"
    )
    two = make_customer(
        "钱塘建工集团", kind="organisation", team=house.repairs, tier=key, lifecycle="loyal", region="上海"
    )
    client = sign_in(people.manager)

    def found(query):
        return [row.pk for row in client.get(f"{LIST}?{query}").context["page"].rows]

    assert found("q=曼丽") == found("q=0183") == found("q=gml") == [one.pk]
    assert found(f"owner={people.agent.pk}") == [one.pk]
    assert found(f"team={house.repairs.pk}") == [two.pk]
    assert found(f"tier={vip.pk}") == [one.pk]
    assert found(f"tier={vip.pk}&tier={key.pk}") == [one.pk, two.pk]
    assert found("kind=organisation") == found("lifecycle=loyal") == found("region=上海") == [two.pk]
    assert found(f"q=曼丽&tier={key.pk}") == []


def test_a_filter_that_is_not_understood_is_said(people, sign_in):
    answer = sign_in(people.manager).get(f"{LIST}?tier=999&colour=red")

    assert "colour" in text(answer)
    assert answer.status_code == 200


def test_archived_customers_leave_the_list_until_they_are_asked_for(people, house, sign_in):
    archive_customer(make_customer("顾曼丽", team=house.sales_east).pk, by=people.lead)
    client = sign_in(people.lead)

    assert "顾曼丽" not in text(client.get(LIST))
    assert "顾曼丽" in text(client.get(f"{LIST}?archived=on"))
    assert "<mark>顾曼丽</mark>" in text(client.get(f"{SEARCH}?q=顾曼丽"))


def test_pages_follow_each_other_without_gap_or_repetition(people, sign_in):
    for number in range(120):
        make_customer(f"王{number}" if number % 3 else "")
    client, seen, url = sign_in(people.manager), [], LIST

    while url:
        page = client.get(url).context["page"]
        seen += [row.pk for row in page.rows]
        url = f"{LIST}{page.next_url}" if page.next_url else ""

    assert len(seen) == len(set(seen)) == 120


def test_an_empty_list_says_what_belongs_here_and_offers_the_first_step(people, sign_in):
    page = text(sign_in(people.agent).get(LIST))

    assert "No customers here yet" in page
    assert f'href="{NEW}"' in page


# --- Screen pop ---


def test_the_telephone_leads_to_the_callers_page(people, sign_in):
    customer = make_customer("顾曼丽", owner=people.agent, phone="13957100183")

    answer = sign_in(people.agent).get(LIST, {"phone": "0086-139 5710 0183"})

    assert answer.url == customer.get_absolute_url()


def test_a_plus_that_arrives_as_a_blank_is_understood(people, sign_in):
    customer = make_customer("Margaret", owner=people.agent, phone="+44 7700 900142")

    assert sign_in(people.agent).get(f"{LIST}?phone=+447700900142").url == customer.get_absolute_url()
    assert sign_in(people.agent).get(f"{LIST}?phone=%2B447700900142").url == customer.get_absolute_url()


def test_a_family_is_a_list_to_choose_from(people, sign_in):
    for name in ("顾曼丽", "顾小丽"):
        make_customer(name, owner=people.agent, phone="13957100183")

    page = text(sign_in(people.agent).get(LIST, {"phone": "13957100183"}))

    assert "顾曼丽" in page and "顾小丽" in page


def test_a_caller_out_of_reach_is_a_card_with_what_may_be_done(people, house, sign_in):
    customer = make_customer("顾曼丽", owner=people.agent2, team=house.repairs, phone="13957100183", notes="secret")

    page = text(sign_in(people.agent).get(LIST, {"phone": "13957100183"}))

    assert "顾曼丽" in page and reverse("customers:log_contact", args=[customer.number]) in page
    assert "secret" not in page and customer.get_absolute_url() + '"' not in page


def test_an_unknown_caller_is_a_new_customer_with_the_number_filled_in(people, sign_in):
    client = sign_in(people.agent)

    answer = client.get(LIST, {"phone": "+86 139 5710 0183"}, follow=True)

    assert answer.redirect_chain[0][0].startswith(NEW)
    assert 'value="+86 139 5710 0183"' in text(answer)


@pytest.mark.parametrize("typed", ["", " ", "withheld", "anonymous", "12", "<script>"])
def test_a_call_without_a_number_is_said(people, sign_in, typed):
    page = text(sign_in(people.agent).get(LIST, {"phone": typed}))

    assert "No number came with this call" in page
    assert "<script>" not in page.replace("<script defer", "")


# --- The form ---


def test_a_customer_is_made(people, sign_in):
    points = [("phone", "＋８６ 138-0013-8000 转 8"), ("email", "Zhang@Example.com"), ("phone", "")]
    answer = sign_in(people.agent).post(NEW, posted(points=points, owner=people.agent.pk), follow=True)

    customer = Customer.objects.get()
    assert answer.redirect_chain == [(customer.get_absolute_url(), 302)]
    assert customer.number in text(answer)
    assert sorted(customer.contact_points.values_list("normalised", flat=True)) == [
        "+8613800138000;ext=8",
        "zhang@example.com",
    ]
    assert (customer.owner, customer.updated_by) == (people.agent, people.agent)


def test_sending_the_form_twice_makes_one(people, sign_in):
    points = [("phone", "13957100183"), ("email", "zhang@example.com")]
    client = sign_in(people.agent)
    data = posted(points=points, submission=str(uuid.uuid4()), owner=people.agent.pk)

    first, second = client.post(NEW, data), client.post(NEW, data)

    assert first.url == second.url
    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([("phone", "1380013800")], "A mobile number has 11 digits."),
        ([("phone", "call me")], "This is not a telephone number."),
        ([("email", "zhang@example")], "This is not an e-mail address."),
        ([("email", "zhang")], "This is not an e-mail address."),
    ],
)
def test_a_wrong_number_is_said_at_its_row_and_nothing_typed_is_lost(people, sign_in, points, message):
    answer = sign_in(people.agent).post(NEW, posted("顾曼丽", points=[("phone", "13957100183"), *points]))

    page = text(answer)
    assert page.count(message) == 2  # at the row, and in the summary on top
    assert "One thing to correct." in page
    for kept in ("顾曼丽", "13957100183", points[0][1]):
        assert f'value="{kept}"' in page
    assert not Customer.objects.exists()


def test_a_customer_without_anything_is_refused(people, sign_in):
    page = text(sign_in(people.agent).post(NEW, posted("")))

    assert "Give a name or a way to reach them." in page
    assert not Customer.objects.exists()


def test_the_same_number_is_asked_about_and_kept_for_a_family(people, sign_in):
    make_customer("顾曼丽", owner=people.agent, phone="13957100183")
    client, data = sign_in(people.agent), posted("顾小丽", points=[("phone", "139-5710-0183")])

    page = text(client.post(NEW, data))
    assert "Somebody else has this number or address." in page and "顾曼丽" in page
    assert Customer.objects.count() == 1

    client.post(NEW, data | {"keep_both": "on"})
    assert Customer.objects.count() == 2


def test_an_edit_keeps_its_number_without_being_asked_about_itself(people, sign_in):
    customer = make_customer("顾曼丽", owner=people.agent, phone="13957100183")
    make_customer("顾小丽", phone="13957100183")

    data = posted("顾曼莉", points=[("phone", "13957100183")], version="1", owner=people.agent.pk)
    answer = sign_in(people.agent).post(reverse("customers:edit", args=[customer.number]), data)

    assert answer.status_code == 302
    customer.refresh_from_db()
    assert customer.name == "顾曼莉"


def test_two_who_edit_at_once_lose_nothing(people, sign_in):
    customer = make_customer("顾曼丽", owner=people.agent, phone="13957100183", email="gu@example.com", region="杭州")
    base = {"version": "1", "owner": people.agent.pk}
    update_customer(
        customer.pk,
        by=people.manager,
        values={"region": "上海", "notes": "rang"},
        contact_points=[{"kind": "phone", "value": "13957100183"}, {"kind": "phone", "value": "13900139000"}],
        version=1,
    )
    client, url = sign_in(people.agent), reverse("customers:edit", args=[customer.number])
    mine = posted(
        "顾曼莉",
        points=[("phone", "13957100183"), ("email", "gu@example.com"), ("phone", "13800138000")],
        region="宁波",
        **base,
    )

    answer = client.post(url, mine)

    page = text(answer)
    assert answer.status_code == 409
    assert "Manager changed this customer since you opened it." in page
    assert "上海" in page and "yours differs" in page and "taken over" in page
    assert 'value="顾曼莉"' in page and 'value="宁波"' in page  # mine stands
    assert "rang" in page  # theirs, where only they changed it
    customer.refresh_from_db()
    assert customer.version == 2

    again = {field.html_name: field.value() for field in answer.context["form"] if field.value() not in (None, "")}
    rows = answer.context["form"].points
    again |= {"points-TOTAL_FORMS": rows.total_form_count(), "points-INITIAL_FORMS": 0}
    again |= {field.html_name: field.value() for row in rows for field in row if field.value() not in (None, "", False)}
    assert client.post(url, again).status_code == 302

    customer.refresh_from_db()
    assert (customer.name, customer.region, customer.notes, customer.version) == ("顾曼莉", "宁波", "rang", 3)
    # They took the e-mail out and put a number in; I put another in: both happened.
    assert sorted(customer.contact_points.values_list("normalised", flat=True)) == [
        "+8613800138000", "+8613900139000", "+8613957100183",
    ]  # fmt: skip


def test_giving_a_customer_away_says_so_and_leads_to_the_list(people, sign_in):
    customer = make_customer("顾曼丽", owner=people.agent)

    data = posted("顾曼丽", version="1", owner=people.agent2.pk)
    answer = sign_in(people.agent).post(reverse("customers:edit", args=[customer.number]), data, follow=True)

    assert answer.redirect_chain == [(LIST, 302)]
    assert "belongs to another team now" in text(answer)


# --- One customer ---


def test_the_record_shows_what_is_known(people, house, sign_in):
    customer = make_customer(
        "顾曼丽",
        owner=people.agent,
        team=house.sales_east,
        phone="13957100183",
        email="gu@example.com",
        notes="Quiet room",
    )

    page = text(sign_in(people.agent).get(customer.get_absolute_url()))

    for shown in (
        "顾曼丽",
        customer.number,
        'href="tel:+8613957100183"',
        "139 5710 0183",
        "gu@example.com",
        "Quiet room",
    ):
        assert shown in page, shown


def test_what_happened_is_paged_and_narrowed(people, sign_in):
    customer = make_customer("顾曼丽", owner=people.agent)
    for hours in range(60):
        log_interaction(
            customer.pk, by=people.agent, channel="phone", direction="in", summary=f"call {hours}.",
            at=timezone.now() - timedelta(hours=hours, minutes=1),
        )  # fmt: skip
    client, url, seen = sign_in(people.agent), customer.get_absolute_url(), []

    answer = client.get(url)
    assert "call 0." in text(answer) and "call 24." in text(answer) and "call 25." not in text(answer)
    seen += [row.pk for row in answer.context["page"].rows]
    fragment = reverse("customers:timeline", args=[customer.number])
    more = client.get(f"{fragment}{answer.context['page'].next_url}", headers={"HX-Request": "true"})
    assert "<html" not in text(more) and "call 25." in text(more)
    seen += [row.pk for row in more.context["page"].rows]
    last = client.get(f"{url}{more.context['page'].next_url}")  # the same link without htmx
    assert "<html" in text(last) and "call 59." in text(last)
    assert len(set(seen)) == 50

    assert "call 0." in text(client.get(f"{url}?show=contacts"))
    assert "call 0." not in text(client.get(f"{url}?show=changes"))


def test_history_says_who_changed_what_from_what_to_what(people, house, sign_in):
    customer = make_customer("顾曼丽", owner=people.agent, phone="13957100183")
    update_customer(
        customer.pk,
        by=people.agent,
        values={"name": "顾曼莉", "team": house.sales_east, "lifecycle": "loyal"},
        contact_points=[{"kind": "phone", "value": "13900139000"}],
        version=1,
    )

    page = text(sign_in(people.agent).get(reverse("customers:history", args=[customer.number])))

    for shown in (
        "<del>顾曼丽</del>", "<ins>顾曼莉</ins>", "<ins>Sales East</ins>", "<del>Customer</del>", "<ins>Loyal</ins>",
        "<del>139 5710 0183 (preferred)</del>", "<ins>139 0013 9000 (preferred)</ins>", "Agent", "by itself",
    ):  # fmt: skip
        assert shown in page, shown


def test_an_earlier_number_leads_to_the_current_one(people, sign_in):
    customer = make_customer("顾曼丽")
    customer.numbers.create(number="C-7", is_current=False)

    assert sign_in(people.manager).get("/customers/C-7/").url == customer.get_absolute_url()


def test_a_contact_is_logged_from_the_page(people, sign_in):
    customer = make_customer("顾曼丽", owner=people.agent)
    url = reverse("customers:log_contact", args=[customer.number])
    client, data = (
        sign_in(people.agent),
        {"channel": "visit", "direction": "out", "summary": "Looked at the door", "outcome": "reached"},
    )

    answer = client.post(url, data | {"submission": str(uuid.uuid4())}, follow=True)
    assert "Looked at the door" in text(answer) and "Visit to the customer, reached" in text(answer)

    ahead = (timezone.localtime() + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    answer = client.post(url, data | {"at": ahead})
    assert "This lies in the future." in text(answer) and "Looked at the door" in text(answer)
    assert customer.interactions.count() == 1


def test_archiving_asks_first(people, house, sign_in):
    customer = make_customer("顾曼丽", team=house.sales_east)
    client, url = sign_in(people.lead), reverse("customers:archive", args=[customer.number])

    assert "Archive 顾曼丽?" in text(client.get(url))
    assert "archived" in text(client.post(url, follow=True))
    client.post(reverse("customers:restore", args=[customer.number]))
    customer.refresh_from_db()
    assert customer.archived_at is None


def test_names_of_markup_stay_text(people, sign_in):
    customer = make_customer("<b>x</b>", owner=people.agent, notes="<script>alert(1)</script>", region="<i>r</i>")
    client = sign_in(people.agent)

    for url in (
        LIST,
        customer.get_absolute_url(),
        reverse("customers:edit", args=[customer.number]),
        f"{SEARCH}?q=<b>",
    ):
        page = text(client.get(url))
        assert "<b>x" not in page and "<script>alert" not in page and "<i>r" not in page


# --- Search ---


def test_search_answers_machines_too(people, house, sign_in):
    customer = make_customer("陈雅琴", owner=people.agent, team=house.sales_east)

    answer = sign_in(people.agent).get(SEARCH, {"q": "yq", "format": "json"})

    assert answer.json() == {
        "results": [
            {
                "kind": "customer", "number": customer.number, "label": "陈雅琴",
                "why": "Pinyin initials: chen ya qin", "url": customer.get_absolute_url(),
            }
        ]
    }  # fmt: skip
    assert sign_in(people.agent2).get(SEARCH, {"q": "yq", "format": "json"}).json() == {"results": []}


def test_an_empty_search_offers_what_was_seen_last(people, sign_in):
    first, second = make_customer("顾曼丽", owner=people.agent), make_customer("陈雅琴", owner=people.agent)
    client = sign_in(people.agent)
    for customer in (first, second):
        client.get(customer.get_absolute_url())

    page = text(client.get(SEARCH))
    assert page.index("陈雅琴") < page.index("顾曼丽")

    update_customer(first.pk, by=people.agent, values={"owner": people.agent2}, version=1)
    assert "顾曼丽" not in text(client.get(SEARCH))


def test_the_drop_down_is_the_same_answer_without_a_frame(people, sign_in):
    make_customer("陈雅琴", owner=people.agent)

    page = text(sign_in(people.agent).get(SEARCH, {"q": "雅琴"}, headers={"HX-Request": "true"}))

    assert "<html" not in page and "陈<mark>雅琴</mark>" in page


@pytest.mark.parametrize("typed", ["z", "12", "%", " ", "x" * 5000, "\x00", "' OR 1=1 --", "🙂"])
def test_a_search_of_nothing_much_is_answered_kindly(people, sign_in, typed):
    assert sign_in(people.agent).get(SEARCH, {"q": typed}).status_code == 200
