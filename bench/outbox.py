"""How fast the outbox promises and delivers: beside a plain INSERT, and beside a bare smtplib loop to the same server."""

import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from bench.figures import Figure

COUNT = 1000
SINK = """
import sys
from crm.outbox.tests.sink import Sink
sink = Sink()
print(sink.port, flush=True)
sys.stdin.read()
"""


@contextmanager
def mail_server() -> Iterator[int]:
    """A mail server in a process of its own that takes everything; its port."""
    process = subprocess.Popen([sys.executable, "-c", SINK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield int(process.stdout.readline())  # type: ignore[union-attr]
    finally:
        process.stdin.close()  # type: ignore[union-attr]
        process.kill()
        process.wait()


def bare(port: int, letter: bytes) -> float:
    """Mails per second over one connection, built before and recorded nowhere."""
    begun = perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(COUNT):
            server.sendmail("care@revisit.invalid", [f"to{number}@example.com"], letter)
    return COUNT / (perf_counter() - begun)


def inserted() -> float:
    """Plain rows per second, each in a transaction of its own."""
    from crm.outbox.models import Message

    begun = perf_counter()
    for number in range(COUNT):
        Message.objects.create(key=f"bench:plain:{number}", address="a@example.com", subject="x", body="x" * 300)
    rate = COUNT / (perf_counter() - begun)
    Message.objects.filter(key__startswith="bench:plain:").delete()
    return rate


def promised() -> float:
    from django.db import transaction

    from crm.outbox import actions

    values = {"name": "Priya", "url": "https://revisit.example/outbox/"}
    begun = perf_counter()
    for number in range(COUNT):
        with transaction.atomic():
            actions.promise(f"bench:{number}", kind="test", to=f"to{number}@example.com", language="en", values=values)
    return COUNT / (perf_counter() - begun)


def delivered() -> float:
    from crm.outbox.delivery import deliver_due

    begun, sent = perf_counter(), 0
    while batch := deliver_due():
        sent += batch.sent
        if not batch.claimed:
            break
    assert sent == COUNT, f"{sent} of {COUNT} were sent"
    return sent / (perf_counter() - begun)


def main() -> Iterator[Figure]:
    from django.test.utils import override_settings

    from crm.outbox.channels import EmailSession, Letter
    from crm.outbox.models import Message

    plain = inserted()
    yield Figure("outbox_promised", promised(), "messages/s", plain)
    with mail_server() as port:
        smtp = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "127.0.0.1"}
        smtp |= {"EMAIL_HOST_USER": "", "EMAIL_HOST_PASSWORD": "", "EMAIL_USE_TLS": False, "EMAIL_USE_SSL": False}
        with override_settings(**smtp, EMAIL_PORT=port):
            letter = Letter("bench", "a@example.com", "en", "Test mail", Message.objects.first().body)
            built = EmailSession(None).build(letter).message().as_bytes(linesep="\r\n")
            alone = bare(port, built)
            yield Figure("outbox_delivered", delivered(), "messages/s", alone)
