"""Rows of complaints: reading follows the scope of complaints, verbs the permissions besides; the public pages are anybody's."""

from datetime import timedelta

from django.utils import timezone

from complaints.actions import promise_to_customer
from complaints.bridges import SECRET
from crm import secret_links
from crm.staff.models import Team
from tests.access import COMPLAINTS, FORBIDDEN, Record, Row, answering, everyone, only, public
from tests.factories import make_complaint

TAKE_IN = ("agent", "handler", "lead", "manager", "administrator")

# Quality reads everything and works on nothing.
WORKS = COMPLAINTS | {"quality": FORBIDDEN}
WORKED = answering(WORKS, 302)
# Whoever has a case of their own only may not give it away.
GIVEN = WORKED | {"agent": (403, 404, 404)}


def _make(owner, team):
    """Another team's case, of a customer of nobody's, with a promise that can be kept."""
    complaint = make_complaint(owner=owner, team=team)
    complaint.promised = None
    if owner.has_perm("complaints.work_complaint"):
        complaint.promised = promise_to_customer(
            complaint.pk, by=owner, text="Call back", due_at=timezone.now() + timedelta(hours=4)
        )
    return complaint


def _later(row=None) -> dict[str, str]:
    return {"text": "Call back", "due_at": f"{timezone.localtime() + timedelta(days=1):%Y-%m-%dT%H:%M}"}


def _elsewhere(row) -> dict[str, str]:
    return {"team": Team.objects.exclude(pk=row.team_id).first().pk, "note": "A matter of theirs"}


def _kept(row) -> list:
    return [row.number, row.promised.pk if row.promised else 0]


def _code(row) -> list:
    return [secret_links.code_for(SECRET, row.pk)]


def _verb(name: str, expect=WORKED, **fields) -> Row:
    return Row(f"complaints:{name}", expect, record="complaint", method="post", **fields)


ROWS = [
    Row("complaints:list", everyone()),
    Row(
        "complaints:list", everyone(), query="?view=x&team=0&handler=x&received_from=2026-13-99&q=%25&after=%00&sort=x"
    ),
    Row("complaints:new", only(*TAKE_IN)),
    Row("complaints:new", only(*TAKE_IN), query="?customer={number}&phone=%00", record="complaint", args=[]),
    Row("complaints:new", only(*TAKE_IN, status=422), method="post"),
    Row("complaints:caller", only(*TAKE_IN), query="?caller=13800138000"),
    Row("complaints:detail", COMPLAINTS, record="complaint"),
    Row("complaints:detail", COMPLAINTS, record="complaint", query="?do=resolve&show=x"),
    Row("complaints:edit", WORKS, record="complaint"),
    _verb("acknowledge"),
    _verb("start"),
    _verb("wait", data={"reason": "A photo"}),
    # Not legal of a new case: told so on its page.
    _verb("resume"),
    _verb("close"),
    _verb("reopen", data={"reason": "Again"}),
    _verb("resolve", data={"note": "Settled"}),
    _verb("resolve", answering(WORKS, 422)),
    Row("complaints:resolve", everyone(405), record="complaint"),
    _verb("take"),
    _verb("assign", GIVEN, data=lambda row: {"to": row.owner_id}),
    _verb("hand_over", GIVEN, data=_elsewhere),
    _verb("write", data={"text": "We are looking into it"}),
    _verb("note", data={"text": "Among us"}),
    _verb("promise", data=_later),
    _verb("promise_kept", args=_kept),
    Row("complaints:public", public()),
    Row("complaints:public", public(422), method="post"),
    Row("complaints:public_thanks", public(), record="complaint", args=_code),
    Row("complaints:public_status", public(), record="complaint", args=_code),
    Row(
        "complaints:public_status", public(302), record="complaint", args=_code, method="post", data={"text": "A photo"}
    ),
    Row("complaints:public_status", public(404), args=["aaaaaaaaaaaaaaaaaaaaaaaaa"]),
    Row("complaints:public_thanks", public(404), args=["aaaaaaaaaaaaaaaaaaaaaaaaa"]),
]
RECORDS = {"complaint": Record(make=_make, args=lambda row: [row.number])}
