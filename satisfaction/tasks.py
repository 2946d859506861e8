"""What beat calls each minute: ask whoever is to be asked."""

from celery import shared_task

from satisfaction import actions


@shared_task(name="satisfaction.tasks.invite")
def invite() -> None:
    actions.invite_due(seconds=20)
