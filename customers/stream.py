"""The timeline as it is shown: chips that narrow it by group, entries under the day on which they happened."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from customers import timeline_kinds
from customers.models import TimelineEntry

PAGE = 25


@dataclass(frozen=True)
class Chip:
    key: str
    label: Any
    count: int
    current: bool


@dataclass(frozen=True)
class Shown:
    """One entry in words."""

    entry: TimelineEntry
    title: str
    text: str
    icon: str
    tone: str
    url: str


@dataclass
class Day:
    on: date
    entries: list[Shown] = field(default_factory=list)

    @property
    def is_today(self) -> bool:
        return self.on == timezone.localdate()


def _groups() -> dict[str, tuple[Any, list[str]]]:
    """Key for the address → (label, kinds): the key is the English word, so that a link works in both languages."""
    groups: dict[str, tuple[Any, list[str]]] = {}
    for kind in timeline_kinds.all_kinds():
        with override("en"):
            key = slugify(str(kind.group))
        groups.setdefault(key, (kind.group, []))[1].append(kind.key)
    return groups


def narrowed(entries: QuerySet[TimelineEntry], show: str) -> QuerySet[TimelineEntry]:
    group = _groups().get(show)
    return (entries.filter(kind__in=group[1]) if group else entries).select_related("staff", "team")


def chips(entries: QuerySet[TimelineEntry], show: str) -> list[Chip]:
    """All, and each group that has entries, with how many; one query."""
    counts = dict(entries.order_by().values_list("kind").annotate(Count("pk")))
    groups = _groups()
    found = [Chip("", _("All"), sum(counts.values()), show not in groups)]
    for key, (label, kinds) in groups.items():
        if (count := sum(counts.get(kind, 0) for kind in kinds)) or key == show:
            found.append(Chip(key, label, count, key == show))
    return found


def by_day(entries: Sequence[TimelineEntry]) -> list[Day]:
    """The entries in words, under their day in the reader's zone."""
    days: list[Day] = []
    for entry in entries:
        on = timezone.localtime(entry.at).date()
        if not days or days[-1].on != on:
            days.append(Day(on))
        days[-1].entries.append(_shown(entry))
    return days


def _shown(entry: TimelineEntry) -> Shown:
    kind = timeline_kinds.get(entry.kind)
    if kind is None:  # written by an app that is not installed any more
        return Shown(entry, entry.kind, entry.subject, "point", "", "")
    title = kind.sentence(entry)
    text = "" if "%(subject)s" in str(kind.words) else entry.subject
    return Shown(entry, title, text, kind.icon, kind.tone, kind.url(entry) if kind.url else "")
