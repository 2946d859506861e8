"""Small pieces of the customers' pages: telephone links, the caller card, cells of added columns."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.look import words
from customers import phones

register = template.Library()


@register.filter
def phone_link(point: Any) -> SafeString | str:
    """A contact point's telephone, spaced as it is spoken, to be dialled by a click; others as they stand."""
    if point.kind != "phone":
        return point.value
    dial = point.normalised.replace(";ext=", ",")  # a comma pauses before the extension
    return format_html('<a class="nw" href="tel:{}">{}</a>', dial, phones.shown(point.normalised))


@register.filter
def reach_link(point: Any) -> SafeString | str:
    """How a contact point is shown: a number to dial, an address to write to, or the words."""
    if point.kind == "phone":
        return phone_link(point)
    if point.kind == "email":
        return format_html('<a href="mailto:{}">{}</a>', point.normalised, point.value)
    return point.value


@register.simple_tag
def ago(value: datetime | None) -> SafeString | str:
    """How long ago, in one short unit, so that a column of them can be compared; a plain date beyond a year."""
    if value is None:
        return ""
    now = timezone.now()
    distance = now - value
    if distance > timedelta(days=365):
        text = f"{timezone.localtime(value):%Y-%m-%d}"
    elif distance < timedelta(minutes=1):
        text = words.relative(value, now)
    else:
        text = _("%(duration)s ago") % {"duration": words.rough(distance)}
    return format_html(
        '<time class="nw" datetime="{}" title="{}">{}</time>', value.isoformat(), words.exact(value, now), text
    )


@register.filter
def of_kind(points: list[Any], kind: str) -> list[Any]:
    return [point for point in points if point.kind == kind]


@register.filter
def at(mapping: dict[Any, Any], key: Any) -> Any:
    return mapping.get(key)


@register.filter
def initials(customer: Any) -> str:
    """For the circle before the name: two letters, or the last two characters of a Chinese name."""
    name = customer.name.strip()
    if not name:
        return "#"
    parts = name.split()
    if name.isascii() and len(parts) > 1:
        return (parts[0][0] + parts[-1][0]).upper()
    return name[:2].upper() if name.isascii() else name[-2:]
