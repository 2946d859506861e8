"""Nobody is offered a link that leads nowhere or to a closed door: each role follows every kind of link that its pages show."""

import re
from collections import deque
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

ROLES = ["agent", "handler", "lead", "manager", "quality", "admin"]
RECORD = re.compile(r"/(\d+|[A-Z]{1,2}-\d+|[\w-]{20,})(?=/|$)")
LEFT_ALONE = ("/static/", "/admin/", "/sign-out/", "/healthz")


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [url for name in ("href", "hx-get") if (url := given.get(name)) and tag != "link"]


def kinds_of(url: str) -> set[tuple[str, str]]:
    """What is new about an address: its path without what differs from record to record, with each of its parameters."""
    parts = urlsplit(url)
    return {(RECORD.sub("/*", parts.path), pair.split("=")[0]) for pair in parts.query.split("&")}


def closed_doors(client: Client, start: str = "/my-day/") -> list[str]:
    queue, known, found = deque([(start, "the start")]), set(), []
    while queue:
        url, source = queue.popleft()
        if kinds_of(url) <= known or url.startswith(LEFT_ALONE):
            continue
        known |= kinds_of(url)
        response = client.get(url)
        if response.status_code >= 400:
            found.append(f"{response.status_code} {url}, offered by {source}")
        elif response.status_code in (301, 302):
            queue.append((urljoin(url, response["Location"]), url))
        elif response["Content-Type"].startswith("text/html"):
            links = Links()
            links.feed(response.content.decode())
            queue.extend(
                (urljoin(url, link).split("#")[0], url)
                for link in links.found
                if re.match(r"[/?\w.#]+", link) and ":" not in link.split("?")[0]
            )
    assert len(known) > 10, "hardly anything was followed"
    return found


@pytest.mark.parametrize("role", ROLES)
def test_every_link_of_an_empty_house_can_be_followed(role, people, sign_in):
    assert closed_doors(sign_in(getattr(people, role))) == []


@pytest.mark.parametrize("role", ROLES)
def test_every_link_of_a_house_at_work_can_be_followed(role, people, house, sign_in):
    from tests.factories import make_complaint, make_customer, make_followup, make_purchase, make_response

    for owner in (people.agent, people.handler):
        customer = make_customer("陈雅琴", owner=owner, team=owner.team, email=f"{owner.username}@example.com")
        make_purchase(customer=customer)
        make_complaint(customer, owner=owner)
        make_followup(customer=customer, owner=owner)
        make_response(customer=customer, owner=owner)

    assert closed_doors(sign_in(getattr(people, role))) == []
