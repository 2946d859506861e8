"""What was typed survives a sign-out in between."""

import uuid

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.staff.models import KeptForm
from tests.factories import PASSWORD, make_user

PROFILE = {"name": "Priya <b>Nair</b>", "email": "priya@example.com", "phone": "138 0000 1111", "language": "zh-hans"}


@pytest.fixture
def priya(db):
    return make_user("priya", email="priya@example.com")


@pytest.fixture
def browser(priya):
    """A browser in which Priya signed in, and whose session has ended since."""
    client = Client()
    sign_in(client)
    client.session.flush()
    return client


def sign_in(client, url="/sign-in/", username="priya"):
    return client.post(url, {"username": username, "password": PASSWORD, "next": _next(url)})


def _next(url):
    from urllib.parse import parse_qs, urlsplit

    return parse_qs(urlsplit(url).query).get("next", [""])[0]


def test_it_stands_in_the_form_again_after_signing_in_once(browser, priya):
    door = browser.post("/profile/", PROFILE, headers={"referer": "http://testserver/profile/"})["Location"]
    assert door.startswith("/sign-in/?next=/profile/&kept=")

    page = browser.get(sign_in(browser, door)["Location"])

    html = page.content.decode()
    assert 'value="Priya &lt;b&gt;Nair&lt;/b&gt;"' in html and 'value="138 0000 1111"' in html
    assert "before you were signed out" in html
    priya.refresh_from_db()
    assert priya.name == "Priya", "nothing is saved before it is sent again"
    assert "138 0000" not in browser.get("/profile/").content.decode(), "once"
    assert not KeptForm.objects.exists()


def test_what_no_database_can_hold_is_left_out(browser, priya):
    door = browser.post("/profile/", PROFILE | {"name": "Pri\0ya", "no\0te": "\0"})["Location"]

    page = browser.get(sign_in(browser, door)["Location"])

    assert 'value="Priya"' in page.content.decode()


def test_only_the_same_person_gets_it_back(browser, priya):
    make_user("other")
    door = browser.post("/profile/", PROFILE)["Location"]

    page = browser.get(sign_in(browser, door, "other")["Location"])

    assert "138 0000" not in page.content.decode()
    assert KeptForm.objects.get().user == priya


def test_after_an_hour_it_is_forgotten(browser):
    with time_machine.travel("2026-11-24 09:00Z", tick=False) as clock:
        door = browser.post("/profile/", PROFILE)["Location"]
        clock.shift(3601)
        page = browser.get(sign_in(browser, door)["Location"])

    assert "138 0000" not in page.content.decode()


def test_passwords_and_files_are_never_kept(browser):
    upload = SimpleUploadedFile("secret.csv", b"a,b")
    browser.post("/profile/", PROFILE | {"password": "hidden", "new_password_again": "hidden", "file": upload})

    kept = KeptForm.objects.get().fields["values"]
    assert set(kept) == set(PROFILE)
    browser.post("/password/", {"old_password": "hidden", "x": "y"})
    assert KeptForm.objects.count() == 1


def test_nothing_is_kept_for_strangers_or_for_too_much(priya):
    stranger = Client()
    assert "kept=" not in stranger.post("/profile/", PROFILE)["Location"]

    known = Client()
    sign_in(known)
    known.session.flush()
    assert "kept=" not in known.post("/profile/", PROFILE | {"notes": "x" * 200_000})["Location"]
    assert not KeptForm.objects.exists()


def test_somebody_elses_key_gives_nothing(browser, priya):
    other = make_user("other")
    form = KeptForm.objects.create(
        user=other, path="/profile/", fields={"action": "/profile/", "values": {"phone": ["secret"]}}
    )

    page = browser.get(sign_in(browser, f"/sign-in/?next=/profile/&kept={form.pk}")["Location"])
    assert "secret" not in page.content.decode()
    browser.session.flush()
    assert sign_in(browser, f"/sign-in/?next=/profile/&kept={uuid.uuid4()}").status_code == 302


def test_what_has_no_form_there_is_shown_as_a_list(browser):
    door = browser.post(
        "/staff/reassign/priya/", {"to": "7", "note": "call <back>"}, headers={"referer": "http://testserver/notices/"}
    )["Location"]
    assert door.startswith("/sign-in/?next=/notices/&kept=")

    html = browser.get(sign_in(browser, door)["Location"]).content.decode()

    assert "call &lt;back&gt;" in html and "This is what you had typed" in html


def test_a_person_keeps_at_most_twenty(browser):
    for number in range(25):
        browser.post("/profile/", PROFILE | {"phone": str(number)})

    assert KeptForm.objects.count() == 20
    assert {"24", "5"} <= {form.fields["values"]["phone"][0] for form in KeptForm.objects.all()}


def test_a_referer_from_elsewhere_is_not_followed(browser):
    door = browser.post("/profile/", PROFILE, headers={"referer": "https://evil.example/profile/"})["Location"]

    assert door.startswith("/sign-in/?next=/profile/")


def strict(user) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    return client


def test_a_form_older_than_the_sign_in_comes_back_filled(priya):
    client = strict(priya)
    headers = {"origin": "http://testserver", "referer": "http://testserver/profile/"}

    response = client.post("/profile/", PROFILE | {"csrfmiddlewaretoken": "old"}, headers=headers)

    assert response.status_code == 403 and b'href="/profile/"' in response.content
    assert "138 0000 1111" in client.get("/profile/").content.decode()


def test_a_form_from_another_site_is_refused_and_not_kept(priya):
    client = strict(priya)

    for headers in ({"origin": "https://evil.example"}, {}):
        assert client.post("/profile/", PROFILE, headers=headers).status_code == 403
    assert not KeptForm.objects.exists()


def test_a_door_that_was_open_in_two_tabs_is_no_error(priya):
    client = Client(enforce_csrf_checks=True)

    response = client.post("/sign-in/?next=/notices/", {"username": "priya", "password": PASSWORD})

    assert response.status_code == 302 and response["Location"] == "/sign-in/?next=/notices/"


def test_once_a_day_ended_sessions_and_old_forms_are_forgotten(browser, priya):
    from django.contrib.sessions.models import Session

    from crm.staff.tasks import forget_expired

    with time_machine.travel("2026-11-24 09:00Z", tick=False) as clock:
        browser.post("/profile/", PROFILE)
        sign_in(browser)
        clock.shift(13 * 3600)
        other = Client()
        sign_in(other)

        forget_expired()

        assert Session.objects.count() == 1 and other.get("/profile/").status_code == 200
        assert not KeptForm.objects.exists()
        browser.post("/profile/", PROFILE)
        clock.shift(7200)
        forget_expired()
        assert KeptForm.objects.exists(), "once a day"
