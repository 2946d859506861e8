"""The kinds of timeline entries: registered by the app that writes them, with words, icon, link and scope."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from crm.staff.scopes import Reach, reach


class _Gap(dict):
    def __missing__(self, key: str) -> str:
        return "…"


@dataclass(frozen=True)
class TimelineKind:
    key: str
    words: Any  # lazy text with %(name)s places, filled from the entry's `values` and `subject`
    icon: str
    records: str  # kind of record whose scope decides: "customers", "complaints", ...
    group: Any  # lazy name of the filter chip it belongs to
    url: Callable[[Any], str] | None = None  # entry → link
    tone: str = ""  # "", "acc", "warn", "ok", "bad"
    fill: Callable[[dict], dict] | None = None  # values → places, where they depend on the reader's language

    def sentence(self, entry: Any) -> str:
        """What an entry says, in the reader's language; a place that an old row lacks leaves a gap, not an error."""
        values = {"subject": entry.subject, **entry.values}
        return str(self.words) % _Gap(self.fill(values) if self.fill else values)


_kinds: dict[str, TimelineKind] = {}


def register(kind: TimelineKind) -> None:
    _kinds[kind.key] = kind


def get(key: str) -> TimelineKind | None:
    return _kinds.get(key)


def all_kinds() -> list[TimelineKind]:
    return list(_kinds.values())


def by_reach(user) -> Iterator[tuple[Reach, list[str]]]:
    """What the reader's scope is for each kind of record, with the timeline kinds it decides. Whoever may open the
    customer sees the customer's own entries (records = "customers") whole."""
    groups: dict[str, list[str]] = {}
    for kind in _kinds.values():
        groups.setdefault(kind.records, []).append(kind.key)
    for records, keys in groups.items():
        yield (Reach.all() if records == "customers" else reach(user, records)), keys
