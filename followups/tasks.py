"""What beat calls each minute: bounded looks at the rows; the rows decide what is due."""

import time

from celery import shared_task

from followups import actions

SECONDS = 20


@shared_task(name="followups.tasks.apply_plans")
def apply_plans() -> None:
    actions.apply_plans(seconds=SECONDS)


@shared_task(name="followups.tasks.scan")
def scan() -> None:
    """Reminders of what fell due, then the leads of what is overdue; what is left over is for the next minute."""
    until = time.monotonic() + SECONDS
    for step in (actions.remind_due, actions.escalate_overdue):
        while step() and time.monotonic() < until:
            pass
