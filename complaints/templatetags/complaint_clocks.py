"""Small words of the page of a case: the days of a clock's explanation, addresses of verbs, one of several forms."""

from datetime import timedelta
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.clocks import Day
from complaints.models import Complaint

register = template.Library()


@register.filter
def hhmm(length: timedelta) -> str:
    """Hours and minutes as a sum of hours is written: 6:50."""
    minutes = round(length.total_seconds() / 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def _span(opens: Any, closes: Any) -> str:
    midnight = closes.hour == closes.minute == 0 and closes > opens
    return f"{opens:%H:%M}–{'24:00' if midnight else f'{closes:%H:%M}'}"


@register.filter
def counted(day: Day) -> str:
    """The windows that counted on a day, or why none did."""
    if day.count.windows:
        return ", ".join(_span(opens, closes) for opens, closes in day.count.windows)
    if day.count.kind == "holiday":
        return _("holiday")
    return _("paused") if day.pauses else _("closed")


@register.filter
def paused(day: Day) -> str:
    if not day.pauses:
        return "—"
    spans = ", ".join(_span(begins, ends) for begins, ends in day.pauses)
    return _("%(spans)s, less %(time)s") % {"spans": spans, "time": hhmm(day.paused)}


@register.filter
def is_today(day: Day) -> bool:
    return day.count.on == timezone.localdate()


@register.simple_tag
def verb_url(complaint: Complaint, verb: str) -> str:
    return reverse(f"complaints:{verb}", args=[complaint.number])


@register.filter
def of(forms: dict[str, Any], verb: str) -> Any:
    return forms[verb]
