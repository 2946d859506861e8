"""What happened to a customer's record, in words: who changed which field from what to what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.staff.models import Team, User
from customers import phones
from customers.models import ContactPoint, Customer, CustomerEvent, Tier

WHAT = {
    "created": gettext_lazy("made"),
    "changed": gettext_lazy("changed"),
    "imported": gettext_lazy("purchases imported"),
    "purchase_recorded": gettext_lazy("purchase typed"),
    "archived": gettext_lazy("archived"),
    "restored": gettext_lazy("restored"),
    "opted_out": gettext_lazy("wants no more messages"),
    "opt_out_withdrawn": gettext_lazy("wants messages again"),
}
VIA = {
    "import": gettext_lazy("by an import"),
    "task": gettext_lazy("by itself"),
    "api": gettext_lazy("by another program"),
    "public": gettext_lazy("by the customer"),
}
SOURCES = {
    "link": gettext_lazy("by the link in a message"),
    "one-click": gettext_lazy("by the mail program's button"),
    "staff": gettext_lazy("told to a colleague"),
}
LABELS = {
    "contact_points": gettext_lazy("How to reach them"),
    "channel": gettext_lazy("Channel"),
    "source": gettext_lazy("Said"),
    "reference": gettext_lazy("Reference"),
    "purchase": gettext_lazy("Purchase"),
    "purchases": gettext_lazy("Purchases"),
    "run": gettext_lazy("Import"),
}
RELATED = {"tier": Tier, "owner": User, "team": Team}


@dataclass(frozen=True)
class Change:
    """One field. `clash`: the reader changed it, too, to something else."""

    name: str
    label: Any
    old: str
    new: str
    clash: bool = False


@dataclass(frozen=True)
class Line:
    """One event."""

    at: datetime
    actor: Any
    what: Any
    via: Any
    changes: list[Change] = field(default_factory=list)


def lines(events: Sequence[CustomerEvent]) -> list[Line]:
    """The events in words; three queries for all the names in them."""
    names = _names(events)
    return [
        Line(
            at=event.at,
            actor=event.actor,
            what=WHAT.get(event.what, event.what),
            via=VIA.get(event.via, ""),
            changes=[_change(name, event.old.get(name), event.new.get(name), names) for name in _fields(event)],
        )
        for event in events
    ]


def changes(events: Sequence[CustomerEvent], clashing: Iterable[str] = ()) -> list[Change]:
    """What several events did together: each field once, from before the first to after the last."""
    names = _names(events)
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for event in events:
        for name in _fields(event):
            old.setdefault(name, event.old.get(name))
            new[name] = event.new.get(name)
    return [_change(name, old[name], new[name], names, clash=name in clashing) for name in new]


def _fields(event: CustomerEvent) -> list[str]:
    order = [*(f.name for f in Customer._meta.fields), "contact_points"]
    present = {*event.old, *event.new}
    return [name for name in order if name in present] + sorted(present - set(order))


def _names(events: Iterable[CustomerEvent]) -> dict[tuple[str, int], str]:
    """The names behind the ids that the events hold."""
    wanted: dict[str, set[int]] = {name: set() for name in RELATED}
    for event in events:
        for values in (event.old, event.new):
            for name in RELATED:
                if isinstance(pk := values.get(name), int):
                    wanted[name].add(pk)
    return {
        (name, row.pk): str(row)
        for name, model in RELATED.items()
        if wanted[name]
        for row in model._default_manager.filter(pk__in=wanted[name])
    }


def _change(name: str, old: Any, new: Any, names: dict[tuple[str, int], str], clash: bool = False) -> Change:
    return Change(name, _label(name), _said(name, old, names), _said(name, new, names), clash)


def _label(name: str) -> Any:
    if name in LABELS:
        return LABELS[name]
    # A field of another time: its own name is better than none.
    return next((field.verbose_name for field in Customer._meta.fields if field.name == name), name)


CHOICES: dict[str, type[models.TextChoices]] = {"kind": Customer.Kind, "lifecycle": Customer.Lifecycle}


def _said(name: str, value: Any, names: dict[tuple[str, int], str]) -> str:
    if value in (None, "", []):
        return ""
    if name in RELATED:
        return names.get((name, value), str(value))
    if name == "contact_points":
        return ", ".join(_point(point) for point in value)
    if name == "source":
        return str(SOURCES.get(value, value))
    if name == "channel" and value == "email":
        return _("E-mail")
    choices = dict(settings.LANGUAGES if name == "language" else CHOICES[name].choices if name in CHOICES else ())
    return str(choices.get(value, value))


def _point(point: dict[str, Any]) -> str:
    value = point["value"]
    if point["kind"] == ContactPoint.Kind.PHONE and (known := phones.read(value)):
        value = phones.shown(known.normalised)
    return _("%(value)s (preferred)") % {"value": value} if point.get("preferred") else value
