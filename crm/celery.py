"""Celery: only the clock. What is due stands in rows; losing the broker loses nothing but punctuality."""

import os

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

app = Celery("revisit")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

CATCH_UP = (
    "crm.outbox.tasks.heartbeat",
    "complaints.tasks.scan",
    "followups.tasks.apply_plans",
    "followups.tasks.scan",
    "satisfaction.tasks.invite",
    "crm.outbox.tasks.deliver",
    "customers.tasks.resume_imports",
)


@worker_ready.connect
def catch_up(sender=None, **kwargs) -> None:
    """Do at once what fell due while no worker lived, instead of waiting for the next full minute."""
    for name in CATCH_UP:
        try:
            app.send_task(name, expires=55, retry=False)
        except Exception as error:  # noqa: BLE001 - whatever says that the broker is away: the next tick does it
            app.log.get_default_logger().warning(
                "catch-up of %s waits for the next tick: %s", name, type(error).__name__
            )
