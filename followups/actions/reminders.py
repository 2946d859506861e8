"""Tells the owner when a follow-up falls due, and the lead, once, when it is overdue. Rows decide; Celery only calls."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from crm.look.words import exact
from crm.outbox.actions import promise
from crm.staff.actions import notify
from crm.staff.models import User
from followups.actions.followup import notice_values
from followups.models import FollowUp, FollowUpEvent

BATCH = 100
# After a night off everything is due at once: what has waited longer than this comes as one summary a person.
SUMMARY_AFTER = timedelta(hours=24)


@transaction.atomic
def remind_due(*, at: datetime | None = None, limit: int = BATCH) -> int:
    """Promises the reminders of up to `limit` follow-ups that fell due; returns how many were looked at."""
    now = at or timezone.now()
    rows = _next(FollowUp.objects.to_remind(now).order_by("due_at", "pk"), limit)
    late: dict[int, list[FollowUp]] = {}
    for row in rows:
        for person in _who_does(row):
            notify(
                person,
                key=f"followup-due:{row.pk}:{row.version}:{person.pk}",
                kind="followup-due",
                values=notice_values(row),
                url=row.get_absolute_url(),
            )
        reader = _who_reads_mail(row)
        if reader is None or not reader.email:
            continue
        if now - row.due_at > SUMMARY_AFTER:
            late.setdefault(reader.pk, []).append(row)
        else:
            promise(
                f"followup:{row.pk}:{row.version}:email",
                kind="followup-reminder",
                to=reader.email,
                language=reader.language,
                values=_words(row, reader),
            )
    for items in late.values():
        _promise_summary(items)
    FollowUp.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=now)
    return len(rows)


@transaction.atomic
def escalate_overdue(*, at: datetime | None = None, limit: int = BATCH) -> int:
    """Tells the lead of up to `limit` overdue follow-ups, once in the life of each; returns how many were looked at."""
    now = at or timezone.now()
    rows = _next(FollowUp.objects.to_escalate(now).order_by("overdue_at", "pk"), limit)
    for row in rows:
        lead = _lead(row)
        if lead is None:
            continue
        notify(
            lead,
            key=f"followup-overdue:{row.pk}",
            kind="followup-overdue",
            values={**notice_values(row), "owner": str(row.owner) if row.owner else ""},
            url=row.get_absolute_url(),
        )
        if lead.email:
            promise(
                f"followup-overdue:{row.pk}:email",
                kind="followup-overdue",
                to=lead.email,
                language=lead.language,
                values=_words(row, lead, "owner"),
            )
    FollowUpEvent.objects.bulk_create(
        FollowUpEvent(followup=row, at=now, via="task", what="escalated", new={"due_at": row.due_at}) for row in rows
    )
    FollowUp.objects.filter(pk__in=[row.pk for row in rows]).update(escalated_at=now)
    return len(rows)


def _next(queryset, limit: int) -> list[FollowUp]:
    return list(
        queryset.select_for_update(skip_locked=True, of=("self",)).select_related(
            "customer", "owner", "owner__team", "team", "plan_step"
        )[:limit]
    )


def _who_does(row: FollowUp) -> list[User]:
    """The owner; for what lies in a queue, everybody who works there."""
    if row.owner and row.owner.is_active:
        return [row.owner]
    if row.team:
        return list(User.objects.active().filter(team=row.team))
    return []


def _who_reads_mail(row: FollowUp) -> User | None:
    if row.owner and row.owner.is_active:
        return row.owner
    return row.team.responsible_lead() if row.team else None


def _lead(row: FollowUp) -> User | None:
    """Who hears of it: the lead of the owner's team; where that is the owner, the next lead above."""
    team = row.team or (row.owner.team if row.owner else None)
    while team is not None:
        lead = team.responsible_lead()
        if lead is None or lead != row.owner:
            return lead
        while team is not None and team.lead_id != lead.pk:
            team = team.parent
        team = team.parent if team else None
    return None


def _words(row: FollowUp, reader: User, *more: str) -> dict[str, str]:
    """The places of a message in its reader's language and zone; `more` names those that only some kinds have."""
    with translation.override(reader.language), timezone.override(ZoneInfo(reader.timezone)):
        words = {
            "name": reader.name,
            "what": row.words,
            "customer": row.customer.title,
            "due": exact(row.due_at, timezone.now()),
            "link": settings.SITE_URL + row.get_absolute_url(),
            "owner": str(row.owner or row.team or ""),
        }
    return {key: value for key, value in words.items() if key != "owner" or key in more}


def _promise_summary(items: list[FollowUp]) -> None:
    reader = _who_reads_mail(items[0])
    if reader is None:
        return
    lines = [
        f"{words['customer']}: {words['what']} ({words['due']})" for words in (_words(row, reader) for row in items)
    ]
    promise(
        f"followup-summary:{reader.pk}:{items[0].pk}:{items[0].version}:{len(items)}",
        kind="followup-summary",
        to=reader.email,
        language=reader.language,
        values={
            "name": reader.name,
            "count": str(len(items)),
            "list": "\n".join(lines),
            "link": settings.SITE_URL + reverse("followups:my_day"),
        },
    )
