"""How times, durations, numbers and money are said: pure functions, in the active language."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.bilingual import is_chinese

MINUTE, HOUR, DAY = 60, 3600, 86400
SIGNS = {"CNY": "¥", "GBP": "£", "EUR": "€", "USD": "$", "HKD": "HK$", "TWD": "NT$", "JPY": "JP¥", "KRW": "₩"}
WITHOUT_CENTS = {"JPY", "KRW", "VND"}


def duration(delta: timedelta, *, working: bool = False) -> str:
    """A length of time in its two largest units: "28 min", "3 h 10", "2 d 4 h"; the sign is not said.

    `working` time is said in hours only: nobody knows how long a working day is.
    """
    seconds = int(abs(delta).total_seconds())
    if seconds < MINUTE:
        return pgettext("duration", "%(seconds)d s") % {"seconds": seconds}
    days, rest = (0, seconds) if working else divmod(seconds, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes = rest // MINUTE
    if days >= 7 or (days and not hours):
        return pgettext("duration", "%(days)d d") % {"days": days}
    if days:
        return pgettext("duration", "%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    if hours and minutes:
        # "1 h 05" reads as a time of day does; 1 小时 5 分 does not.
        padded = str(minutes) if is_chinese() else f"{minutes:02d}"
        return pgettext("duration", "%(hours)d h %(minutes)s") % {"hours": hours, "minutes": padded}
    if hours:
        return pgettext("duration", "%(hours)d h") % {"hours": hours}
    return pgettext("duration", "%(minutes)d min") % {"minutes": minutes}


def rough(delta: timedelta) -> str:
    """A length of time in its largest unit: "28 min", "3 h", "2 d"."""
    seconds = int(abs(delta).total_seconds())
    unit = DAY if seconds >= DAY else HOUR if seconds >= HOUR else MINUTE
    return duration(timedelta(seconds=seconds - seconds % unit)) if seconds >= MINUTE else duration(delta)


def relative(dt: datetime, now: datetime) -> str:
    """How far `dt` is from `now`: "just now", "2 h ago", "in 3 d"; a date when it is more than 30 days away."""
    delta = dt - now
    seconds = delta.total_seconds()
    if abs(seconds) > 30 * DAY:
        return day(dt, now)
    if abs(seconds) < MINUTE:
        return _("just now") if seconds <= 0 else _("in a moment")
    if seconds < 0:
        return _("%(duration)s ago") % {"duration": rough(delta)}
    return _("in %(duration)s") % {"duration": rough(delta)}


def left(delta: timedelta, *, working: bool = False) -> str:
    """What remains until a deadline, or by how much it has passed: "28 min left", "3 h 10 overdue"."""
    said = {"duration": duration(delta, working=working)}
    return (_("%(duration)s overdue") if delta.total_seconds() < 0 else _("%(duration)s left")) % said


def weekday(on: date) -> str:
    """The short name of the weekday."""
    names = (
        pgettext("weekday", "Mon"),
        pgettext("weekday", "Tue"),
        pgettext("weekday", "Wed"),
        pgettext("weekday", "Thu"),
        pgettext("weekday", "Fri"),
        pgettext("weekday", "Sat"),
        pgettext("weekday", "Sun"),
    )
    return names[on.weekday()]


MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def _local(moment: date | datetime) -> date | datetime:
    return timezone.localtime(moment) if isinstance(moment, datetime) and timezone.is_aware(moment) else moment


def day(moment: date | datetime, now: datetime) -> str:
    """A date with its weekday, in the reader's zone; the year only where it is another one."""
    on, today = _local(moment), _local(now)
    if is_chinese():
        year = "" if on.year == today.year else f"{on.year} 年 "
        return f"{year}{on.month} 月 {on.day} 日 {weekday(on)}"
    year = "" if on.year == today.year else f" {on.year}"
    return f"{weekday(on)} {on.day} {MONTHS[on.month - 1]}{year}"


def exact(moment: datetime, now: datetime) -> str:
    """Weekday, date and time in the reader's zone: "Tue 17 Nov 10:42", 11 月 17 日 周二 10:42."""
    return f"{day(moment, now)} {_local(moment):%H:%M}"


def moment(at: datetime, now: datetime) -> str:
    """As `exact`, but with the words for the days around now: "today 10:42", "tomorrow 09:00"."""
    local, here = timezone.localtime(at), timezone.localtime(now)
    distance = (local.date() - here.date()).days
    if distance not in (-1, 0, 1):
        return exact(at, now)
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}[distance]
    return f"{near} {local:%H:%M}"


def number(value: float | Decimal | None, decimals: int | None = None) -> str:
    """A number with thousands separators; the same figures in both languages. A real minus sign."""
    if value is None:
        return ""
    if decimals is None and isinstance(value, Decimal):
        text = f"{value.normalize():,f}"
    elif decimals is None:
        text = f"{value:,}"
    else:
        text = f"{value:,.{decimals}f}"
    return text.replace("-", "−")


def money(amount: Decimal | float | None, currency: str = "", whole: bool = False) -> str:
    """An amount with its currency in front: "£1,234.50"; an unknown currency by its code."""
    if amount is None:
        return ""
    figures = number(Decimal(amount), 0 if whole or currency in WITHOUT_CENTS else 2)
    sign = SIGNS.get(currency, f"{currency} " if currency else "")
    return f"−{sign}{figures[1:]}" if figures.startswith("−") else f"{sign}{figures}"


def phone(raw: str) -> str:
    """A telephone number spaced as it is spoken: Chinese mobile numbers as 138 0013 8000, others as they are stored."""
    text = raw.strip()
    digits = text.removeprefix("+86").replace(" ", "").replace("-", "")
    if len(digits) == 11 and digits.isdigit() and digits.startswith("1"):
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    return text
