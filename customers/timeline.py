"""Writing the timeline: the one line by which every app records what happened to a customer."""

from datetime import datetime
from typing import Any

from customers import timeline_kinds
from customers.models import TimelineEntry


def record(
    customer_id: int,
    *,
    kind: str,
    key: str | int,
    at: datetime,
    subject: str = "",
    values: dict[str, Any] | None = None,
    staff: Any = None,
    team: Any = None,
) -> TimelineEntry:
    """Adds an entry. `kind` must be registered; `key` names the row it is about; `subject` and `values` are data.

    `staff` and `team` are whom the fact belongs to: they decide who may read it where the kind's scope is not that of
    the customer.
    """
    if timeline_kinds.get(kind) is None:
        raise LookupError(f"no timeline kind {kind!r} is registered")
    return TimelineEntry.objects.create(
        customer_id=customer_id,
        kind=kind,
        key=str(key),
        at=at,
        subject=subject[:300],
        values=values or {},
        staff=staff,
        team=team,
    )
