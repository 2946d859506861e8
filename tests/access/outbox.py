"""Who gets what of the outbox, the mailbox and health: administrators; the probe is for everybody."""

from datetime import timedelta

from django.utils import timezone

from tests.access import Record, Row, only, public


def make_message(owner=None, team=None):
    """A message that waits. It knows no owner: what is to be sent is the administrators' business alone."""
    from crm.outbox.models import Message

    key = f"access:{owner.pk if owner else 0}"
    later = timezone.now() + timedelta(days=1)
    return Message.objects.create(
        key=key, kind="test", address="a@example.com", subject="Test", body="Test", send_after=later, next_try_at=later
    )


def make_mail(owner=None, team=None):
    from crm.outbox.models import MailboxMail

    return MailboxMail.objects.create(message_id=f"<{owner.pk}@x>", to="a@example.com", subject="Test", body="Test")


READ = only("administrator")
DONE = only("administrator", status=302)

ROWS = [
    Row("outbox:list", READ),
    Row("outbox:detail", READ, record="message"),
    Row("outbox:retry", DONE, record="message", method="post"),
    Row("outbox:cancel", READ, record="message"),
    Row("outbox:cancel", DONE, record="message", method="post"),
    Row("outbox:retry_failed", READ),
    Row("outbox:retry_failed", DONE, method="post"),
    Row("outbox:test_mail", DONE, method="post"),
    Row("outbox:mailbox", READ),
    Row("outbox:mail", READ, record="mail"),
    Row("outbox:empty_mailbox", READ),
    Row("outbox:empty_mailbox", DONE, method="post"),
    Row("outbox:health", READ),
    Row("outbox:healthz", public(503)),  # no clock has run in a test
]
RECORDS = {"message": Record(make=make_message), "mail": Record(make=make_mail)}
