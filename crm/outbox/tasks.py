"""The clock's kicks: each is made again by the next minute, so losing one loses nothing but punctuality."""

from celery import shared_task

from crm.outbox import actions, broker
from crm.outbox.delivery import deliver_due


@shared_task
def heartbeat() -> None:
    actions.record_heartbeat()


@shared_task
def deliver() -> None:
    broker.take_nudge()
    if deliver_due().more:
        broker.nudge()


@shared_task
def housekeeping() -> None:
    actions.clean_up()
