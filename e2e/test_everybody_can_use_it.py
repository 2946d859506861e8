"""Every page that can be reached: nothing serious that axe finds, nothing wider than the window, one heading, nothing inline."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.factories import make_complaint, make_customer, make_followup, make_house, make_people, make_response

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

START = (
    "/my-day/",
    "/customers/",
    "/complaints/",
    "/followups/",
    "/satisfaction/",
    "/insights/",
    "/outbox/",
    "/search/?q=an",
)
PUBLIC = ("/sign-in/", "/complain/", "/password/reset/", "/nothing-here/")
ENOUGH = 28
LINKS = "[...document.querySelectorAll('a[href^=\"/\"]')].map(a => a.getAttribute('href').split('#')[0])"
LEFT_OUT = ("/admin", "/static", ".csv", "?", "/healthz")


@pytest.fixture
def rows():
    people = make_people(make_house())
    for name in ("王伟芳", "Gareth Lowe"):
        customer = make_customer(
            name, phone="138 0013 8000", email="a@example.com", owner=people.agent, team=people.agent.team
        )
        make_followup(customer, owner=people.agent)
        make_complaint(customer, owner=people.handler)
        make_response(customer, owner=people.agent, team=people.agent.team, overall=1, nps=2, comment="等了太久")
    return people


def shape(path: str) -> str:
    return "/".join("*" if any(sign.isdigit() for sign in part) else part for part in path.split("/"))


def problems_of(page) -> list[str]:
    found = [
        f"axe {violation['impact']} {violation['id']}: {violation['nodes'][0]['html'][:120]}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if wider > 1:
        found.append(f"{wider} px wider than the window")
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} headings of the first rank")
    if page.evaluate("document.querySelectorAll('script:not([src]), style').length"):
        found.append("inline script or style")
    return found


@pytest.mark.parametrize(
    ("role", "language", "phone"), [("admin", "en-GB", False), ("lead", "zh-CN", True), ("agent", "zh-CN", False)]
)
def test_every_page_that_is_reached_is_for_everybody(live_server, open_page, rows, role, language, phone):
    page = open_page(sign_in=getattr(rows, role), language=language, phone=phone)
    page.context.add_cookies(
        [{"name": "django_language", "value": "en" if language == "en-GB" else "zh-hans", "url": live_server.url}]
    )
    waiting, seen, wrong = list(START), set(), {}

    while waiting and len(seen) < ENOUGH:
        path = waiting.pop(0)
        if shape(path) in seen:
            continue
        seen.add(shape(path))
        answer = page.goto(path)
        if answer.status in (403, 404) and path in START:
            continue
        found = [f"status {answer.status}"] if answer.status >= 400 else problems_of(page)
        if found:
            wrong[path] = found
        waiting += [link for link in page.evaluate(LINKS) if not any(part in link for part in LEFT_OUT)]

    assert not wrong
    assert len(seen) > 12


@pytest.mark.parametrize("phone", [True, False])
def test_pages_for_strangers_are_for_everybody(live_server, open_page, db, phone):
    page = open_page(language="zh-CN", phone=phone)

    wrong = {}
    for path in PUBLIC:
        page.goto(path)
        if found := problems_of(page):
            wrong[path] = found

    assert not wrong
