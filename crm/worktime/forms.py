"""Calendars as administrators type them: `09:00-12:00, 13:00-18:00`."""

import re
import zoneinfo
from itertools import pairwise

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.worktime.models import MIDNIGHT, CalendarDay, DayKind, Weekday, WorkCalendar, written

Hours = tuple[tuple[int, int], ...]

TIME = r"(\d{1,2})(?:[:：](\d{2}))?"
WINDOW = re.compile(rf"{TIME}\s*(?:[-–—~～至到]|to)\s*{TIME}")
BETWEEN = re.compile(r"\s*(?:[,，;；、]|\s)\s*")


def _minutes(hours: str, minutes: str | None) -> int | None:
    total = int(hours) * 60 + int(minutes or 0)
    return total if int(minutes or 0) < 60 and total <= MIDNIGHT else None


def parse_hours(text: str) -> Hours:
    """Windows in order, in minutes since midnight. ValidationError that names the part which is wrong."""
    windows: list[tuple[int, int]] = []
    rest = text.strip()
    while rest:
        match = WINDOW.match(rest)
        ends = match and BETWEEN.match(rest, match.end())
        if not match or (match.end() < len(rest) and not ends):
            raise ValidationError(
                _("“%(part)s” is not understood. Write hours such as 09:00-12:00, 13:00-18:00."), params={"part": rest}
            )
        opens, closes = _minutes(match[1], match[2]), _minutes(match[3], match[4])
        if opens is None or closes is None:
            raise ValidationError(_("There is no such time in “%(part)s”."), params={"part": match[0]})
        if closes <= opens:
            raise ValidationError(
                _(
                    "“%(part)s” closes before it opens. A night shift is written on two days: until 24:00, "
                    "and from 00:00 on the next."
                ),
                params={"part": match[0]},
            )
        windows.append((opens, closes))
        rest = rest[ends.end() if ends else match.end() :]
    windows.sort()
    for earlier, later in pairwise(windows):
        if later[0] < earlier[1]:
            raise ValidationError(
                _("%(one)s and %(other)s overlap."), params={"one": written([earlier]), "other": written([later])}
            )
    return tuple(windows)


class HoursField(forms.CharField):
    """The windows of one day as a line of text; nothing is closed."""

    def __init__(self, **kwargs) -> None:
        super().__init__(**{"required": False, "max_length": 200, **kwargs})
        self.widget.attrs.update({"placeholder": "09:00-12:00, 13:00-18:00", "autocomplete": "off", "size": 36})

    def to_python(self, value) -> Hours:
        return parse_hours(super().to_python(value))

    def validate(self, value) -> None:
        """Nothing beyond parsing: no hours are an answer."""

    def run_validators(self, value) -> None:
        """As above."""

    def prepare_value(self, value):
        return value if value is None or isinstance(value, str) else written(value)

    def has_changed(self, initial, data) -> bool:
        try:
            return tuple(initial or ()) != self.to_python(data)
        except ValidationError:
            return True


class WorkCalendarForm(forms.ModelForm):
    """A calendar with its week, one line a weekday."""

    timezone = forms.TypedChoiceField(label=gettext_lazy("Time zone"))
    hours_0 = HoursField(label=Weekday(0).label)
    hours_1 = HoursField(label=Weekday(1).label)
    hours_2 = HoursField(label=Weekday(2).label)
    hours_3 = HoursField(label=Weekday(3).label)
    hours_4 = HoursField(label=Weekday(4).label)
    hours_5 = HoursField(label=Weekday(5).label)
    hours_6 = HoursField(label=Weekday(6).label)

    class Meta:
        model = WorkCalendar
        fields = ["name_en", "name_zh", "timezone", "confirmed_years"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        zones = {name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/")}
        zones |= {"UTC", self.instance.timezone}
        self.fields["timezone"].choices = [(name, name) for name in sorted(zones)]
        self.fields["timezone"].help_text = WorkCalendar._meta.get_field("timezone").help_text
        self.fields["timezone"].initial = self.instance.timezone
        week: dict[int, list[tuple[int, int]]] = {}
        if self.instance.pk:
            for window in self.instance.windows.all():
                week.setdefault(window.weekday, []).append((window.opens, window.closes))
        for weekday in range(7):
            self.fields[f"hours_{weekday}"].initial = tuple(week.get(weekday, ()))

    def clean_confirmed_years(self) -> list[int]:
        return sorted(set(self.cleaned_data["confirmed_years"]))

    def week(self) -> dict[int, Hours]:
        return {weekday: self.cleaned_data[f"hours_{weekday}"] for weekday in range(7)}


class CalendarDayForm(forms.ModelForm):
    """One date with its hours in one line."""

    hours = HoursField(
        label=gettext_lazy("Hours"),
        help_text=gettext_lazy("A make-up working day without hours has those of the first weekday that is open."),
    )

    class Meta:
        model = CalendarDay
        fields = ["on", "kind", "name"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["hours"].initial = tuple(
                (window.opens, window.closes) for window in self.instance.windows.all()
            )

    def clean(self):
        cleaned = super().clean()
        kind, hours = cleaned.get("kind"), cleaned.get("hours")
        if kind == DayKind.HOLIDAY and hours:
            self.add_error("hours", _("A holiday has no hours. For a short day choose “other hours than usual”."))
        if kind == DayKind.SHIFT and hours == ():
            self.add_error("hours", _("Which hours? A day without any is a holiday."))
        if self.has_changed():
            self.instance.loaded_from = ""  # from now on a person's word, which no list of holidays changes
        return cleaned


class CalendarDayFormSet(forms.BaseInlineFormSet):
    """A calendar says one thing about a date: the second one is told so at its date."""

    def clean(self) -> None:
        typed = [
            (form, form.cleaned_data["on"])
            for form in self.forms
            if getattr(form, "cleaned_data", {}).get("on") and not self._should_delete_form(form)
        ]
        here = [form.instance.pk for form in self.forms if form.instance.pk]
        elsewhere = CalendarDay.objects.filter(calendar=self.instance.pk, on__in=[on for _form, on in typed])
        seen = set(elsewhere.exclude(pk__in=here).values_list("on", flat=True)) if self.instance.pk else set()
        for form, on in typed:
            if on in seen:
                form.add_error("on", _("The calendar already says something about this date."))
            seen.add(on)

    def validate_unique(self) -> None:
        """Done by `clean`, at the field."""
