"""The access table: for every address of the product, what each role gets for its own, a colleague's and another team's record.

Each app writes its rows into `tests/access/<app>.py` as `ROWS`, and the kinds of record its addresses are about as `RECORDS`.
`tests/test_access.py` walks all of them; an address without a row fails, and so does a row without an address.

    ROWS = [
        Row("complaints:list", everyone(200)),
        Row("complaints:detail", COMPLAINTS, record="complaint"),
        Row("complaints:assign", COMPLAINTS | {"agent": FORBIDDEN, "quality": FORBIDDEN}, record="complaint", method="post"),
        Row("complaints:public", public(200)),
    ]
    RECORDS = {"complaint": Record(make=lambda owner, team: make_complaint(owner=owner, team=team), args=lambda row: [row.number])}

A status is one number, or three: one's own record, one of a colleague in the same team, one of another team. Each role is asked
twice, by two people in different branches of the tree. Nobody signed in, and somebody deactivated, get the sign-in page (302)
unless the row is `public`. Every request runs in a savepoint that is taken back, so rows may post whatever they like.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Status = int | tuple[int, int, int]  # (own, colleague's, another team's)

ROLES = ("agent", "handler", "lead", "manager", "quality", "administrator")

OWN: Status = (200, 404, 404)
TEAM: Status = (200, 200, 404)
ALL: Status = (200, 200, 200)
HIDDEN: Status = (404, 404, 404)
FORBIDDEN: Status = (403, 403, 403)
DONE: Status = (302, 302, 302)


def after(reads: Status, status: int) -> Status:
    """The same reach with another answer: `after(TEAM, 302)` is (302, 302, 404)."""
    assert isinstance(reads, tuple)
    return tuple(status if one == 200 else one for one in reads)  # type: ignore[return-value]


# How far each shipped role reads; the scopes of crm.staff.roles, written down a second time on purpose.
CUSTOMERS: dict[str, Status] = {
    "agent": OWN, "handler": TEAM, "lead": TEAM, "manager": ALL, "quality": ALL, "administrator": ALL,
}  # fmt: skip
COMPLAINTS: dict[str, Status] = dict(CUSTOMERS)
SATISFACTION: dict[str, Status] = dict(CUSTOMERS)
FOLLOWUPS: dict[str, Status] = {
    "agent": OWN, "handler": OWN, "lead": TEAM, "manager": ALL, "quality": ALL, "administrator": ALL,
}  # fmt: skip


def everyone(status: Status = 200) -> dict[str, Status]:
    """The same for every role."""
    return dict.fromkeys(ROLES, status)


def only(*roles: str, status: Status = 200, others: Status = 403) -> dict[str, Status]:
    """`status` for these roles and `others` for the rest."""
    return {role: status if role in roles else others for role in ROLES}


def public(status: int = 200) -> dict[str, Status]:
    """The same for everybody in the world."""
    return everyone(status) | {"anonymous": status}


def answering(reads: dict[str, Status], status: int) -> dict[str, Status]:
    """The same reach for every role with another answer than 200."""
    return {role: after(one, status) for role, one in reads.items()}


@dataclass(frozen=True)
class Row:
    """One address with one method. `args` overrides how the record's address is made; `query` may name `{number}` and `{pk}`."""

    url: str
    expect: dict[str, Status]
    record: str | None = None
    method: str = "get"
    data: dict[str, Any] | Callable[[Any], dict[str, Any]] | None = None
    query: str = ""
    args: Callable[[Any], list[Any]] | list[Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.url}{self.query}"

    @property
    def is_public(self) -> bool:
        return "anonymous" in self.expect


@dataclass(frozen=True)
class Record:
    """A kind of record: how one is made for an owner in a team, and what its address is made of."""

    make: Callable[..., Any]
    args: Callable[[Any], list[Any]] = lambda row: [row.pk]
