"""Profile, language, time zone, and the lines at one's bell."""

from datetime import UTC, datetime

import pytest
from django.utils.translation import gettext_lazy as _

from crm.staff import notices
from crm.staff.actions import notify, read_notice
from crm.staff.models import AuditEntry, Notice
from tests.factories import PASSWORD, make_user

CHINESE = "zh-hans"


@pytest.fixture
def priya(db):
    return make_user("priya", email="priya@example.com")


@pytest.fixture
def mine(client, priya):
    client.force_login(priya)
    return client


def profile(**changes):
    return {
        "name": "Priya Nair",
        "email": "priya@example.com",
        "phone": "",
        "language": "en",
        "timezone": "Europe/Berlin",
    } | changes


def test_one_changes_name_telephone_and_time_zone(mine, priya):
    response = mine.post("/profile/", profile(phone="+86 138 0000 1111"))

    assert response.status_code == 302
    priya.refresh_from_db()
    assert (priya.name, priya.phone, priya.timezone) == ("Priya Nair", "+86 138 0000 1111", "Europe/Berlin")


def test_a_wrong_profile_is_shown_again_as_typed(mine, priya):
    response = mine.post("/profile/", profile(name="", phone="call me"))

    assert response.status_code == 200
    assert b'value="call me"' in response.content and response.context["form"].errors["name"]
    priya.refresh_from_db()
    assert priya.name == "Priya"


def test_a_zone_that_is_no_place_is_refused(mine, priya):
    response = mine.post("/profile/", profile(timezone="Mars/Olympus"))

    assert response.context["form"].errors["timezone"]


def test_a_new_address_asks_for_the_password_because_links_go_there(mine, priya):
    response = mine.post("/profile/", profile(email="thief@example.com"))
    assert response.context["form"].errors["password"]

    mine.post("/profile/", profile(email="new@example.com", password=PASSWORD))
    priya.refresh_from_db()
    assert priya.email == "new@example.com"
    assert AuditEntry.objects.get(what="own-email-changed").actor == priya


def test_nobody_gives_themselves_a_role_or_a_team(mine, priya):
    mine.post("/profile/", profile(is_superuser="on", is_staff="on", team="1", username="admin", roles="administrator"))

    priya.refresh_from_db()
    assert (priya.username, priya.team, priya.is_superuser, priya.is_staff) == ("priya", None, False, False)


def test_the_switch_writes_cookie_and_profile(mine, priya):
    response = mine.post("/language/", {"language": CHINESE, "next": "/notices/?x=1"})

    assert response["Location"] == "/notices/?x=1"
    assert mine.cookies["django_language"].value == CHINESE
    priya.refresh_from_db()
    assert priya.language == CHINESE


def test_the_switch_leads_nowhere_else_and_knows_its_languages(mine, priya):
    response = mine.post("/language/", {"language": "tlh", "next": "https://evil.example/"})

    assert response["Location"] == "/" and "django_language" not in mine.cookies
    assert mine.get("/language/").status_code == 405


def test_the_cookie_decides_the_profile_fills_in(client, priya):
    priya.language = CHINESE
    priya.save(update_fields=["language"])
    client.force_login(priya)

    assert b'lang="zh-hans"' in client.get("/profile/", headers={"accept-language": "en"}).content
    client.cookies["django_language"] = "en"
    assert b'<html lang="en"' in client.get("/profile/").content


def test_signing_in_without_a_cookie_takes_the_profiles_language(client, priya):
    priya.language = CHINESE
    priya.save(update_fields=["language"])

    client.post("/sign-in/", {"username": "priya", "password": PASSWORD})
    assert client.cookies["django_language"].value == CHINESE

    client.cookies["django_language"] = "en"
    client.post("/sign-out/")
    client.post("/sign-in/", {"username": "priya", "password": PASSWORD})
    assert client.cookies["django_language"].value == "en"


def test_a_stranger_reads_the_language_of_the_browser(client, db):
    assert b'lang="zh-hans"' in client.get("/sign-in/", headers={"accept-language": "zh-CN,zh;q=0.9"}).content
    assert b'<html lang="en"' in client.get("/sign-in/", headers={"accept-language": "fr"}).content


def test_times_are_shown_in_the_readers_zone(mine, priya):
    at = datetime(2020, 1, 15, 20, 30, tzinfo=UTC)
    notify(priya, key="a", kind="x", at=at)

    assert "04:30" in mine.get("/notices/").content.decode()  # Shanghai
    priya.timezone = "Europe/Berlin"
    priya.save(update_fields=["timezone"])
    assert "21:30" in mine.get("/notices/").content.decode()


def test_a_zone_that_nobody_knows_any_more_is_no_error(mine, priya):
    priya.timezone = "Gone/Away"
    priya.save(update_fields=["timezone"])

    assert mine.get("/notices/").status_code == 200
    assert mine.get("/profile/").status_code == 200


@pytest.fixture
def due(monkeypatch):
    monkeypatch.setattr(notices, "_kinds", {})
    notices.register(notices.NoticeKind("due", _("%(what)s is due at %(where)s"), "clock"))


def test_the_bell_counts_what_is_unread_and_says_it_in_words(mine, priya, due):
    notify(priya, key="1", kind="due", values={"what": "A call <b>"}, url="/profile/")
    notify(make_user("other"), key="2", kind="due")

    page = mine.get("/notices/").content.decode()

    assert "A call &lt;b&gt; is due at …" in page
    assert "1 new" in page and 'rv-bellpip" aria-hidden="true">1<' in page


def test_opening_a_line_marks_it_and_leads_there(mine, priya, due):
    notice = notify(priya, key="1", kind="due", url="/profile/")

    assert mine.get(f"/notices/{notice.pk}/")["Location"] == "/profile/"
    notice.refresh_from_db()
    first = notice.read_at
    mine.get(f"/notices/{notice.pk}/")
    notice.refresh_from_db()
    assert first and notice.read_at == first


def test_nobody_opens_or_reads_the_line_of_another(mine, due):
    other = notify(make_user("other"), key="1", kind="due", url="/profile/")

    assert mine.get(f"/notices/{other.pk}/").status_code == 404
    mine.post("/notices/")
    other.refresh_from_db()
    assert other.read_at is None


def test_a_line_that_points_outside_leads_back_to_the_list(mine, priya, due):
    notice = notify(priya, key="1", kind="due", url="https://evil.example/")

    assert mine.get(f"/notices/{notice.pk}/")["Location"] == "/notices/"


def test_all_are_read_with_one_button(mine, priya, due):
    for key in "abc":
        notify(priya, key=key, kind="due")

    assert mine.post("/notices/").status_code == 302
    assert not Notice.objects.filter(read_at__isnull=True).exists()
    assert read_notice(0, by=priya) is None


def test_a_kind_that_is_gone_still_shows_its_line(mine, priya):
    notify(priya, key="1", kind="of-an-app-that-was-removed")

    assert mine.get("/notices/").status_code == 200


def test_pages_of_whoever_is_signed_in_are_kept_by_nothing_in_between(mine):
    page = mine.get("/profile/")

    assert "private" in page["Cache-Control"] and "no-cache" in page["Cache-Control"]
    assert "no-store" not in page["Cache-Control"], "going back would lose what was typed"
