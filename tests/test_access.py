"""Who gets what at every address: the table in tests/access, asked whole; an address without a row fails."""

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access import ROLES
from tests.access.world import ASKED, RECORDS, ROWS, World, differences

ADMIN = "admin"


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Built once for all rows, in a transaction that is taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


def all_names(patterns=None, namespace: str = "") -> list[tuple[str, URLPattern]]:
    """Every address of the product with its full name; "" in place of a name that was forgotten."""
    found = []
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            found += all_names(pattern.url_patterns, inner)
        else:
            found.append((f"{namespace}{pattern.name or ''}", pattern))
    return found


def ours() -> set[str]:
    return {name for name, _pattern in all_names() if name.split(":")[0] != ADMIN}


def test_every_address_has_a_name():
    nameless = [str(pattern.pattern) for name, pattern in all_names() if name.endswith(":") or not name]

    # The admin's own: an old form of its change pages, and the last one that catches all.
    assert set(nameless) <= {"<path:object_id>/", "(?P<url>.*)$"}


def test_every_address_has_a_row_in_the_access_table():
    without = ours() - {row.url for row in ROWS}

    assert not without, f"Add rows to tests/access/<app>.py: {', '.join(sorted(without))}"


def test_every_row_of_the_access_table_has_an_address():
    assert not {row.url for row in ROWS} - ours()


def test_every_row_says_what_each_role_gets():
    assert not [str(row) for row in ROWS if set(ROLES) - set(row.expect)]
    assert not [str(row) for row in ROWS if row.record and row.record not in RECORDS]


@pytest.mark.django_db
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_access(row, world):
    wrong = differences(world, row)

    assert not wrong, "\n" + "\n".join(wrong)


def _admin_addresses() -> list[tuple[str, str]]:
    found = []
    for name, pattern in all_names():
        if name.split(":")[0] != ADMIN or name.endswith(":"):
            continue
        args = ["staff"] if name == "admin:app_list" else ["1"] * len(pattern.pattern.converters)
        found.append((name, reverse(name, args=args)))
    return sorted(set(found))


DOORS = {"admin:login", "admin:logout"}  # they lead to our own sign-in and sign-out


@pytest.mark.django_db
@pytest.mark.parametrize("name, url", _admin_addresses(), ids=lambda value: value if ":" in value else "")
def test_the_settings_open_for_administrators_only(name, url, world):
    for person in ("anonymous", "deactivated"):
        response = world.clients[person].get(url)
        assert response.status_code == 302 and response["Location"].startswith(reverse("staff:sign_in")), person
    if name in DOORS:
        return
    for role in ROLES:
        person = ASKED[role][0]
        with transaction.atomic():
            status = world.clients[person].get(url).status_code
            transaction.set_rollback(True)
        # What nobody may add or delete there is a 403 for administrators, too.
        assert status == 403 if role != "administrator" else status < 500, (person, status)
