"""What every page says about the chain: a banner when it stands still, and the line at the foot of the menu."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from crm.look.frame import Banner
from crm.look.words import duration
from crm.outbox.health import Pulse, pulse
from crm.outbox.permissions import can_see_messages


def pulse_of(request: HttpRequest) -> Pulse:
    """Asked once a request: banner and line share the answer."""
    known = getattr(request, "_pulse", None)
    if known is None:
        known = request._pulse = pulse()  # type: ignore[attr-defined]
    return known


def banner(request: HttpRequest) -> Banner | None:
    state = pulse_of(request)
    if not state.clock_is_dead and not state.mail_is_stuck:
        return None
    url = reverse("outbox:health") if can_see_messages(request.user) else ""
    if not state.clock_is_dead:
        text = _("The oldest mail has been waiting for %(duration)s. Nothing is lost: it goes out as soon as it can.")
        return Banner("bad", _("Mails are late."), text % {"duration": _length(state.oldest_unsent_s)}, url)
    if state.clock_age_s is None:
        text = _("The clock has not run yet. Your lists are complete: please work from them.")
        return Banner("bad", _("Reminders are late."), text, url)
    since = timezone.localtime(timezone.now() - timedelta(seconds=state.clock_age_s))
    text = _("None has gone out since %(time)s, for %(duration)s. Your lists are complete: please work from them.")
    values = {"time": f"{since:%H:%M}", "duration": _length(state.clock_age_s)}
    return Banner("bad", _("Reminders are late."), text % values, url)


def beat_line(request: HttpRequest) -> tuple[bool, Any]:
    state = pulse_of(request)
    well = not state.clock_is_dead and not state.mail_is_stuck
    words = _("Reminders on time") if well else _("Reminders late")
    if state.clock_age_s is None:
        return well, words
    checked = _("checked %(duration)s ago") if well else _("last sign %(duration)s ago")
    return well, format_html("{}<br>{}", words, checked % {"duration": _length(state.clock_age_s)})


def _length(seconds: int | None) -> str:
    return duration(timedelta(seconds=seconds or 0))
