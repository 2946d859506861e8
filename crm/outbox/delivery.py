"""Delivers what is due: takes a batch in hand, sends it outside any transaction, records each outcome by its token.

One bad recipient stops nobody; a server that is away costs nobody a try; a worker that dies loses nothing, for its
lease runs out.
"""

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from crm.outbox import actions, channels, kinds, links, words
from crm.outbox.channels import ChannelDown, Letter, NotNow, Refused, Session
from crm.outbox.models import Message

log = logging.getLogger(__name__)

BATCH = 50
SHARE_OF_LEASE = 0.4  # a batch ends early enough that the last letter's timeout still falls into the lease
PAUSES_FOR_DATABASE = (0.2, 0.5, 1.0, 2.0, 4.0)


def longest_batch_s() -> float:
    """Seconds after which a batch begins no further letter."""
    return SHARE_OF_LEASE * settings.OUTBOX_LEASE_SECONDS


@dataclass
class Batch:
    """What became of the messages that were taken in hand."""

    limit: int
    claimed: int = 0
    sent: int = 0
    failed: int = 0
    put_off: int = 0
    given_back: int = 0
    down: set[str] = field(default_factory=set)

    @property
    def more(self) -> bool:
        """Whether another batch would probably find work now."""
        return self.claimed == self.limit and not self.down


def deliver_due(limit: int = BATCH) -> Batch:
    """One batch of up to `limit` due messages."""
    ends_at = time.monotonic() + longest_batch_s()
    token, messages = actions.lease(limit)
    batch = Batch(limit, claimed=len(messages))
    for key, group in groupby(sorted(messages, key=lambda message: message.channel), lambda message: message.channel):
        _deliver(channels.find(key), key, list(group), token, ends_at, batch)
    if batch.claimed:
        log.info(
            "outbox: %s in hand, %s sent, %s failed, %s put off, %s given back",
            batch.claimed, batch.sent, batch.failed, batch.put_off, batch.given_back,
        )  # fmt: skip
    return batch


def _deliver(
    channel: channels.Channel | None,
    key: str,
    messages: list[Message],
    token: uuid.UUID,
    ends_at: float,
    batch: Batch,
) -> None:
    waiting = list(messages)
    session: Session | None = None
    try:
        while waiting:
            if time.monotonic() >= ends_at:
                batch.given_back += _surely(lambda: actions.give_back(waiting, token))
                return
            if channel is None:
                message = waiting.pop(0)
                batch.failed += _surely(lambda m=message: actions.record_failed(m, token, f"no channel {key}"))
                continue
            if session is None:
                session = channel.open()
            if not _send(session, waiting.pop(0), token, batch):
                session.close()
                session = None
    except ChannelDown as error:
        log.warning("outbox: channel %s is down: %s", key, error)
        batch.down.add(key)
        reason = str(error)
        batch.given_back += _surely(lambda: actions.give_back(waiting, token, reason))
    except SoftTimeLimitExceeded:
        batch.given_back += _surely(lambda: actions.give_back(waiting, token))
        raise
    finally:
        if session is not None:
            session.close()


def _send(session: Session, message: Message, token: uuid.UUID, batch: Batch) -> bool:
    """Send one and record it. False when the session is no longer good."""
    try:
        session.send(_letter(message))
    except Refused as error:
        batch.failed += _surely(lambda e=error: actions.record_failed(message, token, str(e)))
    except NotNow as error:
        batch.put_off += _surely(lambda e=error: actions.record_put_off(message, token, str(e)))
        return not error.lost
    except SoftTimeLimitExceeded:
        _surely(lambda: actions.record_put_off(message, token, "out of time"))
        raise
    except (OperationalError, InterfaceError):
        raise  # our own database is away: the lease runs out, and somebody else goes on
    except Exception as error:
        log.exception("outbox: message %s", message.pk)
        batch.put_off += _surely(lambda e=error: actions.record_put_off(message, token, channels.why(e)))
        return False
    else:
        batch.sent += _surely(lambda: actions.record_sent(message, token))
    return True


def _letter(message: Message) -> Letter:
    """The message with its secrets in. Refused when they cannot be made: their rows do not come back."""
    try:
        made = {name: links.make(link, pk) for name, (link, pk) in message.secrets.items()}
        body = words.finish(message.body, made)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        raise Refused(f"link: {type(error).__name__}") from error
    kind = kinds.find(message.kind)
    button = kind.button.get(message.language, "") if kind else ""
    return Letter(message.key, message.address, message.language, message.subject, body, made, button)


def _surely(record: Callable[[], int]) -> int:
    """Write an outcome, also through a restart of the database: what is not written would be sent again."""
    for pause in (*PAUSES_FOR_DATABASE, None):
        try:
            return record()
        except (OperationalError, InterfaceError):
            if pause is None or connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(pause)
    raise AssertionError("unreachable")
