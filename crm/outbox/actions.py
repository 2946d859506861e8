"""Everything that changes rows of the outbox: promising, deciding, leasing, recording, the heartbeat, cleaning up.

Promising runs in the caller's transaction: the promise exists exactly when what it tells of is true.
"""

import logging
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.outbox import kinds, links, texts, words
from crm.outbox.broker import nudge
from crm.outbox.models import (
    GIVEN_BACK_FOR,
    Heartbeat,
    HeartbeatMinute,
    JobRun,
    MailboxMail,
    Message,
    MessageEvent,
    State,
    What,
)
from crm.outbox.permissions import can_change_messages, can_see_mailbox

log = logging.getLogger(__name__)

ADDRESS_LENGTH = Message._meta.get_field("address").max_length or 0
MOST_ATTEMPTS = 8
FIRST_BACK_OFF = timedelta(seconds=30)
LONGEST_BACK_OFF = timedelta(hours=1)

Secrets = Mapping[str, tuple[str, int]]


class NotPossible(Exception):
    """The message is not in a state for this; the words say why, for people."""


# --- Promising -------------------------------------------------------------------------------------------


def promise(
    key: str,
    *,
    kind: str,
    to: str,
    language: str | None,
    values: Mapping[str, Any],
    secrets: Secrets | None = None,
    channel: str = "email",
    send_after: datetime | None = None,
) -> Message:
    """The message with this key, made now if there was none: the same key never sends twice.

    `values` fill the places of the kind's words, `secrets` are links made at sending. ValueError when they do not fit
    the kind: that is a mistake in our code. Nothing that people type (an address, edited words) makes it fail.
    """
    made = Message.objects.filter(key=key).first()
    if made is not None:
        return made
    speaks = kinds.language_of(language)
    of_kind = kinds.kind(kind)
    secrets = dict(secrets or {})
    _check(of_kind, values, secrets)
    subject, body = texts.write(of_kind, speaks, values, secrets)
    now = timezone.now()
    address = words.one_line(to) if to == to.strip() else to.strip()
    fits = len(to) <= ADDRESS_LENGTH and "\0" not in to
    message = Message(
        key=key,
        kind=kind,
        channel=channel,
        address=(to if fits else address)[:ADDRESS_LENGTH].replace("\0", ""),
        language=speaks,
        subject=subject,
        body=body,
        secrets={name: list(link) for name, link in secrets.items()},
        state=State.PENDING if fits else State.FAILED,
        last_error="" if fits else "unusable address",
        finished_at=None if fits else now,
        created_at=now,
        send_after=send_after or now,
        next_try_at=send_after or now,
    )
    Message.objects.bulk_create([message], ignore_conflicts=True)
    if message.send_after <= now:
        transaction.on_commit(nudge, robust=True)
    return Message.objects.get(key=key)


def _check(kind: kinds.MessageKind, values: Mapping[str, Any], secrets: Secrets) -> None:
    known = set(kind.places) - {"company"}
    given = set(values) | (set(secrets) - {kinds.OPT_OUT})
    if missing := known - given - {kinds.OPT_OUT}:
        raise ValueError(f"message kind {kind.key} needs: {', '.join(sorted(missing))}")
    if extra := given - known - {"company"}:
        raise ValueError(f"message kind {kind.key} has no place for: {', '.join(sorted(extra))}")
    if both := set(values) & set(secrets):
        raise ValueError(f"given both as value and as secret: {', '.join(sorted(both))}")
    if kind.to_customer and kinds.OPT_OUT not in secrets:
        raise ValueError(f"message kind {kind.key} goes to customers: it needs the secret opt_out")
    if unknown := [name for name, _pk in secrets.values() if not links.is_known(name)]:
        raise ValueError(f"nobody registered the link: {', '.join(unknown)}")


# --- Deciding --------------------------------------------------------------------------------------------


def _named(by: Any) -> str:
    return by.get_username()[:60] if by is not None else ""


def _locked(message_id: int, by: Any) -> Message:
    if by is not None and not can_change_messages(by):
        raise PermissionDenied
    return Message.objects.select_for_update().get(pk=message_id)


def _in_hand(message: Message, now: datetime) -> bool:
    """A worker may be handing it over at this moment; whoever writes now could write a lie."""
    return bool(message.lease_until and now < message.lease_until <= now + timedelta(hours=1))


@transaction.atomic
def cancel(message_id: int, *, by: Any) -> Message:
    """It will not be sent. NotPossible when it has left, may be leaving, or was cancelled before."""
    message = _locked(message_id, by)
    now = timezone.now()
    if message.state not in (State.PENDING, State.FAILED):
        raise NotPossible(_("It cannot be cancelled: it was sent or cancelled before."))
    if _in_hand(message, now):
        raise NotPossible(_("It is being sent at this moment. Look again in two minutes."))
    _move(message, State.CANCELLED, finished_at=now)
    MessageEvent.objects.create(message=message, at=now, by=_named(by), what=What.CANCELLED)
    return message


def cancel_pending(key: str) -> bool:
    """Take a promise back when what it tells of is no longer true. False when it has left, or may be leaving."""
    try:
        with transaction.atomic():
            message = Message.objects.filter(key=key, state=State.PENDING).first()
            return message is not None and bool(cancel(message.pk, by=None))
    except NotPossible:
        return False


@transaction.atomic
def retry(message_id: int, *, by: Any) -> Message:
    """Begin again with what failed, or with what waits for its next try. NotPossible for anything else."""
    message = _locked(message_id, by)
    now = timezone.now()
    waits = message.state == State.PENDING and message.last_error and not _in_hand(message, now)
    if message.state != State.FAILED and not waits:
        raise NotPossible(_("Only what failed or waits for its next try can be tried again."))
    _begin_again(message, now, by)
    transaction.on_commit(nudge, robust=True)
    return message


def retry_failed(*, by: Any, kind: str = "", most: int = 1000) -> int:
    """Begin again with all that failed (of one kind); how many."""
    if by is not None and not can_change_messages(by):
        raise PermissionDenied
    with transaction.atomic():
        failed = Message.objects.failed().order_by("pk").select_for_update(skip_locked=True)
        messages = list((failed.filter(kind=kind) if kind else failed)[:most])
        now = timezone.now()
        for message in messages:
            _begin_again(message, now, by)
        transaction.on_commit(nudge, robust=True)
    return len(messages)


def _begin_again(message: Message, now: datetime, by: Any) -> None:
    message.attempts = 0
    message.send_after = message.next_try_at = now
    message.last_error = ""
    _move(message, State.PENDING, "attempts", "send_after", "next_try_at", "last_error", finished_at=None)
    MessageEvent.objects.create(message=message, at=now, by=_named(by), what=What.RETRIED)


def _move(message: Message, state: str, *more: str, finished_at: datetime | None) -> None:
    message.state = state
    message.finished_at = finished_at
    message.lease_token = message.lease_until = None
    message.save(update_fields=["state", "finished_at", "lease_token", "lease_until", *more])


def send_test_mail(*, by: Any) -> Message:
    """A mail to the administrator's own address, through the outbox like any other."""
    if not can_change_messages(by):
        raise PermissionDenied
    if not by.email:
        raise NotPossible(_("Your profile has no e-mail address."))
    values = {"name": str(by), "url": f"{settings.SITE_URL}/outbox/"}
    with transaction.atomic():
        return promise(f"test:{uuid.uuid4()}", kind="test", to=by.email, language=by.language, values=values)


# --- Leasing and recording: only for delivery ------------------------------------------------------------

# One statement: two workers never hold the same row. MATERIALIZED, so that the planner cannot run the sub-query again.
# The last condition is for a clock that was set back: no lease lasts an hour.
CLAIM = """
WITH q AS MATERIALIZED (
    SELECT id FROM outbox_message
    WHERE state = 'pending' AND next_try_at <= %(now)s
      AND (lease_until IS NULL OR lease_until < %(now)s OR lease_until > %(now)s + interval '1 hour')
    ORDER BY next_try_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE outbox_message m SET lease_until = %(until)s, lease_token = %(token)s, attempts = attempts + 1
FROM q WHERE m.id = q.id RETURNING m.*
"""


def lease(limit: int) -> tuple[uuid.UUID, list[Message]]:
    """Take up to `limit` due messages in hand, the longest waiting first; the token proves whose they are."""
    token, now = uuid.uuid4(), timezone.now()
    until = now + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
    with transaction.atomic():
        claimed = list(Message.objects.raw(CLAIM, {"now": now, "until": until, "token": token, "limit": limit}))
    return token, sorted(claimed, key=lambda message: (message.next_try_at, message.pk))


def record_sent(message: Message, token: uuid.UUID) -> bool:
    """It left. False, and nothing written, when the lease was lost meanwhile."""
    return _record(message, token, state=State.SENT, finished_at=timezone.now(), last_error="")


def record_failed(message: Message, token: uuid.UUID, error: str) -> bool:
    """It will never be accepted as it is."""
    with transaction.atomic():
        held = _record(message, token, state=State.FAILED, finished_at=timezone.now(), last_error=_short(error))
        if held:
            MessageEvent.objects.create(message=message, what=What.GAVE_UP, detail=_short(error))
    return held


def record_put_off(message: Message, token: uuid.UUID, error: str) -> bool:
    """Not now: again after a growing pause, failed after the last try."""
    if message.attempts >= MOST_ATTEMPTS:
        return record_failed(message, token, error)
    with transaction.atomic():
        again = timezone.now() + back_off(message.attempts)
        held = _record(message, token, next_try_at=again, last_error=_short(error))
        if held:
            MessageEvent.objects.create(message=message, what=What.PUT_OFF, detail=_short(error))
    return held


def back_off(attempts: int) -> timedelta:
    """The pause after the `attempts`-th try: 30 s, doubled each time, an hour at most."""
    return min(FIRST_BACK_OFF * 2 ** max(0, min(attempts, 20) - 1), LONGEST_BACK_OFF)


def give_back(messages: Sequence[Message], token: uuid.UUID, error: str = "") -> int:
    """Out of hand without a try of their own: at once for the next batch, or (`error`) when the server is back."""
    held = Message.objects.pending().filter(pk__in=[message.pk for message in messages], lease_token=token)
    back: dict[str, Any] = {"lease_token": None, "lease_until": None, "attempts": F("attempts") - 1}
    if error:
        back |= {"next_try_at": timezone.now() + GIVEN_BACK_FOR, "last_error": _short(error)}
    return held.update(**back)


def _record(message: Message, token: uuid.UUID, **fields: Any) -> bool:
    held = Message.objects.pending().filter(pk=message.pk, lease_token=token)
    if held.update(lease_token=None, lease_until=None, **fields):
        return True
    log.warning("message %s: lease lost before its outcome was written", message.pk)
    return False


def _short(error: str) -> str:
    return words.one_line(words.clean(error))[:500]


# --- The mailbox of the embedded default -----------------------------------------------------------------


def catch_mail(
    *, message_id: str, to: str, subject: str, body: str, html: str, size: int, headers: Mapping[str, str]
) -> None:
    """Keep a mail that no server takes; the same Message-ID is the same mail."""
    mail = MailboxMail(
        message_id=message_id, to=to, subject=subject, body=body, html=html, size=size, headers=dict(headers)
    )
    with transaction.atomic():  # a mail that does not fit spoils nothing around it
        MailboxMail.objects.bulk_create([mail], ignore_conflicts=True)


def empty_mailbox(*, by: Any) -> int:
    """All mails go; how many."""
    if not can_see_mailbox(by):
        raise PermissionDenied
    return MailboxMail.objects.all().delete()[0]


# --- The clock -------------------------------------------------------------------------------------------


def record_heartbeat() -> None:
    """Beat, broker, worker and database live: say when, and mark the minute."""
    now = timezone.now()
    with transaction.atomic():
        Heartbeat.objects.bulk_create(
            [Heartbeat(name=Heartbeat.CHAIN, at=now)],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["at"],
        )
        HeartbeatMinute.objects.bulk_create(
            [HeartbeatMinute(minute=now.replace(second=0, microsecond=0))], ignore_conflicts=True
        )


def claim_day(job: str, on: date | None = None) -> bool:
    """True for the first who asks for this job on this day, in the transaction that does its work."""
    return JobRun.objects.get_or_create(job=job, on=on or timezone.localdate())[1]


def clean_up(most: int = 2000) -> int:
    """Once a day, in bounded bites: empty old bodies, drop old marks and mails. How many rows it touched; 0: done."""
    now, job = timezone.now(), "outbox-clean-up"
    if JobRun.objects.filter(job=job, on=timezone.localdate(now)).exists():
        return 0
    old = now - timedelta(days=settings.OUTBOX_KEEP_DAYS)
    with transaction.atomic():
        finished = Message.objects.exclude(body="").filter(finished_at__lt=old).order_by("pk")
        touched = Message.objects.filter(pk__in=list(finished.values_list("pk", flat=True)[:most])).update(body="")
        mails = MailboxMail.objects.filter(at__lt=old).order_by("pk").values_list("pk", flat=True)[:most]
        touched += MailboxMail.objects.filter(pk__in=list(mails)).delete()[0]
        touched += HeartbeatMinute.objects.filter(minute__lt=now - timedelta(days=1)).delete()[0]
        # A try that was agreed under a clock since set back would wait for days.
        stranded = Message.objects.pending().filter(send_after__lte=now, next_try_at__gt=now + 2 * LONGEST_BACK_OFF)
        touched += stranded.update(next_try_at=now)
        if touched < most:
            claim_day(job, timezone.localdate(now))
    return touched
