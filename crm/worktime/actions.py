"""What changes calendars: their week, hours of a day, official holidays, which is the default one, which is retired."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.worktime.models import CalendarDay, CalendarDayWindow, DayKind, WorkCalendar, WorkWindow

Hours = Iterable[tuple[int, int]]  # from and to, in minutes since midnight


class Loaded(NamedTuple):
    """How many dates of a list of holidays were added, changed, taken back, and left because a person entered them."""

    added: int
    changed: int
    removed: int
    kept: int


def _locked(calendar_id: int) -> WorkCalendar:
    return WorkCalendar.objects.select_for_update().get(pk=calendar_id)


@transaction.atomic
def set_week(calendar_id: int, week: Mapping[int, Hours]) -> None:
    """Give the calendar these weekly hours and no others. A weekday that is missing is closed."""
    calendar = _locked(calendar_id)
    wanted = {(weekday, opens, closes) for weekday, hours in week.items() for opens, closes in hours}
    stored = {(window.weekday, window.opens, window.closes): window.pk for window in calendar.windows.all()}
    calendar.windows.filter(pk__in=[pk for key, pk in stored.items() if key not in wanted]).delete()
    WorkWindow.objects.bulk_create(
        WorkWindow(calendar=calendar, weekday=weekday, opens=opens, closes=closes)
        for weekday, opens, closes in sorted(wanted - set(stored))
    )


@transaction.atomic
def set_hours(day_id: int, hours: Hours) -> None:
    """Give a make-up working day or a shift these hours and no others."""
    day = CalendarDay.objects.select_for_update().get(pk=day_id)
    wanted = set(hours)
    stored = {(window.opens, window.closes): window.pk for window in day.windows.all()}
    day.windows.filter(pk__in=[pk for key, pk in stored.items() if key not in wanted]).delete()
    CalendarDayWindow.objects.bulk_create(
        CalendarDayWindow(day=day, opens=opens, closes=closes) for opens, closes in sorted(wanted - set(stored))
    )


@transaction.atomic
def make_default(calendar_id: int) -> WorkCalendar:
    """Let this calendar count for every team that has none of its own."""
    # All are locked in one order, so that two people who do this at once cannot wait for each other.
    calendars = {calendar.pk: calendar for calendar in WorkCalendar.objects.select_for_update().order_by("pk")}
    calendar = calendars[calendar_id]
    if calendar.retired_at:
        raise ValidationError(_("A retired calendar cannot be the default one."))
    for other in calendars.values():
        if other.is_default and other != calendar:
            other.is_default = False
            other.save(update_fields=["is_default"])
    calendar.is_default = True
    calendar.save(update_fields=["is_default"])
    return calendar


@transaction.atomic
def retire(calendar_id: int) -> WorkCalendar:
    """Offer the calendar no more. Where it is in use it goes on counting."""
    calendar = _locked(calendar_id)
    if calendar.is_default:
        raise ValidationError(_("The default calendar cannot be retired: make another one the default first."))
    if calendar.retired_at is None:
        calendar.retired_at = timezone.now()
        calendar.save(update_fields=["retired_at"])
    return calendar


@transaction.atomic
def restore(calendar_id: int) -> WorkCalendar:
    calendar = _locked(calendar_id)
    calendar.retired_at = None
    calendar.save(update_fields=["retired_at"])
    return calendar


@transaction.atomic
def load_days(
    calendar_id: int,
    *,
    year: int,
    source: str,
    days: Mapping[dt.date, tuple[DayKind, str]],
    confirmed: bool,
) -> Loaded:
    """Enter a year's official holidays and make-up working days. What a person entered or edited stays as it is."""
    calendar = _locked(calendar_id)
    stored = {day.on: day for day in calendar.days.filter(on__year=year)}
    added = changed = kept = 0
    for on, (kind, name) in sorted(days.items()):
        day = stored.pop(on, None)
        if day is None:
            CalendarDay.objects.create(calendar=calendar, on=on, kind=kind, name=name[:120], loaded_from=source)
            added += 1
        elif not day.loaded_from:
            kept += 1
        elif (day.kind, day.name) != (kind, name[:120]):
            day.kind, day.name = kind, name[:120]
            day.save(update_fields=["kind", "name"])
            changed += 1
    outdated = [day.pk for day in stored.values() if day.loaded_from == source]
    calendar.days.filter(pk__in=outdated).delete()
    if confirmed and year not in calendar.confirmed_years:
        calendar.confirmed_years = sorted({*calendar.confirmed_years, year})
        calendar.save(update_fields=["confirmed_years"])
    return Loaded(added, changed, len(outdated), kept)
