"""`manage.py create_admin`: the first account."""

import pytest
from django.core.management import CommandError, call_command

from crm.staff.models import AuditEntry, User

STRONG = "correct horse battery"


def create(monkeypatch, password=STRONG, **options):
    if password is not None:
        monkeypatch.setenv("REVISIT_ADMIN_PASSWORD", password)
    call_command("create_admin", **({"username": "boss", "email": "boss@example.com"} | options))


def test_the_first_account_opens_the_settings(db, monkeypatch, client):
    create(monkeypatch)

    boss = User.objects.get()
    assert boss.is_staff and boss.role_keys == {"administrator"} and boss.check_password(STRONG)
    client.post("/sign-in/", {"username": "boss", "password": STRONG})
    assert client.get("/admin/").status_code == 200
    assert AuditEntry.objects.filter(what="administrator-created").exists()


@pytest.mark.parametrize("password", ["demo", "short", "password1234", "boss@example.com", "1234567890"])
def test_a_weak_password_is_refused_and_nothing_is_made(db, monkeypatch, password):
    with pytest.raises(CommandError):
        create(monkeypatch, password)
    assert not User.objects.exists()


def test_a_name_that_is_taken_or_wrong_is_refused(db, monkeypatch):
    create(monkeypatch)
    for username in ("boss", "BOSS", "two words", ""):
        with pytest.raises(CommandError):
            create(monkeypatch, username=username)
    with pytest.raises(CommandError):
        create(monkeypatch, username="other", email="no address")
    assert User.objects.count() == 1


def test_without_anybody_to_ask_it_says_what_is_missing(db, monkeypatch):
    monkeypatch.delenv("REVISIT_ADMIN_PASSWORD", raising=False)
    with pytest.raises(CommandError, match="REVISIT_ADMIN_PASSWORD"):
        create(monkeypatch, password=None)
    with pytest.raises(CommandError, match="--username"):
        call_command("create_admin")


def test_the_prompt_asks_twice(db, monkeypatch):
    import getpass
    import sys

    monkeypatch.delenv("REVISIT_ADMIN_PASSWORD", raising=False)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    answers = iter([STRONG, "something else", STRONG, STRONG])
    monkeypatch.setattr(getpass, "getpass", lambda words: next(answers))

    with pytest.raises(CommandError, match="not the same"):
        create(monkeypatch, password=None)
    create(monkeypatch, password=None)
    assert User.objects.get().check_password(STRONG)
