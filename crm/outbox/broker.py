"""The broker, asked with little patience: nudges that make delivery prompt, and how the queue stands.

The nudge is a convenience. Without it a message leaves with the next full minute.
"""

import logging
import time

import redis
from django.conf import settings
from kombu.exceptions import KombuError
from redis.backoff import NoBackoff
from redis.retry import Retry

from crm.celery import app

log = logging.getLogger(__name__)

PATIENCE_S = 0.5
NUDGE_EXPIRES_S = 55
REST_AFTER_FAILURE_S = 30.0
NUDGED = "rv:outbox:nudged"

_no_nudge_before = 0.0


def client(patience_s: float = PATIENCE_S) -> redis.Redis:
    """A client that gives up after `patience_s` per answer and never tries again by itself."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=patience_s,
        socket_connect_timeout=patience_s,
        retry=Retry(NoBackoff(), 0),
    )


def queue_key() -> str:
    """Where Celery keeps the tasks that wait."""
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("global_keyprefix", "")
    return f"{prefix}{settings.CELERY_TASK_DEFAULT_QUEUE}"


def nudge() -> None:
    """Ask a worker to deliver now. One request at a time waits in the queue; a broker that is away delays nobody."""
    global _no_nudge_before
    if time.monotonic() < _no_nudge_before:
        return
    try:
        with client() as store:
            first = store.set(NUDGED, 1, nx=True, ex=NUDGE_EXPIRES_S)
        if first:
            app.send_task("crm.outbox.tasks.deliver", expires=NUDGE_EXPIRES_S, retry=False)
    except (redis.RedisError, KombuError, OSError) as error:
        _no_nudge_before = time.monotonic() + REST_AFTER_FAILURE_S
        log.warning("nudge failed (%s): delivery waits for the next minute", type(error).__name__)


def take_nudge() -> None:
    """A delivery begins: what is promised from now on may nudge again."""
    try:
        with client() as store:
            store.delete(NUDGED)
    except redis.RedisError as error:
        log.warning("nudge not taken (%s)", type(error).__name__)
