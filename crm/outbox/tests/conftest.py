"""A note to a colleague, a survey to a customer, and a mail server that does what a test wants."""

from collections.abc import Iterator

import pytest

from crm.outbox import actions, kinds, links
from crm.outbox.kinds import MessageKind
from crm.outbox.models import Message
from crm.outbox.tests.sink import Sink

NOTE = MessageKind(
    key="a-note",
    label="Note",
    variables={"name": ("name", "Priya"), "text": ("text", "Call back")},
    subject={"en": "Note for {name}", "zh-hans": "给 {name} 的便条"},
    body={"en": "Hello {name},\n\n{text}\n", "zh-hans": "{name}，您好：\n\n{text}\n"},
)
SURVEY = MessageKind(
    key="a-survey",
    label="Survey",
    variables={"name": ("name", "Mr Osei")},
    secrets={"link": ("link", "https://example.com/s/…/")},
    subject={"en": "How was it, {name}?", "zh-hans": "{name}，您还满意吗？"},
    body={"en": "Dear {name},\n\nplease tell us:\n\n{link}\n", "zh-hans": "{name}，您好：\n\n{link}\n"},
    to_customer=True,
    button={"en": "Answer", "zh-hans": "回答"},
)
SECRET = "t0ps3cret"


@pytest.fixture(autouse=True)
def _kinds_and_links(monkeypatch) -> None:
    monkeypatch.setitem(kinds._kinds, NOTE.key, NOTE)
    monkeypatch.setitem(kinds._kinds, SURVEY.key, SURVEY)
    monkeypatch.setitem(links._links, "survey", lambda pk: f"https://revisit.example/s/{SECRET}{pk}/")
    monkeypatch.setitem(links._links, "opt_out", lambda pk: f"https://revisit.example/opt-out/{SECRET}{pk}/")


@pytest.fixture
def note():
    """`note("key", to=…)` promises a note to a colleague."""

    def promise(key: str = "note:1", to: str = "priya@example.com", **more) -> Message:
        values = {"name": "Priya", "text": "Call Mr Osei back."} | more.pop("values", {})
        return actions.promise(key, kind="a-note", to=to, language=more.pop("language", "en"), values=values, **more)

    return promise


@pytest.fixture
def survey():
    """`survey("key", pk=7)` promises a survey to a customer."""

    def promise(key: str = "survey:1", to: str = "osei@example.com", pk: int = 7, **more) -> Message:
        values = {"name": "Mr Osei"} | more.pop("values", {})
        secrets = {"link": ("survey", pk), "opt_out": ("opt_out", pk)}
        language = more.pop("language", "en")
        return actions.promise(key, kind="a-survey", to=to, language=language, values=values, secrets=secrets, **more)

    return promise


@pytest.fixture
def sink(settings) -> Iterator[Sink]:
    """A mail server of our own, to which this test's mails go by SMTP."""
    server = Sink()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 1
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield server
    server.stop()


@pytest.fixture
def mailbox(settings) -> None:
    """The embedded default: no mail server, mails land in rows."""
    settings.EMAIL_BACKEND = "crm.outbox.mailbox.MailboxBackend"
    settings.MAILBOX = True
