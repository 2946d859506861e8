"""What keeps somebody from leaving: open work that carries their name, registered by the apps that know it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from crm.staff.models import User


def _str(row: Any) -> str:
    return str(row)


def _url(row: Any) -> str:
    return row.get_absolute_url()


@dataclass(frozen=True)
class OpenItems:
    """One kind of open work.

    `rows(user)` are the rows that carry this person's name, oldest first; `reassign(pk, to=user, by=actor)` is the owning
    app's action that gives one to a colleague and records it; `describe(row)` names a row in the list, `url(row)` opens it.
    """

    key: str
    label: Any
    rows: Callable[[User], QuerySet]
    reassign: Callable[..., Any]
    describe: Callable[[Any], str] = _str
    url: Callable[[Any], str] = _url


_kinds: dict[str, OpenItems] = {}


def register(items: OpenItems) -> None:
    _kinds[items.key] = items


def all_kinds() -> list[OpenItems]:
    return list(_kinds.values())


def get(key: str) -> OpenItems | None:
    return _kinds.get(key)


def count(user: User) -> int:
    """How many open items carry this person's name."""
    return sum(kind.rows(user).count() for kind in _kinds.values())
