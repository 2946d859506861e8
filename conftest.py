"""What every test may ask for: the house with its teams, its people, and a browser in which one of them is signed in."""

from types import SimpleNamespace

import pytest


@pytest.fixture
def house(db) -> SimpleNamespace:
    """Teams: company > sales > sales_east, sales_west; company > service > repairs."""
    from tests.factories import make_house

    return make_house()


@pytest.fixture
def people(house) -> SimpleNamespace:
    """One of each role in the branch of sales, and a second of each (agent2, handler2 …) in the branch of service."""
    from tests.factories import make_people

    return make_people(house)


@pytest.fixture
def sign_in():
    """`sign_in(user)` is a test client in which this person is signed in."""
    from django.test import Client

    def signed_in(user, **defaults) -> Client:
        client = Client(**defaults)
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture(autouse=True)
def _no_counters_of_other_tests():
    """Throttles count in Redis, which no transaction takes back."""
    yield
    from contextlib import suppress

    from django.core.cache import cache
    from redis.exceptions import RedisError

    with suppress(RedisError, OSError):  # no Redis in this test: then nothing was counted
        cache.clear()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items) -> None:
    """What starts the whole product goes first, so that one long test is not what all processors wait for at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
