"""What was typed while signed out: kept for one person, for an hour, taken once."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from crm.outbox.actions import claim_day
from crm.staff.models import KeptForm

KEPT_FOR = timedelta(hours=1)
AT_MOST = 20  # per person: older ones give way


@transaction.atomic
def keep_form(user_id: int, *, path: str, fields: dict[str, Any]) -> uuid.UUID:
    """Keeps a form for this person and forgets what has expired."""
    KeptForm.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
    newest = KeptForm.objects.filter(user_id=user_id).order_by("-at").values("pk")
    KeptForm.objects.filter(pk__in=list(newest.values_list("pk", flat=True)[AT_MOST - 1 :])).delete()
    return KeptForm.objects.create(user_id=user_id, path=path[:500], fields=fields).pk


def drop_kept_form(key: uuid.UUID) -> bool:
    """Forgets a form that was given back; False when somebody was quicker."""
    return KeptForm.objects.filter(pk=key).delete()[0] > 0


@transaction.atomic
def forget_expired() -> int:
    """Once a day: sessions that have ended and forms that nobody came back for. How many rows that were."""
    if not claim_day("staff-forget-expired"):
        return 0
    now = timezone.now()
    sessions = Session.objects.filter(expire_date__lt=now).delete()[0]
    return sessions + KeptForm.objects.filter(at__lt=now - KEPT_FOR).delete()[0]
