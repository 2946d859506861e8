"""Setting passwords: by mail, by invitation, by oneself."""

import re
from threading import Barrier, Thread

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client

from crm.outbox.models import Message
from crm.staff import password_links
from crm.staff.actions import LinkNotValid, ask_reset, invite, set_password_by_link
from crm.staff.models import AuditEntry
from tests.factories import PASSWORD, make_user

NEW = "a new long password 7"


@pytest.fixture
def priya(db):
    return make_user("priya", email="priya@example.com", language="zh-hans")


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def ask(client, typed):
    return client.post("/password/reset/", {"username": typed})


def test_the_answer_is_the_same_whether_there_is_such_an_account_or_not(client, priya):
    known = ask(client, "priya")
    unknown = ask(client, "nobody@example.com")

    assert known.status_code == unknown.status_code == 302
    assert known["Location"] == unknown["Location"]
    assert Message.objects.count() == 1


def test_the_link_is_a_promise_in_the_language_of_its_reader_and_is_stored_nowhere(client, priya):
    ask(client, "PRIYA@example.com")

    message = Message.objects.get()
    assert (message.kind, message.address, message.language) == ("password-reset", "priya@example.com", "zh-hans")
    assert message.secrets == {"link": ["password-reset", priya.pk]}
    assert "priya" in message.body and "/password/reset/" not in message.body


def test_the_link_sets_a_password_once(client, priya):
    url = path_of(password_links.reset_url(priya.pk))
    assert client.get(url).status_code == 200
    assert client.get(url).status_code == 200, "a mail scanner that opened it used nothing up"

    response = client.post(url, {"new_password": NEW, "new_password_again": NEW})

    assert response.status_code == 302
    priya.refresh_from_db()
    assert priya.check_password(NEW)
    assert client.get(url).status_code == 410
    assert client.post(url, {"new_password": "x" * 20, "new_password_again": "x" * 20}).status_code == 410
    assert AuditEntry.objects.filter(what="password-set-by-link", actor=priya).count() == 1


def test_a_link_ends_after_four_hours_a_sign_in_or_a_change_of_address(client, priya):
    with time_machine.travel("2026-11-24 09:00Z", tick=False) as clock:
        url = path_of(password_links.reset_url(priya.pk))
        clock.shift(4 * 3600 - 1)
        assert client.get(url).status_code == 200
        clock.shift(2)
        response = client.get(url)
        assert response.status_code == 410 and b"password/reset" in response.content

        url = path_of(password_links.reset_url(priya.pk))
        Client().post("/sign-in/", {"username": "priya", "password": PASSWORD})
        assert client.get(url).status_code == 410


def test_a_tampered_link_is_no_page(client, priya):
    url = path_of(password_links.reset_url(priya.pk))

    assert client.get(url[:-2] + "x/").status_code == 404
    assert client.get("/password/reset/whatever/").status_code == 404


def test_a_deactivated_persons_link_is_over(client, priya):
    url = path_of(password_links.reset_url(priya.pk))
    priya.is_active = False
    priya.save(update_fields=["is_active"])

    assert client.get(url).status_code == 410
    ask(client, "priya")
    assert not Message.objects.exists()


def test_a_weak_password_is_refused_with_the_reason_and_the_link_still_works(client, priya):
    url = path_of(password_links.reset_url(priya.pk))

    for weak in ("short", "password123", "priya@example.com", "demo"):
        response = client.post(url, {"new_password": weak, "new_password_again": weak})
        assert response.status_code == 200 and response.context["form"].errors["new_password"], weak
    response = client.post(url, {"new_password": NEW, "new_password_again": NEW + "x"})
    assert response.context["form"].errors["new_password_again"]

    assert client.post(url, {"new_password": NEW, "new_password_again": NEW}).status_code == 302


def test_asking_again_and_again_sends_no_flood(client, priya):
    for _number in range(10):
        assert ask(client, "priya").status_code == 302

    assert Message.objects.count() == 3


def test_one_address_cannot_ask_for_everybody(client, db):
    for number in range(15):
        make_user(f"person-{number}")
    for number in range(15):
        ask(client, f"person-{number}")

    assert Message.objects.count() == 10


def test_an_invitation_works_for_a_week(client, priya):
    with time_machine.travel("2026-11-24 09:00Z", tick=False) as clock:
        assert invite(priya, by=None)
        assert Message.objects.get().kind == "staff-invitation"
        url = path_of(password_links.invitation_url(priya.pk))
        clock.shift(6 * 24 * 3600)
        assert client.get(url).status_code == 200
        clock.shift(2 * 24 * 3600)
        assert client.get(url).status_code == 410


def test_somebody_without_address_gets_no_invitation(db):
    assert not invite(make_user("nomail", email=""), by=None)
    assert not Message.objects.exists()


def test_one_changes_ones_own_password_and_other_devices_are_signed_out(client, priya):
    client.force_login(priya)
    other = Client()
    other.force_login(priya)

    response = client.post("/password/", {"old_password": PASSWORD, "new_password": NEW, "new_password_again": NEW})

    assert response.status_code == 302
    assert client.get("/profile/").status_code == 200
    assert other.get("/profile/").status_code == 302


def test_the_old_password_cannot_be_guessed_from_an_open_session(client, priya):
    client.force_login(priya)
    for _number in range(5):
        client.post("/password/", {"old_password": "guess", "new_password": NEW, "new_password_again": NEW})

    response = client.post("/password/", {"old_password": PASSWORD, "new_password": NEW, "new_password_again": NEW})

    assert response.status_code == 200
    priya.refresh_from_db()
    assert priya.check_password(PASSWORD)
    cache.clear()


def test_the_mail_that_arrives_holds_a_link_that_works(client, priya, settings):
    from crm.outbox.delivery import deliver_due
    from crm.outbox.models import MailboxMail

    settings.EMAIL_BACKEND = "crm.outbox.mailbox.MailboxBackend"
    ask_reset("priya", address=None)
    deliver_due(10)

    mail = MailboxMail.objects.get()
    link = re.search(r"https?://\S+/password/reset/\S+", mail.body)
    assert link and client.get(path_of(link[0])).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_link_at_once_one_wins():
    user = make_user("racer")
    code = path_of(password_links.reset_url(user.pk)).rstrip("/").rsplit("/", 1)[1]
    barrier, outcomes = Barrier(2), []

    def use(password):
        barrier.wait()
        try:
            set_password_by_link(code, password=password, address=None)
            outcomes.append("set")
        except LinkNotValid as refusal:
            outcomes.append(refusal.problem)
        finally:
            connection.close()

    threads = [Thread(target=use, args=(f"password number {n}",)) for n in (1, 2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert sorted(outcomes) == ["set", "used"]
