"""What every verb of a case begins and ends with: the lock, the event, the timeline, and what follows a case around."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import Complaint, ComplaintEvent
from crm.look.words import moment
from crm.staff.models import User
from customers import search, timeline
from customers.actions import give_access, withdraw_access
from customers.models import TimelineEntry

NEWS = timedelta(days=1)  # what is entered later than this was settled in its time: nobody is written to or rung for it


class NotNow(Exception):
    """The case is in a state that does not allow this verb; nothing was changed. `sentence` says who put it there."""

    def __init__(self, complaint: Complaint):
        super().__init__(f"{complaint.pk} is {complaint.status}")
        self.complaint = complaint

    @property
    def sentence(self) -> str:
        values = {"number": self.complaint.number, "status": self.complaint.get_status_display()}
        last = (
            self.complaint.events.filter(new__has_key="status").select_related("actor").order_by("-at", "-pk").first()
        )
        if last is None:
            return _("Nothing was changed: %(number)s is “%(status)s” already.") % values
        values["when"] = moment(last.at, timezone.now())
        if last.actor is None:
            return _("Nothing was changed: %(number)s is “%(status)s” since %(when)s.") % values
        values["name"] = str(last.actor)
        return _("Nothing was changed: %(number)s is “%(status)s” since %(when)s, by %(name)s.") % values


class EditedMeanwhile(Exception):
    """Somebody else saved this case since the form was opened; `event` is what they did."""

    def __init__(self, complaint: Complaint, event: ComplaintEvent | None):
        super().__init__(complaint.pk)
        self.complaint, self.event = complaint, event


def locked(complaint_id: int) -> Complaint:
    """The case, for this transaction only ours."""
    return (
        Complaint.objects.select_for_update(of=("self",))
        .select_related("customer", "team", "severity", "category", "calendar", "owner")
        .get(pk=complaint_id)
    )


def moment_of(at: datetime | None) -> datetime:
    return at or timezone.now()


def is_news(at: datetime) -> bool:
    return timezone.now() - at < NEWS


def plain(value: Any) -> Any:
    """A field's value as the event keeps it: ids of rows, seconds of durations."""
    if isinstance(value, Model):
        return value.pk
    return value.total_seconds() if isinstance(value, timedelta) else value


def put(complaint: Complaint, **values: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Sets the fields that differ on the row in hand; answers what they were and are, as events keep it."""
    old, new = {}, {}
    for name, value in values.items():
        before = getattr(complaint, name)
        if before != value:
            old[name], new[name] = plain(before), plain(value)
            setattr(complaint, name, value)
    return old, new


def change(complaint: Complaint, **values: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """As `put`, and saves them."""
    old, new = put(complaint, **values)
    if new:
        complaint.save(update_fields=list(new))
    return old, new


def record(
    complaint: Complaint,
    what: str,
    *,
    by: User | None,
    at: datetime,
    via: str = "web",
    note: str = "",
    old: dict | None = None,
    new: dict | None = None,
) -> ComplaintEvent:
    return ComplaintEvent.objects.create(
        complaint=complaint, what=what, actor=by, at=at, via=via, note=note, old=old or {}, new=new or {}
    )


def tell_timeline(complaint: Complaint, kind: str, *, by: User | None, at: datetime, **values: Any) -> None:
    """One entry in the customer's stream. Its staff and team are the case's: they decide who sees it."""
    timeline.record(
        complaint.customer_id,
        kind=kind,
        key=complaint.number,
        at=at,
        subject=complaint.subject[:300],
        values={"number": complaint.number, "by": str(by) if by else "", **values},
        staff=complaint.owner,
        team=complaint.team,
    )


def follow(complaint: Complaint) -> None:
    """After a case changed hands or words: search, timeline and the right to open the customer go with it."""
    index(complaint)
    TimelineEntry.objects.filter(kind__startswith="complaint-", key=complaint.number).update(
        staff=complaint.owner, team=complaint.team
    )
    open_customer(complaint)


def index(complaint: Complaint) -> None:
    search.index(
        "complaint",
        str(complaint.pk),
        customer_id=complaint.customer_id,
        team_id=complaint.team_id,
        owner_id=complaint.owner_id,
        label=f"{complaint.number} {complaint.subject}"[:300],
        texts=[search.number(complaint.number), complaint.subject],
    )


def reason_of(complaint: Complaint) -> str:
    return f"complaint:{complaint.pk}"


def open_customer(complaint: Complaint) -> None:
    """Whoever has the case may open its customer, as long as it is not closed."""
    withdraw_access(complaint.customer, reason=reason_of(complaint))
    if complaint.closed_at is None:
        give_access(complaint.customer, reason=reason_of(complaint), team=complaint.team)
        if complaint.owner:
            give_access(complaint.customer, reason=reason_of(complaint), user=complaint.owner)
