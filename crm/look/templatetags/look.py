"""Tags and filters of every page: icons, times, clocks, money, states, and links that keep the address."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.look import frame, words

register = template.Library()

DOTS = {"new": "ring", "work": "acc", "wait": "", "done": "ok", "bad": "bad", "warn": "warn"}
SOON = timedelta(hours=1)


@lru_cache(maxsize=64)
def _address(path: str) -> str:
    """Where a static file lies. A page is worth more than a missing file: without a manifest entry the plain address."""
    try:
        return static(path)
    except ValueError:
        from django.conf import settings

        return f"{settings.STATIC_URL}{path}"


@register.simple_tag
def asset(path: str) -> str:
    return _address(path)


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """An icon of the sprite. It is decoration: the word stands beside it, or on the button as its label."""
    return format_html(
        '<svg class="ic{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        f" {css}" if css else "",
        _address("vendor/icons.svg"),
        name,
    )


@register.filter
def exact(value: Any) -> str:
    """Weekday, date and time (for a date: weekday and date) in the reader's zone."""
    if not value:
        return ""
    if isinstance(value, datetime):
        return words.exact(value, timezone.now())
    return words.day(value, timezone.now())


@register.filter
def day(value: Any) -> str:
    return words.day(value, timezone.now()) if value else ""


@register.filter
def moment(value: Any) -> str:
    """ "today 10:42", or weekday, date and time when it is further away than a day."""
    return words.moment(value, timezone.now()) if value else ""


@register.filter
def hours(value: timedelta | None) -> str:
    """A length of time: "3 h 10"."""
    return words.duration(value) if value is not None else ""


@register.filter
def working_hours(value: timedelta | None) -> str:
    """A length of working time, in hours however long it is: "24 h"."""
    return words.duration(value, working=True) if value is not None else ""


@register.simple_tag
def when(value: datetime | date | None, css: str = "") -> SafeString | str:
    """Relative words, the exact time on hover and for machines."""
    if not value:
        return ""
    now = timezone.now()
    if not isinstance(value, datetime):
        text, title = words.day(value, now), words.day(value, now)
    else:
        text, title = words.relative(value, now), words.exact(value, now)
    return format_html(
        '<time datetime="{}" title="{}"{}>{}</time>',
        value.isoformat(),
        title,
        format_html(' class="{}"', css) if css else "",
        text,
    )


@register.simple_tag
def clock(
    due_at: datetime | None,
    state: str = "",
    done_at: datetime | None = None,
    left: timedelta | None = None,
) -> SafeString | str:
    """A deadline in words with its colour. States: "" (running), "paused", "met", "missed".

    `left` is what remains in working time where the page knows it; without it the wall clock counts.
    """
    if state == "met":
        return format_html('<span class="rv-badge ok" title="{}">{}</span>', exact(done_at or due_at), _("on time"))
    if state == "missed":
        late = done_at - due_at if done_at and due_at else None
        text = _("late by %(duration)s") % {"duration": words.rough(late)} if late else _("late")
        return format_html('<span class="rv-badge bad" title="{}">{}</span>', exact(due_at), text)
    if state == "paused":
        return format_html('<span class="rv-clock t3">{}</span>', _("clock stopped"))
    if not due_at:
        return ""
    working = isinstance(left, timedelta)
    remaining = left if isinstance(left, timedelta) else due_at - timezone.now()
    tone = " bad b" if remaining < timedelta(0) else " warn b" if remaining < SOON else ""
    return format_html(
        '<time class="rv-clock{}" datetime="{}" title="{}">{}</time>',
        tone,
        due_at.isoformat(),
        words.exact(due_at, timezone.now()),
        words.left(remaining, working=working),
    )


@register.filter
def money(amount: Any, currency: str = "") -> str:
    return words.money(amount, currency or "")


@register.filter
def money_whole(amount: Any, currency: str = "") -> str:
    """For tiles and sums, where the pennies say nothing."""
    return words.money(amount, currency or "", whole=True)


@register.filter
def plain(value: Any) -> str:
    """A number with thousands separators; a count that stops at its cap says so itself."""
    if value is None:
        return ""
    return str(value) if not isinstance(value, int | float) and not hasattr(value, "normalize") else words.number(value)


@register.filter
def percent(value: Any, decimals: int = 0) -> str:
    """A share between 0 and 1."""
    return "" if value is None else f"{words.number(value * 100, decimals)}%"


@register.simple_tag
def status(key: str, label: Any, tone: str = "work") -> SafeString:
    """A state as dot and word. Tones: new, work, wait, done, bad."""
    return format_html(
        '<span class="rv-state{}" data-status="{}"><span class="rv-dot {}"></span>{}</span>',
        " bad" if tone == "bad" else "",
        key,
        DOTS.get(tone, ""),
        label,
    )


@register.simple_tag
def tag(text: Any, css: str = "") -> SafeString | str:
    return format_html('<span class="rv-tag{}">{}</span>', f" {css}" if css else "", text) if text else ""


@register.simple_tag
def badge(text: Any, tone: str = "") -> SafeString | str:
    return format_html('<span class="rv-badge{}">{}</span>', f" {tone}" if tone else "", text) if text else ""


@register.simple_tag(takes_context=True)
def qs(context: Any, **changes: Any) -> str:
    """The address's parameters with changes; None or "" takes one out. Changed filters begin at the first page again."""
    query = context["request"].GET.copy()
    for key in ("after", "before"):
        query.pop(key, None)
    for key, value in changes.items():
        if value in (None, ""):
            query.pop(key, None)
        else:
            query[key] = value
    return f"?{query.urlencode()}"


@register.filter
def tel(value: Any) -> SafeString | str:
    """A telephone number that can be dialled by a click."""
    text = str(value or "").strip()
    if not text:
        return ""
    digits = "".join(sign for sign in text if sign.isdigit() or sign == "+")
    return format_html('<a class="nw" href="tel:{}">{}</a>', digits, words.phone(text))


@register.inclusion_tag("components/th.html")
def th(page: Any, key: str, css: str = "") -> dict[str, Any]:
    """A column head that sorts."""
    link = next((link for link in page.sorts if link.key == key), None)
    return {"link": link, "css": css}


@register.simple_tag(takes_context=True)
def who_may(context: Any, reason: str = "") -> dict[str, Any]:
    """What the page "no access" can say: a sentence, the roles that may, and the lead who can help.

    `reason` is the text of the PermissionDenied: the name of the missing permission, or a sentence of its own.
    """
    reason = str(reason or "")
    named = re.fullmatch(r"[a-z]+\.[a-z_]+", reason)
    user = getattr(context.get("request"), "user", None)
    team = getattr(user, "team", None) if user is not None and user.is_authenticated else None
    lead = team.responsible_lead() if team is not None and hasattr(team, "responsible_lead") else None
    return {
        "sentence": "" if named else reason,
        "roles": [str(role) for role in frame.who_may(reason)] if named else [],
        "lead": lead if lead != user else None,
    }


@register.filter
def has(mapping: Any, key: Any) -> bool:
    return key in (mapping or ())


@register.filter
def error_count(form: Any) -> int:
    """How many things are to be corrected: a form's general errors are several, too."""
    return sum(len(errors) for errors in form.errors.values())
