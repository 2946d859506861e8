"""Badges and lengths of the health page."""

from datetime import timedelta

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.look.templatetags.look import icon
from crm.look.words import duration

register = template.Library()


def _badge(tone: str, sign: str, words: str) -> SafeString:
    return format_html('<span class="rv-badge {}">{}{}</span>', tone, icon(sign), words)


@register.simple_tag
def link_ok() -> SafeString:
    return _badge("ok", "check", _("holds"))


@register.simple_tag
def link_bad() -> SafeString:
    return _badge("bad", "alert-triangle", _("stands still"))


@register.simple_tag
def link_unknown() -> SafeString:
    """A link that nothing can be said about, because one before it stands still."""
    return _badge("", "help-circle", _("no sign"))


@register.simple_tag
def link_warn(failed: int) -> SafeString:
    return _badge("warn", "alert-triangle", _("%(count)s failed") % {"count": f"{failed:,}"})


@register.filter
def seconds(value: int | None) -> str:
    """A number of seconds as a length of time."""
    return "" if value is None else duration(timedelta(seconds=value))
