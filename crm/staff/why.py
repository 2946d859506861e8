"""Why somebody sees one record or does not: each app that owns a kind of record explains its own rules, in order.

Registered in `ready()`: `why.register("customers", explain)`. `explain(user, typed)` gets the person in question and what
was typed (a number, an id); it answers None when that is not a record of its kind. The reader of the page may see less than
the person in question: an app's explanation names the record by its number only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crm.staff.models import User


@dataclass(frozen=True)
class Rule:
    """One rule that was tried: in words, and whether it opens the record."""

    words: Any
    opens: bool


@dataclass(frozen=True)
class Verdict:
    """First whether (`sees`) and the sentence that says so, then the rules in the order they were tried."""

    sees: bool
    sentence: Any
    rules: tuple[Rule, ...] = ()
    url: str = ""


Explain = Callable[[User, str], Verdict | None]
_explains: dict[str, Explain] = {}
_counts: dict[str, Callable[[User], int]] = {}


def register(kind: str, explain: Explain, count: Callable[[User], int] | None = None) -> None:
    """`count(user)` says how many rows of this kind that person sees today, bounded or cheap."""
    _explains[kind] = explain
    if count:
        _counts[kind] = count


def explain(user: User, typed: str) -> list[Verdict]:
    """What each kind that knows the typed number says."""
    typed = typed.strip()
    return [verdict for ask in _explains.values() if (verdict := ask(user, typed))] if typed else []


def count(user: User, kind: str) -> int | None:
    """How many rows of `kind` that person sees; None where nobody counts them."""
    return _counts[kind](user) if kind in _counts else None
