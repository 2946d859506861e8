"""What the clock asks of staff: to forget once a day what has expired."""

from celery import shared_task

from crm.staff import actions


@shared_task
def forget_expired() -> None:
    actions.forget_expired()
