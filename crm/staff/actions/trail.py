"""Bell and audit trail: one line at somebody's bell, one line for what business history cannot say."""

from datetime import datetime

from django.utils import timezone

from crm.staff.models import AuditEntry, Notice, User


def audit(actor: User | None, what: str, about: str = "", *, address: str | None = None, **detail) -> AuditEntry:
    """Writes one entry of the audit trail. `detail` holds ids, keys and counts, never passwords."""
    return AuditEntry.objects.create(
        actor=actor if actor and actor.pk else None, what=what, about=about[:160], detail=detail, address=address
    )


def notify(
    user: User, *, key: str, kind: str, values: dict | None = None, url: str = "", at: datetime | None = None
) -> Notice:
    """Rings once for `key`, however often it is called. `kind` is registered in `crm.staff.notices`."""
    notice, _ = Notice.objects.get_or_create(
        key=key, defaults={"user": user, "kind": kind, "values": values or {}, "url": url, "at": at or timezone.now()}
    )
    return notice


def read_notice(notice_id: int, *, by: User) -> Notice | None:
    """Marks one notice of one's own as read; None when it is somebody else's or unknown."""
    notice = Notice.objects.filter(pk=notice_id, user=by).first()
    if notice and notice.read_at is None:
        notice.read_at = timezone.now()
        notice.save(update_fields=["read_at"])
    return notice


def read_all_notices(*, by: User) -> int:
    """Marks all of one's own notices as read and says how many they were."""
    return Notice.objects.filter(user=by, read_at__isnull=True).update(read_at=timezone.now())
