"""When somebody is at work: calendars with weekly windows, holidays, make-up working days and shifts."""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Iterable
from functools import lru_cache

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, BigIntegerRangeField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.bilingual import Bilingual
from crm.worktime.clock import Calendar

MIDNIGHT = 24 * 60


def written(windows: Iterable[tuple[int, int]]) -> str:
    """Minutes since midnight as people write hours: `09:00-12:00, 13:00-18:00`."""
    return ", ".join(f"{o // 60:02d}:{o % 60:02d}-{c // 60:02d}:{c % 60:02d}" for o, c in windows)


def house_zone() -> str:
    return settings.TIME_ZONE


def check_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone. Give one such as Asia/Shanghai."), params={"name": name}
        )


class NoCalendar(LookupError):
    """No work calendar is the default one, so that no clock can run."""


class WorkCalendarQuerySet(models.QuerySet["WorkCalendar"]):
    def active(self):
        return self.filter(retired_at__isnull=True)

    def default(self) -> "WorkCalendar":
        """The house's calendar. `migrate` ships one; it may be changed, never be missing."""
        calendar = self.filter(is_default=True).first()
        if calendar is None:
            raise NoCalendar(
                "No work calendar is the default one: run `manage.py migrate` or mark one in the settings."
            )
        return calendar


class WorkCalendar(Bilingual):
    """When a team is at work. `revision` is renewed by the database with every change of hours, days or zone."""

    timezone = models.CharField(
        _("time zone"),
        max_length=60,
        default=house_zone,
        validators=[check_time_zone],
        help_text=_("Such as Asia/Shanghai. The hours below are local to it."),
    )
    is_default = models.BooleanField(
        _("default"), default=False, help_text=_("Counts for every team that has no calendar of its own.")
    )
    confirmed_years = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("confirmed years"),
        default=list,
        blank=True,
        help_text=_("Years whose official holidays and make-up working days are known and entered."),
    )
    revision = models.UUIDField(default=uuid.uuid4, editable=False)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)

    objects = WorkCalendarQuerySet.as_manager()

    class Meta(Bilingual.Meta):
        abstract = False
        verbose_name = _("work calendar")
        verbose_name_plural = _("work calendars")
        ordering = ["-is_default", "name_en", "pk"]
        constraints = [
            *Bilingual.Meta.constraints,
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="one_default_work_calendar",
                violation_error_message=_("Another calendar is the default one."),
            ),
            models.CheckConstraint(
                condition=~Q(is_default=True, retired_at__isnull=False),
                name="default_work_calendar_in_use",
                violation_error_message=_("The default calendar cannot be retired."),
            ),
        ]

    def clock(self) -> Calendar:
        """What `crm.worktime.clock` computes with: one query when it is known to this process, three when not."""
        revision, timezone = WorkCalendar.objects.values_list("revision", "timezone").get(pk=self.pk)
        return _clock(self.pk, revision, timezone)

    def is_in_use(self) -> bool:
        """Whether anything but its own hours and days points at it: then it is retired, not deleted."""
        others = (
            rel for rel in self._meta.related_objects if rel.related_model._meta.app_label != self._meta.app_label
        )
        return any(rel.related_model._base_manager.filter(**{rel.field.name: self.pk}).exists() for rel in others)

    def is_confirmed(self, on: dt.date) -> bool:
        """Whether the holidays of that day's year are known, and not guessed."""
        return on.year in self.confirmed_years


@lru_cache(maxsize=256)
def _clock(pk: int, revision: uuid.UUID, timezone: str) -> Calendar:
    """Read anew under every revision. The database makes revisions, so no process can hold an old one for new."""
    week: dict[int, list[tuple[int, int]]] = {}
    for weekday, opens, closes in WorkWindow.objects.filter(calendar=pk).values_list("weekday", "opens", "closes"):
        week.setdefault(weekday, []).append((opens, closes))
    days: dict[tuple[dt.date, str], list[tuple[int, int]]] = {}
    rows = CalendarDay.objects.filter(calendar=pk).order_by("on", "windows__opens")
    for on, kind, opens, closes in rows.values_list("on", "kind", "windows__opens", "windows__closes"):
        windows = days.setdefault((on, kind), [])
        if opens is not None:
            windows.append((opens, closes))
    usual = next((week[weekday] for weekday in sorted(week)), [])
    return Calendar(
        timezone,
        week,
        holidays=[on for on, kind in days if kind == DayKind.HOLIDAY],
        extra_workdays={on: windows or usual for (on, kind), windows in days.items() if kind == DayKind.WORKDAY},
        shifts={on: windows for (on, kind), windows in days.items() if kind == DayKind.SHIFT},
    )


class Window(models.Model):
    """Open from `opens` until just before `closes`, in minutes since midnight: a time of day cannot say 24:00."""

    opens = models.PositiveSmallIntegerField(_("opens"))
    closes = models.PositiveSmallIntegerField(_("closes"))

    class Meta:
        abstract = True
        ordering = ["opens"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")) & Q(closes__lte=MIDNIGHT),
                name="%(app_label)s_%(class)s_closes_after_it_opens",
                violation_error_message=_("Closing must be later than opening."),
            )
        ]

    def __str__(self) -> str:
        return written([(self.opens, self.closes)])


def _apart(start: models.Expression, name: str) -> ExclusionConstraint:
    """No two windows of one day overlap. Days are laid out on one line, so that no extension is needed."""

    def edge(field: str) -> models.Expression:
        return models.ExpressionWrapper(start + F(field), output_field=models.BigIntegerField())

    line = models.Func(edge("opens"), edge("closes"), function="int8range", output_field=BigIntegerRangeField())
    return ExclusionConstraint(
        name=name,
        expressions=[(line, "&&")],
        deferrable=models.Deferrable.DEFERRED,
        violation_error_message=_("This overlaps another window of the same day."),
    )


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class WorkWindow(Window):
    """Hours of every such weekday."""

    calendar = models.ForeignKey(WorkCalendar, models.CASCADE, related_name="windows")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)

    class Meta(Window.Meta):
        abstract = False
        verbose_name = _("weekly window")
        verbose_name_plural = _("weekly windows")
        ordering = ["weekday", "opens"]
        constraints = [
            *Window.Meta.constraints,
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekday_is_one_of_seven"),
            _apart(F("calendar") * (7 * MIDNIGHT) + F("weekday") * MIDNIGHT, "weekly_windows_apart"),
        ]


class DayKind(models.TextChoices):
    HOLIDAY = "holiday", _("Holiday: closed")
    WORKDAY = "workday", _("Make-up working day")
    SHIFT = "shift", _("Other hours than usual")


class CalendarDay(models.Model):
    """What one date is instead of an ordinary weekday. A calendar says one thing about a date."""

    calendar = models.ForeignKey(WorkCalendar, models.CASCADE, related_name="days")
    on = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=10, choices=DayKind, default=DayKind.HOLIDAY)
    name = models.CharField(_("name"), max_length=120, blank=True)
    # The list of official holidays it was loaded from; loading that list again may change it. Empty: entered by hand.
    loaded_from = models.CharField(max_length=10, blank=True, editable=False)

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "on"],
                name="one_thing_about_a_date",
                deferrable=models.Deferrable.DEFERRED,  # two dates may change places in one go
                violation_error_message=_("The calendar already says something about this date."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.name}".strip()


class CalendarDayWindow(Window):
    """Hours of one make-up working day (none: those of the first weekday that is open) or of one shift."""

    day = models.ForeignKey(CalendarDay, models.CASCADE, related_name="windows")

    class Meta(Window.Meta):
        abstract = False
        verbose_name = _("window of a special day")
        verbose_name_plural = _("windows of a special day")
        constraints = [*Window.Meta.constraints, _apart(F("day") * MIDNIGHT, "windows_of_a_day_apart")]
