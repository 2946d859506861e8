"""Who hears at the bell of what happens to a case: its handler, or the lead of its team while it has none."""

from datetime import datetime

from complaints.models import Complaint
from crm.staff.actions import notify
from crm.staff.models import User


def ring(complaint: Complaint, kind: str, *, key: str, at: datetime, but: User | None = None, by: str = "") -> None:
    """Rings once for `key`, and not for `but`, who did it."""
    owner = complaint.owner if complaint.owner and complaint.owner.is_active else None
    person = owner or complaint.team.responsible_lead()
    if person is None or (but is not None and person.pk == but.pk):
        return
    notify(
        person,
        key=f"complaint-{key}:{person.pk}",
        kind=kind,
        values={"number": complaint.number, "subject": complaint.subject, "by": by},
        url=complaint.get_absolute_url(),
        at=at,
    )
