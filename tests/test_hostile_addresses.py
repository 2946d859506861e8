"""What nobody types but everybody could: no address breaks a page, whatever stands in it."""

import pytest
from django.urls import URLPattern, get_resolver

PARAMETERS = [
    "after",
    "before",
    "q",
    "text",
    "team",
    "owner",
    "customer",
    "phone",
    "since",
    "until",
    "view",
    "kind",
    "sort",
    "returns",
    "record",
    "open",
    "show",
    "do",
    "run",
    "tier",
    "severity",
    "status",
    "received_from",
    "received_to",
    "resolved_since",
    "resolved_until",
    "due_from",
    "due_to",
    "finished_from",
    "finished_to",
    "bought_since",
    "bought_until",
]
HOSTILE = ["a%00b", "%C2%B2", "%FF%FE", "9" * 30, "0001-01-01", "9999-12-31"]


def pages() -> list[str]:
    """Every page of ours whose address names no record."""
    found = []
    for resolver in get_resolver().url_patterns:
        if str(resolver.pattern) == "":
            found += [
                f"/{pattern.pattern}"
                for pattern in getattr(resolver, "url_patterns", [])
                if isinstance(pattern, URLPattern) and "<" not in str(pattern.pattern)
            ]
    return sorted(found)


@pytest.mark.parametrize("page", pages())
def test_no_parameter_breaks_a_page(page, people, sign_in):
    client = sign_in(people.admin)

    for value in HOSTILE:
        response = client.get(page, query_string="&".join(f"{name}={value}" for name in PARAMETERS))
        assert response.status_code < 500 or page == "/healthz", f"{page}: {value}"


@pytest.mark.parametrize(
    "address", ["/followups/new/?customer=%00", "/purchases/new/?customer=%00", "/purchases/new/?returns=%C2%B2"]
)
def test_a_record_that_cannot_be_is_no_error_where_it_is_asked_for(address, people, sign_in):
    assert sign_in(people.admin).get(address).status_code in (200, 404)


def test_the_last_day_of_all_is_no_day_to_filter_by(people, sign_in):
    client = sign_in(people.manager)

    for address in (
        "/complaints/?received_to=9999-12-31",
        "/insights/?until=0001-01-01",
        "/followups/?due_to=9999-12-31",
    ):
        response = client.get(address)
        assert response.status_code == 200
        assert "was left out" in response.content.decode(), address


@pytest.mark.parametrize("number", ["CP-1%00", "9" * 400, "%F0%9F%99%82"])
@pytest.mark.parametrize(
    "page", ["customers", "complaints", "purchases", "followups", "satisfaction", "s", "complain", "outbox"]
)
def test_a_number_that_cannot_be_is_not_found(page, number, people, sign_in):
    assert sign_in(people.admin).get(f"/{page}/{number}/").status_code in (404, 410)
