"""The history of a case for people: each event with its letter, the rows it names, and its words in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import clocks
from complaints.models import Category, Complaint, ComplaintEvent, ComplaintMessage, Severity
from crm.look.words import moment
from crm.staff.models import Team, User

CUSTOMER, INTERNAL, STATUS = "customer", "internal", "status"

GROUPS = {
    "received": CUSTOMER,
    "wrote": CUSTOMER,
    "customer_wrote": CUSTOMER,
    "promised": CUSTOMER,
    "kept": CUSTOMER,
    "noted": INTERNAL,
    "edited": INTERNAL,
    "assigned": INTERNAL,
    "taken": INTERNAL,
    "handed_over": INTERNAL,
}
ICONS = {  # icon and tone: accent when the customer spoke, amber where somebody must do something
    "received": ("message-report", "acc"),
    "edited": ("edit", ""),
    "acknowledged": ("check", ""),
    "started": ("player-play", ""),
    "waiting": ("player-pause", ""),
    "resumed": ("player-play", ""),
    "resolved": ("check", "ok"),
    "closed": ("check", "ok"),
    "reopened": ("arrow-back-up", "warn"),
    "assigned": ("user", ""),
    "taken": ("user-check", ""),
    "handed_over": ("arrows-exchange", "warn"),
    "wrote": ("mail", ""),
    "customer_wrote": ("mail", "acc"),
    "promised": ("calendar-check", ""),
    "kept": ("check", ""),
    "reckoned": ("clock", ""),
    "overdue": ("alert-triangle", "bad"),
    "noted": ("lock", ""),
}
FIELDS = {
    "kind": gettext_lazy("Kind of case"),
    "category": gettext_lazy("Category"),
    "severity": gettext_lazy("Severity"),
    "subject": gettext_lazy("Subject"),
    "description": gettext_lazy("In the customer’s words"),
    "wish": gettext_lazy("Wish"),
    "purchase": gettext_lazy("Purchase"),
}
WHY = {
    "severity": gettext_lazy("because of the other severity"),
    "team": gettext_lazy("by the hours of the other team"),
    "pause": gettext_lazy("by the working time that was waited"),
    "settings": gettext_lazy("because hours or deadlines were changed in the settings"),
}
LONGEST_CHANGE = 60


@dataclass(frozen=True)
class Names:
    """The rows that events name by id, looked up once a page."""

    people: dict[int, str] = field(default_factory=dict)
    teams: dict[int, str] = field(default_factory=dict)
    severities: dict[int, str] = field(default_factory=dict)
    categories: dict[int, str] = field(default_factory=dict)

    def of(self, name: str, value: Any) -> str:
        """The value of a field in words."""
        known = {"owner": self.people, "team": self.teams, "severity": self.severities, "category": self.categories}
        if value in (None, ""):
            return "—"
        if name in known:
            return known[name].get(value, "—")
        if name == "kind" and value in Complaint.Kind.values:
            return str(Complaint.Kind(value).label)
        text = str(value)
        return text if len(text) <= LONGEST_CHANGE else f"{text[:LONGEST_CHANGE]}…"


@dataclass(frozen=True)
class Item:
    """One event, and the letter that belongs to it."""

    event: ComplaintEvent
    letter: ComplaintMessage | None
    group: str
    names: Names


@dataclass(frozen=True)
class Words:
    """How an item reads: what, by whom, a line of detail, and what was said."""

    title: str
    who: str
    text: str
    quote: str
    icon: str
    tone: str


def history_of(complaint: Complaint) -> list[Item]:
    """Everything that happened to the case, the latest first."""
    events = list(complaint.events.select_related("actor").order_by("-at", "-pk"))
    letters = list(complaint.messages.select_related("message", "by"))
    by_pk = {letter.pk: letter for letter in letters}
    automatic = {(letter.kind, letter.at): letter for letter in letters if letter.kind != ComplaintMessage.Kind.LETTER}
    names = _names(events)
    items = []
    for event in events:
        letter = by_pk.get(event.new.get("message"))
        if event.what == "received":
            letter = automatic.get((ComplaintMessage.Kind.RECEIPT, event.at))
        elif event.what == "resolved":
            letter = automatic.get((ComplaintMessage.Kind.RESOLUTION, event.at))
        items.append(Item(event, letter, GROUPS.get(event.what, STATUS), names))
    return items


def _names(events: Iterable[ComplaintEvent]) -> Names:
    seen: dict[str, set[int]] = {"owner": set(), "team": set(), "severity": set(), "category": set()}
    for event in events:
        for values in (event.old, event.new):
            for name, ids in seen.items():
                if isinstance(values.get(name), int):
                    ids.add(values[name])
            if isinstance(values.get("told"), int):
                seen["owner"].add(values["told"])
    tables = {"owner": User, "team": Team, "severity": Severity, "category": Category}
    found = {
        name: {pk: str(row) for pk, row in tables[name]._default_manager.in_bulk(ids).items()} if ids else {}
        for name, ids in seen.items()
    }
    return Names(found["owner"], found["team"], found["severity"], found["category"])


def _when(text: Any) -> str:
    value = parse_datetime(text) if isinstance(text, str) else text
    return moment(value, timezone.now()) if value else ""


def words_of(item: Item) -> Words:
    event = item.event
    icon, tone = ICONS.get(event.what, ("point", ""))
    quote = ""
    if item.letter is not None and event.what in ("wrote", "customer_wrote"):
        quote = item.letter.body
    elif event.what == "noted":
        quote = event.note
    return Words(_title(item), _who(event), _text(item), quote, icon, tone)


def _who(event: ComplaintEvent) -> str:
    if event.actor is not None:
        return str(event.actor)
    if event.via == "public":
        return _("the customer")
    return _("by itself")


def _title(item: Item) -> str:
    event, names = item.event, item.names
    new, old = event.new, event.old
    match event.what:
        case "received":
            return _("Taken in") if event.via != "public" else _("Came in on the public page")
        case "edited":
            return _("Corrected")
        case "acknowledged":
            return _("Acknowledged")
        case "started":
            return _("Work began")
        case "waiting":
            return _("Waiting for the customer; the clock stands")
        case "resumed":
            return _("The clock goes on")
        case "resolved":
            return _("Resolved in time") if new.get("in_time", True) else _("Resolved, late")
        case "closed":
            return _("Closed")
        case "reopened":
            return _("Reopened, round %(round)s") % {"round": new.get("round", "")}
        case "assigned":
            return _("Given to %(name)s") % {"name": names.of("owner", new.get("owner"))}
        case "taken":
            return _("Taken over")
        case "handed_over":
            if "team" in new:
                return _("Handed over from %(old)s to %(new)s") % {
                    "old": names.of("team", old.get("team")),
                    "new": names.of("team", new.get("team")),
                }
            return _("Given back to the team’s queue")
        case "wrote":
            return _("Letter to the customer")
        case "customer_wrote":
            return _("The customer wrote")
        case "promised":
            return _("Promised until %(when)s") % {"when": _when(new.get("due_at"))}
        case "kept":
            return _("Promise kept, late") if new.get("late") else _("Promise kept")
        case "reckoned":
            return _("Clocks reckoned again")
        case "overdue":
            if new.get("clock") == clocks.ACKNOWLEDGE:
                return _("Not acknowledged in time")
            return _("Not resolved in time")
        case "noted":
            return _("Note among us")
    return event.what


def _text(item: Item) -> str:
    event, names = item.event, item.names
    new, old = event.new, event.old
    match event.what:
        case "edited":
            return "; ".join(
                _("%(field)s: %(old)s → %(new)s")
                % {
                    "field": FIELDS.get(name, name),
                    "old": names.of(name, old.get(name)),
                    "new": names.of(name, new[name]),
                }
                for name in new
            )
        case "acknowledged" | "started" | "resolved" if "owner" in new:
            return _("It is %(name)s’s from now on.") % {"name": names.of("owner", new["owner"])} + _note(event)
        case "waiting" if new.get("until"):
            return event.note + " " + _("(until %(when)s at the latest)") % {"when": _when(new["until"])}
        case "reckoned":
            moved = []
            if "acknowledge_due_at" in new:
                moved.append(_("acknowledge until %(when)s") % {"when": _when(new["acknowledge_due_at"])})
            if "resolve_due_at" in new:
                moved.append(_("resolve until %(when)s") % {"when": _when(new["resolve_due_at"])})
            why = str(WHY.get(new.get("why", ""), ""))
            return _("%(moved)s, %(why)s") % {"moved": ", ".join(moved), "why": why} if moved else why
        case "overdue":
            if new.get("told"):
                return _("%(name)s was told.") % {"name": names.of("owner", new["told"])}
            return _("The team has no lead to tell.")
        case "noted":
            return ""
    return event.note


def _note(event: ComplaintEvent) -> str:
    return f" {event.note}" if event.note else ""
