"""Rows of crm.staff: the door, oneself, colleagues."""

from crm.staff.actions import notify
from crm.staff.password_links import _code
from tests.access import ALL, DONE, FORBIDDEN, TEAM, Record, Row, everyone, only, public
from tests.factories import unique

# A lead sees people of the own team and below, managers and administrators see all; nobody else sees that page.
PEOPLE = everyone(FORBIDDEN) | {"lead": TEAM, "manager": ALL, "administrator": ALL}


def _notice(owner, team):
    return notify(owner, key=unique("notice:"), kind="test", url="/profile/")


RECORDS: dict[str, Record] = {
    "person": Record(make=lambda owner, team: owner, args=lambda user: [user.username]),
    "notice": Record(make=_notice),
}

ROWS: list[Row] = [
    Row("home", everyone(302)),
    Row("staff:sign_in", everyone(302) | {"anonymous": 200}),
    Row(
        "staff:sign_in", everyone(302) | {"anonymous": 200}, method="post", data={"username": "agent", "password": "no"}
    ),
    Row("staff:sign_out", public(405)),
    Row("staff:sign_out", public(302), method="post"),
    Row("staff:language", public(405)),
    Row("staff:language", public(302), method="post", data={"language": "zh-hans"}),
    Row("staff:password_reset", public(200)),
    Row("staff:password_reset", public(302), method="post", data={"username": "agent"}),
    Row("staff:password_reset_done", public(200)),
    Row("staff:password_reset_complete", public(200)),
    Row("staff:password_reset_confirm", public(404), args=["nonsense"]),
    Row(
        "staff:password_reset_confirm",
        everyone(200) | {"anonymous": 200},
        record="person",
        args=lambda user: [_code(user.pk, "reset")],
    ),
    Row("staff:password_change", everyone(200)),
    Row("staff:password_change", everyone(200), method="post", data={"old_password": "no", "new_password": "x"}),
    Row("staff:profile", everyone(200)),
    Row("staff:profile", everyone(200), method="post", data={"name": ""}),
    Row("staff:notices", everyone(200)),
    Row("staff:notices", everyone(302), method="post"),
    Row("staff:notice_open", everyone((302, 404, 404)), record="notice"),
    Row("staff:people", only("lead", "manager", "administrator")),
    Row("staff:access", PEOPLE, record="person"),
    Row("staff:access", PEOPLE, record="person", query="?record=C-100001"),
    Row("staff:reassign", only("administrator", status=ALL, others=FORBIDDEN), record="person"),
    Row(
        "staff:reassign",
        only("administrator", status=DONE, others=FORBIDDEN),
        record="person",
        method="post",
        data={"do": "deactivate"},
    ),
]
