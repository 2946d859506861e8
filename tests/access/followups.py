"""Rows of followups: reading follows the scope of follow-ups, verbs the permission besides."""

from datetime import timedelta

from django.utils import timezone

from tests.access import FOLLOWUPS, FORBIDDEN, Record, Row, answering, everyone, only
from tests.factories import make_followup


def _soon(record=None) -> dict[str, str]:
    return {"due_at": f"{timezone.localtime() + timedelta(days=1):%Y-%m-%dT%H:%M}"}


# Quality reads everything and works on nothing.
WORKED = answering(FOLLOWUPS, 302) | {"quality": FORBIDDEN}
ASSIGNED = WORKED | {
    "agent": (403, 404, 404),
    "handler": (403, 404, 404),
}

ROWS = [
    Row("home", everyone(302)),
    Row("followups:my_day", everyone(200)),
    Row("followups:list", everyone(200)),
    Row("followups:list", everyone(200), query="?view=nonsense&owner=x&due_from=2026-13-99&after=%00"),
    Row("followups:new", only("agent", "handler", "lead", "manager", "administrator")),
    Row("followups:detail", FOLLOWUPS, record="followup"),
    Row("followups:attempt", WORKED, record="followup", method="post", data={"outcome": "reached"}),
    Row("followups:attempt", everyone(405), record="followup"),
    # One's own is one's own already: taking it again changes nothing. Of a colleague's, only who may give work away.
    Row("followups:take", WORKED, record="followup", method="post"),
    Row("followups:reschedule", WORKED, record="followup", method="post", data=_soon),
    Row("followups:assign", ASSIGNED, record="followup", method="post", data=lambda row: {"owner": row.owner_id}),
    Row("followups:done", WORKED, record="followup", method="post"),
    Row("followups:cancel", WORKED, record="followup", method="post", data={"reason": "Settled"}),
]
RECORDS = {"followup": Record(make=lambda owner, team: make_followup(owner=owner, team=team))}
