"""Whether the chain lives: clock, broker, worker, database, mail. Asked from outside and by every page.

The probe from outside must answer within three seconds whatever hangs, so it has a connection of its own and a short
patience with each store; a frozen server accepts a connection and then says nothing.
"""

import math
import select
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg2
import redis
from django.db import connection
from django.utils import timezone

from crm.outbox import broker
from crm.outbox.models import GIVEN_BACK_FOR, Heartbeat

CLOCK_DEAD_S = 150  # two ticks missed and a little: a banner within three minutes of a death
MAIL_STUCK_S = 15 * 60
DATABASE_PATIENCE_S = 1.2
STATEMENT_LIMIT_MS = 1500
REDIS_PATIENCE_S = 0.8
WORKER_BEHIND = 3  # more ticks than this in the queue: nobody takes them

# Unsent since: its time, when it was never tried (the lease in hand is no try yet), else the time agreed for the next
# try: a full mailbox is not our standstill.
PULSE = """
SELECT (SELECT at FROM outbox_heartbeat WHERE name = %(chain)s),
       (SELECT min(CASE WHEN attempts = (lease_token IS NOT NULL)::int THEN send_after ELSE next_try_at END)
          FROM outbox_message
         WHERE state = 'pending' AND send_after <= %(now)s AND next_try_at <= %(soon)s)
"""
COUNTS = "SELECT count(*) FROM outbox_message WHERE rank = 0"


@dataclass(frozen=True)
class Pulse:
    """What one look at the database says about the chain. Ages in whole seconds; None: never, nothing."""

    clock_age_s: int | None
    oldest_unsent_s: int | None

    @property
    def clock_is_dead(self) -> bool:
        return self.clock_age_s is None or self.clock_age_s >= CLOCK_DEAD_S

    @property
    def mail_is_stuck(self) -> bool:
        return self.oldest_unsent_s is not None and self.oldest_unsent_s >= MAIL_STUCK_S


@dataclass(frozen=True)
class Health:
    """The whole chain. `waiting` is the number of tasks in the queue."""

    database: bool
    redis: bool
    pulse: Pulse
    failed: int | None
    waiting: int | None = None
    redis_ms: float | None = None

    @property
    def well(self) -> bool:
        return self.database and self.redis and not self.pulse.clock_is_dead and not self.pulse.mail_is_stuck

    @property
    def dead(self) -> str:
        """The first link that does not hold: database, redis, worker, beat, mail; "" when all is well."""
        if not self.database:
            return "database"
        if not self.redis:
            return "redis"
        if self.pulse.clock_is_dead:
            return "worker" if (self.waiting or 0) > WORKER_BEHIND else "beat"
        return "mail" if self.pulse.mail_is_stuck else ""

    def as_json(self) -> dict[str, Any]:
        return {
            "status": "ok" if self.well else "failing",
            "database": self.database,
            "redis": self.redis,
            "clock_age_s": self.pulse.clock_age_s,
            "oldest_unsent_s": self.pulse.oldest_unsent_s,
            "failed": self.failed,
        }


def _parameters(now: datetime) -> dict[str, Any]:
    return {"chain": Heartbeat.CHAIN, "now": now, "soon": now + GIVEN_BACK_FOR}


def _pulse(now: datetime, beat_at: datetime | None, unsent_since: datetime | None) -> Pulse:
    # A sign from the future says as little as an old one: the clock was set back since.
    age = math.floor(abs((now - beat_at).total_seconds())) if beat_at else None
    waiting = math.floor((now - unsent_since).total_seconds()) if unsent_since and unsent_since <= now else None
    return Pulse(age, waiting)


def pulse(now: datetime | None = None) -> Pulse:
    """One cheap query on the connection of the request or command."""
    now = now or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(PULSE, _parameters(now))
        return _pulse(now, *cursor.fetchone())


def measure(database: dict[str, Any] | None = None) -> Health:
    """The whole chain, within about two seconds whatever hangs. `database`: whom to ask, if not the settings'."""
    now = timezone.now()
    asked = _ask_database(database or connection.get_connection_params(), now)
    waiting, redis_ms = _ask_redis(broker.client(REDIS_PATIENCE_S))
    beat_at, since, failed = asked or (None, None, None)
    return Health(
        database=asked is not None,
        redis=waiting is not None,
        pulse=_pulse(now, beat_at, since),
        failed=failed,
        waiting=waiting,
        redis_ms=redis_ms,
    )


def _ask_redis(store: redis.Redis) -> tuple[int | None, float | None]:
    started = time.perf_counter()
    try:
        with store:
            waiting = store.llen(broker.queue_key())
    except (redis.RedisError, OSError):
        return None, None
    return int(waiting), (time.perf_counter() - started) * 1000


def _ask_database(parameters: dict[str, Any], now: datetime) -> tuple[datetime | None, datetime | None, int] | None:
    """Beat, unsent since, failed; None when no whole answer came in time."""
    ends_at = time.monotonic() + DATABASE_PATIENCE_S
    ours = {key: value for key, value in parameters.items() if key not in ("cursor_factory", "server_side_binding")}
    link = None
    try:
        link = psycopg2.connect(**ours, async_=True)
        _wait(link, ends_at)
        with link.cursor() as cursor:
            # LOCAL, for a pooler hands the connection on; a limit, for a query we no longer wait for must end, too.
            cursor.execute(f"BEGIN; SET LOCAL statement_timeout = {STATEMENT_LIMIT_MS}; {PULSE}", _parameters(now))
            _wait(link, ends_at)
            beat_at, since = cursor.fetchone()
            cursor.execute(COUNTS)
            _wait(link, ends_at)
            failed = cursor.fetchone()[0]
            cursor.execute("COMMIT")
            _wait(link, ends_at)
            return beat_at, since, failed
    except (psycopg2.Error, TimeoutError, OSError):
        return None
    finally:
        if link is not None:
            link.close()


def _wait(link: Any, ends_at: float) -> None:
    """Poll an asynchronous connection until its answer is there; TimeoutError when the patience is over."""
    while (state := link.poll()) != psycopg2.extensions.POLL_OK:
        left = ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        reads, writes = ([link], []) if state == psycopg2.extensions.POLL_READ else ([], [link])
        select.select(reads, writes, [], left)
