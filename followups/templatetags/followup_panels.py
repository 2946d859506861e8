"""How follow-ups are shown on pages: the panel of the customer page, due times, states, icons, history."""

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from crm.look.templatetags.look import icon, moment, status
from crm.look.words import exact, left, relative
from crm.staff.models import Team, User
from customers import phones, timeline_kinds
from followups import permissions
from followups.models import FollowUp, FollowUpEvent, Kind, Outcome

register = template.Library()

ICONS: dict[str, str] = {Kind.CALL: "phone", Kind.VISIT: "map-pin", Kind.MESSAGE: "message"}
EVENT_ICONS = {
    "created": "plus",
    "tried": "phone",
    "done": "check",
    "cancelled": "x",
    "moved": "clock",
    "assigned": "arrow-right",
    "taken": "user",
    "escalated": "alert-triangle",
}
SHOWN = 5


@register.inclusion_tag("followups/_panel.html", takes_context=True)
def followup_panel(context, customer) -> dict:
    user = context["request"].user
    rows = (
        FollowUp.objects.visible_to(user)
        .open()
        .filter(customer=customer)
        .select_related("plan_step")
        .order_by("due_at", "pk")[:SHOWN]
    )
    return {
        "rows": list(rows),
        "customer": customer,
        "may_create": permissions.can_create(user),
        "request": context["request"],
    }


@register.simple_tag
def timeline_words(entry) -> str:
    """What an entry of the customer's timeline says, in one line."""
    kind = timeline_kinds.get(entry.kind)
    sentence = kind.sentence(entry) if kind else entry.subject
    return f"{sentence}: {entry.subject}" if entry.subject and entry.subject not in sentence else sentence


@register.filter
def spoken(point) -> str:
    """A telephone number with the spaces with which it is read out."""
    return phones.shown(point.normalised) or point.value


@register.simple_tag
def followup_icon(kind: str) -> str:
    return icon(ICONS.get(kind, "phone"))


@register.simple_tag
def due(row: FollowUp) -> str:
    """Overdue in red, due now in amber, the rest plain; what is finished says when."""
    now = timezone.now()
    if row.finished_at:
        return format_html('<time datetime="{}">{}</time>', row.finished_at.isoformat(), moment(row.finished_at))
    if row.overdue_at <= now:
        tone, words = "bad b", left(row.overdue_at - now)
    elif row.due_at <= now:
        tone, words = "warn b", _("due now")
    else:
        tone, words = "", relative(row.due_at, now)
    return format_html(
        '<time class="{}" datetime="{}" title="{}">{}</time>',
        tone,
        row.due_at.isoformat(),
        exact(row.due_at, now),
        words,
    )


@register.simple_tag
def followup_status(row: FollowUp) -> str:
    if row.status == FollowUp.Status.OPEN and row.overdue_at <= timezone.now():
        return status("overdue", _("Overdue"), "bad")
    tone = {"open": "work", "done": "done", "cancelled": "wait"}[row.status]
    return status(row.status, row.get_status_display(), tone)


@register.simple_tag
def result(row: FollowUp) -> str:
    """The outcome of the last attempt in words, or the sentence that somebody typed."""
    return str(Outcome(row.result).label) if row.result in Outcome.values else row.result


@register.inclusion_tag("components/timeline_item.html")
def event_item(event: FollowUpEvent) -> dict:
    return {
        "icon": EVENT_ICONS.get(event.what, "point"),
        "title": _title(event),
        "who": event.actor or _("by itself"),
        "text": event.new.get("reason") or event.new.get("note") or "",
        "at": event.at,
    }


def _title(event: FollowUpEvent) -> str:
    new = event.new
    if event.what == "created":
        return _("Created, due %(when)s") % {"when": _moment(new.get("due_at"))}
    if event.what == "tried":
        outcome = new.get("outcome", "")
        label = Outcome(outcome).label if outcome in Outcome.values else outcome
        return _("%(outcome)s, next try %(when)s") % {"outcome": label, "when": _moment(new.get("next_at"))}
    if event.what == "done":
        outcome = new.get("outcome", "")
        return _("Done: %(outcome)s") % {"outcome": Outcome(outcome).label} if outcome in Outcome.values else _("Done")
    if event.what == "cancelled":
        return _("Cancelled")
    if event.what == "moved":
        return _("Moved to %(when)s") % {"when": _moment(new.get("due_at"))}
    if event.what in ("assigned", "taken"):
        owner = User.objects.filter(pk=new.get("owner")).first() if new.get("owner") else None
        if owner:
            return (
                _("Given to %(name)s") % {"name": owner}
                if event.what == "assigned"
                else _("Taken by %(name)s") % {"name": owner}
            )
        team = Team.objects.filter(pk=new.get("team")).first() if new.get("team") else None
        return _("Put into the queue of %(team)s") % {"team": team or ""}
    if event.what == "escalated":
        return _("The lead was told that it is overdue")
    return event.what


def _moment(text: str | None) -> str:
    from django.utils.dateparse import parse_datetime

    value = parse_datetime(text) if text else None
    return moment(value) if value else ""
