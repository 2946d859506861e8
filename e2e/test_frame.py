"""The frame in a browser: keys, menus, rows, one submit a form; and everything again without JavaScript."""

import re

import pytest

from followups.models import FollowUp
from tests.factories import make_customer, make_house, make_people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people():
    return make_people(make_house())


@pytest.fixture
def customers(people):
    return [
        make_customer(name, owner=people.agent, team=people.agent.team)
        for name in ("王伟芳", "Gareth Lowe", "Ellen Price")
    ]


def test_slash_leads_to_the_search_whose_hits_are_chosen_with_arrows(live_server, open_page, people, customers):
    page = open_page(sign_in=people.agent)
    page.goto("/followups/")

    page.keyboard.press("/")
    page.keyboard.type("wangwei")
    page.locator("#rv-hits [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/customers/{customers[0].number}/")


def test_enter_without_a_choice_opens_the_page_of_results_and_escape_closes_the_hits(
    live_server, open_page, people, customers
):
    page = open_page(sign_in=people.agent)
    page.goto("/followups/")

    page.fill("#rv-search", "Gareth")
    page.locator("#rv-hits [role=option]").first.wait_for()
    page.keyboard.press("Escape")
    assert page.locator("#rv-hits").is_hidden()
    page.keyboard.press("Enter")

    page.wait_for_url("**/search/?q=Gareth")


def test_rows_open_by_click_anywhere_and_by_keys(live_server, open_page, people, customers):
    page = open_page(sign_in=people.agent)
    page.goto("/customers/")
    first, second = (page.locator("tbody a.open").nth(n).get_attribute("href") for n in (0, 1))

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{first}")
    page.goto("/customers/")
    page.locator("tbody tr").nth(1).locator("td").nth(3).click()

    page.wait_for_url(f"**{second}")


def test_menus_work_by_keys_and_give_the_focus_back(live_server, open_page, people):
    page = open_page(sign_in=people.agent)
    page.goto("/customers/")

    page.keyboard.press("n")
    page.keyboard.press("ArrowDown")
    inside = page.evaluate("document.activeElement.closest('[data-menu]') !== null")
    page.keyboard.press("Escape")

    assert inside
    assert page.locator("details[open]").count() == 0
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_a_click_beside_an_open_menu_only_closes_it(live_server, open_page, people, customers):
    page = open_page(sign_in=people.agent)
    page.goto("/customers/")

    page.locator(".rv-top details summary").first.click()
    page.locator("tbody tr").nth(1).locator("td").nth(2).click()
    page.wait_for_timeout(200)

    assert page.locator("details[open]").count() == 0
    assert page.url.endswith("/customers/")


def test_a_second_click_on_submit_sends_nothing(live_server, open_page, people, customers):
    page = open_page(sign_in=people.agent)
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto(f"/followups/new/?customer={customers[0].number}")
    page.fill("[name=title]", "Ask how it went")

    page.locator("main form [type=submit]").dblclick()
    page.wait_for_url(re.compile(r"/(followups|customers)/(?!new)"))

    assert len(sent) == 1
    assert FollowUp.objects.count() == 1


def test_what_was_typed_is_there_after_going_back(live_server, open_page, people, customers):
    page = open_page(sign_in=people.agent)
    page.goto("/customers/new/")
    page.fill("[name=name]", "Margaret Ellison")

    page.locator(".rv-nav a").first.click()
    page.wait_for_url("**/my-day/")
    page.go_back()

    assert page.input_value("[name=name]") == "Margaret Ellison"


def test_without_javascript_menus_filters_and_forms_work(live_server, open_page, people, customers):
    page = open_page(javascript=False, sign_in=people.agent)
    page.goto("/customers/")

    page.locator(".rv-filters summary").click()
    page.locator(".rv-filters .ft button").click()
    page.wait_for_url(re.compile(r"/customers/\?"))
    page.locator(".rv-top details summary").first.click()
    page.locator(".rv-top [data-menu] a[href='/customers/new/']").click()
    page.fill("[name=name]", "Margaret Ellison")
    page.locator("main form [type=submit]").first.click()

    page.wait_for_url(re.compile(r"/customers/C-\d+/"))


def test_the_languages_change_places_and_the_choice_holds(live_server, open_page, people):
    page = open_page(sign_in=people.agent)
    page.goto("/customers/")

    page.locator(".rv-top .rv-langform button[lang=zh-hans]").click()
    page.wait_for_load_state("load")

    assert page.url.endswith("/customers/")
    assert page.evaluate("document.documentElement.lang") == "zh-hans"
    page.goto("/followups/")
    assert page.evaluate("document.documentElement.lang") == "zh-hans"
