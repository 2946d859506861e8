"""The numbers by which a promise is late or twice at the very worst hang together, and the clock asks only for real tasks."""

import importlib

from celery.schedules import crontab
from django.conf import settings

from crm.celery import CATCH_UP
from crm.outbox import delivery


def breaks(*, batch: float, mail: float, soft: float, hard: float, lease: float, visible: float) -> list[str]:
    """What does not follow: end of a batch + one mail's timeout < time limit < lease < visibility timeout."""
    rules = {
        "a batch and its last mail end before the soft limit": batch + mail < soft,
        "the soft limit comes before the hard one": soft < hard,
        "a task is dead before its lease ends": hard < lease,
        "the lease ends before the broker gives the task to another": lease < visible,
    }
    return [rule for rule, holds in rules.items() if not holds]


def test_the_time_limits_hang_together():
    assert not breaks(
        batch=delivery.SHARE_OF_LEASE * settings.OUTBOX_LEASE_SECONDS,
        mail=settings.EMAIL_TIMEOUT,
        soft=settings.CELERY_TASK_SOFT_TIME_LIMIT,
        hard=settings.CELERY_TASK_TIME_LIMIT,
        lease=settings.OUTBOX_LEASE_SECONDS,
        visible=settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"],
    )
    assert len(breaks(batch=55, mail=10, soft=60, hard=60, lease=60, visible=60)) == 4


def test_every_tick_asks_for_a_task_that_exists_and_expires_before_the_next():
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        module, name = entry["task"].rsplit(".", 1)
        assert hasattr(importlib.import_module(module), name), entry["task"]
        assert isinstance(entry["schedule"], crontab), "an interval would start anew with every restart of beat"
        assert entry["options"]["expires"] < 60
    for task in CATCH_UP:
        module, name = task.rsplit(".", 1)
        assert hasattr(importlib.import_module(module), name), task


def test_no_result_of_a_task_is_stored():
    assert settings.CELERY_TASK_IGNORE_RESULT and settings.CELERY_RESULT_BACKEND is None
