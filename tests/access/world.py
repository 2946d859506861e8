"""The one world that the access table is asked in, the rows of all apps, and how one row is asked."""

import copy
import importlib
import pkgutil
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse

import tests.access
from tests.access import Record, Row, Status
from tests.factories import make_house, make_people

# Two of each role, in different branches of the tree.
ASKED = {
    "agent": ("agent", "agent2"),
    "handler": ("handler", "handler2"),
    "lead": ("lead", "lead2"),
    "manager": ("manager", "manager2"),
    "quality": ("quality", "quality2"),
    "administrator": ("admin", "admin2"),
}
# Whose record is "a colleague's": of the same team, or of a team below. And whose is another team's: of the other branch.
EAST, REPAIRS = ("colleague", "colleague2")
BRANCH = {"agent": EAST, "handler": EAST, "lead": EAST, "manager": EAST, "quality": EAST, "admin": EAST}


def _modules():
    for found in pkgutil.iter_modules(tests.access.__path__):
        if found.name != "world":
            yield found.name, importlib.import_module(f"tests.access.{found.name}")


ROWS: list[Row] = [row for _name, module in _modules() for row in getattr(module, "ROWS", [])]
RECORDS: dict[str, Record] = {
    kind: record for _name, module in _modules() for kind, record in getattr(module, "RECORDS", {}).items()
}


class World:
    """House, people, browsers in which they are signed in, and a record of each kind in everybody's name.

    All of it is made at once: what a test would make later is taken back at the end of that test.
    """

    def __init__(self) -> None:
        self.house = make_house()
        self.people = make_people(self.house)
        self.clients = {"anonymous": Client()}
        for name, person in vars(self.people).items():
            self.clients[name] = Client()
            self.clients[name].force_login(person)
        owners = {name for names in ASKED.values() for name in names} | {EAST, REPAIRS}
        self.records = {
            (kind, owner): RECORDS[kind].make(owner=person, team=person.team)
            for kind in {row.record for row in ROWS if row.record}
            for owner in sorted(owners)
            if (person := getattr(self.people, owner))
        }

    def records_of(self, kind: str | None, name: str) -> list[tuple[str, Any]]:
        """One's own, a colleague's and another team's record; one None where the address is about no record."""
        if kind is None:
            return [("", None)]
        mate, other = (EAST, REPAIRS) if name in BRANCH else (REPAIRS, EAST)
        return [
            ("own", self.records[kind, name]),
            ("a colleague's", self.records[kind, mate]),
            ("another team's", self.records[kind, other]),
        ]

    def ask(self, row: Row, name: str, record: Any) -> int:
        """The status that this person gets; whatever the request changed is taken back."""
        if callable(row.args):
            args = row.args(record)
        elif row.args is not None:
            args = row.args
        else:
            args = RECORDS[row.record].args(record) if row.record else []
        query = row.query.format(number=getattr(record, "number", ""), pk=getattr(record, "pk", ""))
        data = row.data(record) if callable(row.data) else row.data
        cache.clear()  # throttles would count the requests of all rows together
        client = self.clients[name]
        cookies = copy.deepcopy(client.cookies)
        with transaction.atomic():
            url = reverse(row.url, args=args) + query
            status = getattr(client, row.method)(url, data or {}, headers=row.headers).status_code
            transaction.set_rollback(True)
        client.cookies = cookies
        return status


def expected(status: Status, position: int) -> int:
    return status if isinstance(status, int) else status[position]


def differences(world: World, row: Row) -> list[str]:
    """Each person for whom the answer is not the one in the table, as a sentence."""
    wrong = []
    for role, names in ASKED.items():
        for name in names:
            for position, (whose, record) in enumerate(world.records_of(row.record, name)):
                got, want = world.ask(row, name, record), expected(row.expect[role], position)
                if got != want:
                    wrong.append(f"{name} ({role}) {whose}: {got}, the table says {want}".replace("  ", " "))
    some = world.records[row.record, "agent"] if row.record else None
    for name in ("anonymous", "deactivated"):
        want = expected(row.expect["anonymous"], 0) if row.is_public else 302
        got = world.ask(row, name, some)
        if got != want:
            wrong.append(f"{name}: {got}, the table says {want}")
    return wrong
