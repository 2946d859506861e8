"""How cases are shown on pages: the panel of the customer page, states, clocks, the history in words, whether a letter arrived."""

from datetime import timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from complaints import clocks, permissions
from complaints.history import Item, words_of
from complaints.models import Complaint, ComplaintMessage, Status
from complaints.standing import PREFETCHED, RELATED, Standing, with_clocks
from crm.look import words
from crm.look.templatetags.look import badge, status
from crm.outbox.models import State
from customers import contact_guard

register = template.Library()

TONES = {
    Status.NEW: "new",
    Status.ACKNOWLEDGED: "work",
    Status.IN_PROGRESS: "work",
    Status.WAITING: "wait",
    Status.RESOLVED: "done",
    Status.CLOSED: "done",
}
SHOWN = 5


@register.inclusion_tag("complaints/_panel.html", takes_context=True)
def complaint_panel(context: Any, customer: Any) -> dict[str, Any]:
    """Cases of this customer that the reader may see: the open ones first, by their clocks, then the latest settled ones."""
    user = context["request"].user
    rows = Complaint.objects.none()
    if permissions.can_read_any(user):
        rows = Complaint.objects.visible_to(user).filter(customer=customer)
    listed = rows.with_clock_order().select_related("owner", *RELATED).prefetch_related(*PREFETCHED)
    shown = list(listed.open().order_by("clock_order", "pk")[:SHOWN])
    settled = (
        list(listed.resolved().order_by("-resolved_at", "-pk")[: SHOWN - len(shown)]) if len(shown) < SHOWN else []
    )
    return {
        "rows": with_clocks([*shown, *settled], Standing(timezone.now())),
        "may_read": permissions.can_read_any(user),
        "may_take_in": permissions.can_take_in(user),
        "customer": customer,
        "request": context["request"],
    }


@register.simple_tag
def complaint_status(complaint: Complaint) -> SafeString:
    return status(complaint.status, complaint.get_status_display(), TONES[Status(complaint.status)])


@register.filter
def clock_name(reading: clocks.Reading) -> str:
    return _("Acknowledge") if reading.name == clocks.ACKNOWLEDGE else _("Resolve")


@register.simple_tag
def clock_left(reading: clocks.Reading) -> SafeString:
    """What is left in working time, or how it ended; the exact time on hover."""
    exact = words.exact(reading.due_at, timezone.now())
    if reading.state == "met":
        return format_html('<span class="rv-badge ok" title="{}">{}</span>', exact, _("on time"))
    if reading.state == "missed":
        late = (
            _("late by %(duration)s") % {"duration": words.duration(reading.over, working=True)}
            if reading.over
            else _("late")
        )
        return format_html('<span class="rv-badge bad" title="{}">{}</span>', exact, late)
    if reading.state == "paused":
        return format_html('<span class="t3">{}</span>', _("clock stopped"))
    tone = {"overdue": "bad b", "soon": "warn b"}.get(reading.state, "")
    left = -reading.over if reading.state == "overdue" else reading.left
    text = (
        words.left(left, working=True)
        if left
        else _("overdue")
        if reading.state == "overdue"
        else words.left(left, working=True)
    )
    return format_html(
        '<time class="{}" datetime="{}" title="{}">{}</time>', tone, reading.due_at.isoformat(), exact, text
    )


CLOCK_BADGES = {
    "met": ("ok", "check"),
    "missed": ("bad", "alert-triangle"),
    "running": ("acc", "clock"),
    "soon": ("warn", "clock"),
    "overdue": ("bad", "alert-triangle"),
    "paused": ("", "player-pause"),
}


@register.inclusion_tag("complaints/_clock.html")
def clock_cell(reading: clocks.Reading) -> dict[str, Any]:
    """One clock of the strip: name, how it stands, the share that is used, target and time."""
    tone, icon = CLOCK_BADGES[reading.state]
    state = {
        "met": _("on time"),
        "missed": _("late"),
        "running": _("running"),
        "soon": _("soon due"),
        "overdue": _("overdue"),
        "paused": _("stopped"),
    }[reading.state]
    if reading.state in ("met", "missed"):
        took = _("took %(duration)s") % {"duration": words.duration(reading.used, working=True)}
        figure = took if reading.used >= timedelta(minutes=1) else _("at once")
    elif reading.state == "overdue":
        figure = words.left(-reading.over, working=True) if reading.over else _("overdue")
    else:
        figure = words.left(reading.left, working=True)
    now = timezone.now()
    values = {
        "target": words.duration(reading.target, working=True),
        "when": words.moment(reading.done_at or reading.due_at, now),
    }
    if reading.done_at:
        line = _("target %(target)s · done %(when)s") % values
    elif reading.state == "paused":
        line = _("target %(target)s · stands while we wait") % values
    else:
        line = _("target %(target)s · due %(when)s") % values
    return {
        "reading": reading,
        "tone": tone,
        "icon": icon,
        "state": state,
        "figure": figure,
        "line": line,
        "loud": {"soon": "warn", "overdue": "bad"}.get(reading.state, ""),
        "meter": {"met": "ok", "missed": "bad", "soon": "warn", "overdue": "bad"}.get(reading.state, ""),
        "plain": reading.state in ("met", "missed", "paused"),
    }


@register.simple_tag
def arrival(letter: ComplaintMessage) -> SafeString | str:
    """Whether a letter of ours arrived, as far as mail can say."""
    if letter.direction == ComplaintMessage.Direction.IN:
        return ""
    if letter.refusal:
        reason = contact_guard.REASONS.get(letter.refusal, letter.refusal)
        return badge(_("Not sent: %(reason)s") % {"reason": reason}, "warn")
    if letter.message is None:
        return ""
    state, finished_at = letter.message.state, letter.message.finished_at
    if state == State.SENT and finished_at:
        when = words.moment(finished_at, timezone.now())
        return badge(_("Delivered to the mail server %(when)s") % {"when": when}, "ok")
    if state == State.FAILED:
        return badge(
            _("Not delivered: %(reason)s") % {"reason": letter.message.last_error or _("unknown reason")}, "bad"
        )
    if state == State.CANCELLED:
        return badge(_("Cancelled before it was sent"))
    if letter.message.last_error:
        return badge(_("Tried, will be tried again"), "warn")
    return badge(_("On its way"))


@register.inclusion_tag("complaints/_event.html")
def history_item(item: Item) -> dict[str, Any]:
    return {"item": item, "event": item.event, "letter": item.letter, "words": words_of(item)}
