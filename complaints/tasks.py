"""Looks each minute for cases whose time has come: a waiting over, hours or targets changed, a clock missed."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from celery import shared_task
from django.db import Error
from django.utils import timezone

from complaints import actions
from complaints.models import Complaint, ComplaintPause

BATCH = 200
log = logging.getLogger(__name__)


@shared_task
def scan() -> None:
    """Each row in a transaction of its own; what one minute leaves is taken up by the next."""
    now = timezone.now()
    _each(ComplaintPause.objects.over(now).values_list("complaint_id", flat=True), actions.resume, by=None, via="task")
    _each(Complaint.objects.reckoned_otherwise().values_list("pk", flat=True), actions.reckon_again)
    _each(Complaint.objects.untold(now).order_by("next_due_at").values_list("pk", flat=True), actions.tell_overdue)


def _each(ids: Any, verb: Callable[..., Any], **arguments: Any) -> None:
    for pk in _some(ids):
        try:
            verb(pk, **arguments)
        except (
            actions.NotNow,
            Error,
        ) as error:  # somebody was quicker: the next minute looks again
            log.warning("%s of complaint %s waits: %s", verb.__name__, pk, type(error).__name__)


def _some(ids: Any) -> Iterable[int]:
    return list(ids[:BATCH])
