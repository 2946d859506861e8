"""A database that is away is a 503 with a kind page; addresses are believed only as far as they can be."""

import psycopg2
import pytest
from django.db import DataError, InterfaceError, OperationalError, connection
from django.test import Client, RequestFactory

from crm.staff.addresses import client_address, network
from crm.staff.middleware import StoreAway, is_away, zone_of


def caused(error, code):
    cause = psycopg2.OperationalError()

    class Coded(psycopg2.OperationalError):
        pgcode = code

    error.__cause__ = Coded() if code else cause
    return error


def test_what_counts_as_away():
    assert is_away(caused(OperationalError("connection refused"), None))
    assert is_away(InterfaceError("connection already closed"))
    for code in ("57P01", "57P03", "08006", "53300"):
        assert is_away(caused(OperationalError(), code)), code
    for code in ("57014", "40P01", "55P03"):  # too slow, deadlock, lock not available: the database is there
        assert not is_away(caused(OperationalError(), code)), code
    assert not is_away(DataError()) and not is_away(ValueError()) and not is_away(None)


def test_a_view_that_finds_the_database_away_answers_503(rf):
    response = StoreAway(lambda request: None).process_exception(rf.get("/"), OperationalError("gone"))

    assert response.status_code == 503 and response["Retry-After"] == "10"
    text = response.content.decode()
    assert "database" in text and "数据库" in text
    assert StoreAway(lambda request: None).process_exception(rf.get("/"), ValueError()) is None


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_is_a_503_everywhere_and_the_next_request_is_well(people, sign_in, monkeypatch):
    client = sign_in(people.agent)
    client.raise_request_exception = False
    stranger = Client(raise_request_exception=False)
    assert client.get("/notices/").status_code == 200

    def refuse(*args, **kwargs):
        raise psycopg2.OperationalError("connection refused")

    with monkeypatch.context() as patch:
        connection.close()
        patch.setattr(psycopg2, "connect", refuse)
        for path in ("/notices/", "/profile/", "/staff/"):
            response = client.get(path)
            assert (response.status_code, response["Retry-After"]) == (503, "10"), path
        response = stranger.post("/sign-in/", {"username": "agent", "password": "x"})
        assert response.status_code == 503
        assert stranger.get("/sign-in/").status_code == 200, "the door itself asks for no row"

    assert client.get("/notices/").status_code == 200


def test_a_broken_page_is_still_a_500(client, db, monkeypatch):
    from crm.staff.views import door

    client.raise_request_exception = False
    monkeypatch.setattr(door, "SignInForm", lambda *args: 1 / 0)

    assert client.get("/sign-in/").status_code == 500


def request(**meta):
    return RequestFactory().get("/", **meta)


@pytest.mark.parametrize(
    "proxies, forwarded, expected",
    [
        (0, "1.1.1.1", "10.0.0.1"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),  # fewer than there should be: the header is not what our proxies write
        (1, "", "10.0.0.1"),
        (1, "not an address", None),
    ],
)
def test_the_sender_is_taken_as_many_steps_from_the_right_as_there_are_proxies(settings, proxies, forwarded, expected):
    settings.PROXY_COUNT = proxies

    assert client_address(request(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)) == expected


def test_a_unix_socket_has_no_address():
    assert client_address(request(REMOTE_ADDR="")) is None
    assert network(None) == "unknown"


def test_one_ipv6_customer_is_one_sender():
    assert network("2001:db8:1:2:aaaa::1") == network("2001:db8:1:2:bbbb::2") != network("2001:db8:1:3::1")
    assert network("::ffff:203.0.113.9") == "203.0.113.9"


def test_zones_by_name():
    assert zone_of("Europe/Berlin").key == "Europe/Berlin"
    assert zone_of("Gone/Away").key == zone_of("").key == "Asia/Shanghai"
