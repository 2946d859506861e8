"""The door: who comes in, who does not, and that nobody learns more than that."""

import logging

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse

from crm.staff.actions.session import PER_ADDRESS
from crm.staff.models import AuditEntry
from tests.factories import PASSWORD, make_user

URL = "/sign-in/"


def try_to(client, username="priya", password=PASSWORD, **extra):
    return client.post(URL, {"username": username, "password": password}, **extra)


@pytest.fixture
def priya(db):
    return make_user("priya", email="priya.nair@example.com")


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_everything_but_public_pages_leads_to_the_door(client, db):
    response = client.get("/profile/?tab=1")

    assert response.status_code == 302
    assert response["Location"] == "/sign-in/?next=/profile/%3Ftab%3D1"


def test_user_name_or_work_address_and_password_open_it(client, priya):
    for typed in ("priya", "PRIYA", " priya ", "Priya.Nair@Example.com"):
        response = try_to(client, typed)
        assert response.status_code == 302 and response["Location"] == "/" and signed_in(client), typed
        client.post(reverse("staff:sign_out"))
        assert not signed_in(client)


def test_an_address_that_two_people_share_opens_nothing(client, priya):
    make_user("other", email="priya.nair@example.com")

    assert try_to(client, "priya.nair@example.com").status_code == 200
    assert not signed_in(client)


def test_wrong_password_unknown_name_and_closed_account_are_answered_alike(client, priya):
    make_user("gone", is_active=False)
    cases = {"wrong": ("priya", "nope"), "unknown": ("nobody", PASSWORD), "closed": ("gone", PASSWORD)}

    pages = {}
    for case, (username, password) in cases.items():
        response = try_to(client, username, password)
        assert response.status_code == 200
        pages[case] = response.context["form"].errors
        cache.clear()

    assert pages["wrong"] == pages["unknown"] == pages["closed"]
    assert not signed_in(client)


def test_somebody_unknown_costs_a_password_check_too(client, priya, monkeypatch):
    """Otherwise the time of the answer would tell who works here."""
    hashed = []
    from django.contrib.auth import hashers

    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher,
        "encode",
        lambda self, password, salt: hashed.append(1) or encode(self, password, salt),
    )

    try_to(client, "priya", "nope")
    known = len(hashed)
    try_to(client, "nobody", "nope")

    assert known == len(hashed) - known == 1


def test_the_session_gets_a_new_key_at_the_door(client, priya):
    client.get(URL)
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = before = session.session_key

    try_to(client)

    assert signed_in(client) and client.session.session_key != before


def test_after_five_tries_an_account_rests_for_five_minutes(client, priya, settings):
    with time_machine.travel("2026-11-24 09:00Z", tick=False) as clock:
        for number in range(settings.SIGN_IN_ATTEMPTS):
            assert try_to(client, password="nope", REMOTE_ADDR=f"10.0.0.{number}").status_code == 200
        response = try_to(client, REMOTE_ADDR="10.0.0.99")

        assert response.status_code == 429 and response["Retry-After"] == "300"
        assert not signed_in(client)
        clock.shift(301)
        cache.clear()  # Redis ends its window by its own clock
        assert try_to(client, REMOTE_ADDR="10.0.0.99").status_code == 302


def test_five_tries_at_one_account_stop_nobody_else_behind_the_address(client, priya, settings):
    for _number in range(settings.SIGN_IN_ATTEMPTS + 1):
        try_to(client, "guess", "nope", REMOTE_ADDR="10.0.0.1")

    assert try_to(client, "guess", "nope", REMOTE_ADDR="10.0.0.1").status_code == 429
    assert try_to(client, REMOTE_ADDR="10.0.0.1").status_code == 302


def test_after_many_tries_at_different_accounts_an_address_rests(client, priya, settings):
    for number in range(settings.SIGN_IN_ATTEMPTS * PER_ADDRESS):
        try_to(client, f"guess{number}", "nope", REMOTE_ADDR="10.0.0.1")

    assert try_to(client, REMOTE_ADDR="10.0.0.1").status_code == 429
    assert try_to(client, REMOTE_ADDR="10.0.0.2").status_code == 302


def test_a_success_ends_the_count_of_its_account_but_not_of_the_address(client, priya, settings):
    for number in range(settings.SIGN_IN_ATTEMPTS * PER_ADDRESS - 1):
        try_to(client, f"guess{number}", "nope")
    assert try_to(client).status_code == 302
    client.post(reverse("staff:sign_out"))
    client.cookies.clear()

    assert try_to(client, "guess99", "nope").status_code == 200
    assert try_to(client).status_code == 429


def test_strangers_cannot_lock_out_a_browser_in_which_somebody_signed_in_before(client, priya, settings):
    from django.test import Client

    try_to(client)
    client.post(reverse("staff:sign_out"))
    stranger = Client()
    for _number in range(settings.SIGN_IN_ATTEMPTS + 1):
        try_to(stranger, password="nope")
    assert try_to(stranger).status_code == 429

    assert try_to(client).status_code == 302


def test_a_known_browser_has_its_own_count(client, priya, settings):
    try_to(client)
    client.post(reverse("staff:sign_out"))
    for _number in range(settings.SIGN_IN_ATTEMPTS):
        try_to(client, password="nope")

    assert try_to(client).status_code == 429


def test_a_forged_cookie_of_a_known_browser_counts_for_nothing(client, priya, settings):
    client.cookies["known"] = "WzEsICJ4Il0:1u:forged"
    for _number in range(settings.SIGN_IN_ATTEMPTS):
        try_to(client, password="nope")

    assert try_to(client).status_code == 429


@pytest.fixture
def redis_away(settings):
    settings.CACHES = {
        "default": settings.CACHES["default"]
        | {"LOCATION": "redis://127.0.0.1:1/0", "OPTIONS": {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}}
    }


def test_without_redis_people_still_come_in_and_tries_are_still_counted(client, priya, settings, redis_away):
    assert try_to(client).status_code == 302
    client.post(reverse("staff:sign_out"))

    for _number in range(settings.SIGN_IN_ATTEMPTS):
        assert try_to(client, password="nope").status_code == 200

    assert try_to(client).status_code == 429


def test_a_flood_of_tries_is_no_flood_of_rows(client, priya, settings):
    for _number in range(settings.SIGN_IN_ATTEMPTS + 10):
        try_to(client, password="nope")

    assert AuditEntry.objects.filter(what="sign-in-failed").count() == settings.SIGN_IN_ATTEMPTS
    assert AuditEntry.objects.filter(what="sign-in-stopped").count() == 1


def test_tries_are_audited_with_their_address_and_without_what_was_typed(client, priya, caplog):
    with caplog.at_level(logging.DEBUG):
        try_to(client, "my-password-in-the-wrong-field", "nope", REMOTE_ADDR="10.1.2.3")
        try_to(client, REMOTE_ADDR="10.1.2.3")

    failed, done = AuditEntry.objects.order_by("pk")
    assert (failed.what, failed.actor, failed.address) == ("sign-in-failed", None, "10.1.2.3")
    assert failed.about.startswith("unknown:") and "password" not in failed.about
    assert (done.what, done.actor, done.about, done.address) == ("sign-in", priya, "priya", "10.1.2.3")
    assert "my-password" not in caplog.text and PASSWORD not in caplog.text


def test_behind_proxies_the_address_is_taken_from_the_right(client, priya, settings):
    settings.PROXY_COUNT = 2
    try_to(
        client, password="nope", headers={"x-forwarded-for": "6.6.6.6, 203.0.113.9, 10.0.0.1"}, REMOTE_ADDR="10.0.0.2"
    )

    assert AuditEntry.objects.get().address == "203.0.113.9"


def test_without_proxies_the_header_is_not_believed(client, priya):
    try_to(client, password="nope", headers={"x-forwarded-for": "6.6.6.6"}, REMOTE_ADDR="10.0.0.2")

    assert AuditEntry.objects.get().address == "10.0.0.2"


def test_the_way_back_leads_only_to_pages_of_ours(client, priya):
    for bad in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"):
        response = client.post(f"{URL}?next={bad}", {"username": "priya", "password": PASSWORD, "next": bad})
        assert response["Location"] == "/", bad
        client.post(reverse("staff:sign_out"))
    response = client.post(URL, {"username": "priya", "password": PASSWORD, "next": "/notices/"})
    assert response["Location"] == "/notices/"


def test_whoever_is_in_does_not_see_the_door(client, priya):
    client.force_login(priya)

    assert client.get(URL + "?next=/notices/")["Location"] == "/notices/"


def test_a_deactivated_person_is_out_at_the_next_click(client, priya):
    client.force_login(priya)
    assert client.get("/profile/").status_code == 200

    priya.is_active = False
    priya.save(update_fields=["is_active"])

    assert client.get("/profile/").status_code == 302


def test_signing_out_takes_a_post(client, priya):
    client.force_login(priya)

    assert client.get(reverse("staff:sign_out")).status_code == 405
    assert signed_in(client)
    assert client.post(reverse("staff:sign_out")).status_code == 302
    assert not signed_in(client)


def test_staying_signed_in_is_a_choice(client, priya, settings):
    try_to(client)
    assert client.session.get_expiry_age() <= settings.SESSION_COOKIE_AGE

    client.post(reverse("staff:sign_out"))
    client.post(URL, {"username": "priya", "password": PASSWORD, "remember": "on"})
    assert client.session.get_expiry_age() > 13 * 24 * 3600


def test_the_password_of_the_demo_opens_nothing_in_a_real_house(client, settings, db):
    make_user("demo-agent", password="demo")
    settings.DEMO_ALLOWED = False

    assert try_to(client, "demo-agent", "demo").status_code == 200
    assert not signed_in(client)

    settings.DEMO_ALLOWED = True
    assert try_to(client, "demo-agent", "demo").status_code == 302


def test_nonsense_is_answered_like_any_wrong_password(client, priya):
    for typed in ("a\0b", "x" * 5000, "😀", "' or 1=1 --"):
        assert try_to(client, typed, "nope").status_code == 200
        cache.clear()
    assert try_to(client, "priya", "\0").status_code == 200


def test_a_fragment_asked_for_while_signed_out_sends_the_whole_page_to_the_door(client, db):
    response = client.get("/notices/", headers={"hx-request": "true", "hx-current-url": "http://testserver/my-day/"})

    assert response.status_code == 204
    assert response["HX-Redirect"] == "/sign-in/?next=/my-day/"
