"""Calendars in the settings: hours typed as people write them, and what they come to."""

import datetime as dt

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.look.bounded import BoundedAdmin
from crm.worktime import actions, clock
from crm.worktime.forms import CalendarDayForm, CalendarDayFormSet, WorkCalendarForm
from crm.worktime.models import CalendarDay, WorkCalendar, written

PREVIEW_DAYS = 14
PREVIEW_TARGET = dt.timedelta(hours=4)


def preview_of(calendar: WorkCalendar, at: dt.datetime) -> dict:
    """What the calendar makes of four working hours from `at`, and of the days to come."""
    hours = calendar.clock()
    today = hours.local(at).date()
    names = dict(calendar.days.filter(on__gte=today).values_list("on", "name"))
    days = []
    for on in (today + dt.timedelta(days=ahead) for ahead in range(PREVIEW_DAYS)):
        windows = [(opens // clock.MINUTE, closes // clock.MINUTE) for opens, closes in hours.hours_on(on)]
        days.append({"on": on, "hours": written(windows), "kind": hours.kind_of(on), "name": names.get(on, "")})
    try:
        due = clock.due_at(at, PREVIEW_TARGET, hours)
    except clock.NoOpenTime:
        due = None
    unconfirmed = [year for year in (today.year, today.year + 1) if year not in calendar.confirmed_years]
    return {
        "at": hours.local(at).replace(tzinfo=None),  # as the calendar's own clock shows it
        "due": due and due.replace(tzinfo=None),
        "zone": calendar.timezone,
        "days": days,
        "unconfirmed": unconfirmed,
    }


class CalendarDayInline(BoundedAdmin, admin.TabularInline):
    """From today on: earlier ones are in the list of special days."""

    model = CalendarDay
    form = CalendarDayForm
    formset = CalendarDayFormSet
    fields = ["on", "kind", "name", "hours"]
    extra = 1

    def get_queryset(self, request):
        return super().get_queryset(request).filter(on__gte=timezone.localdate()).prefetch_related("windows")


class OfferedFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("offered", _("Offered")), ("retired", _("Retired"))]

    def queryset(self, request, queryset):
        if self.value() not in ("offered", "retired"):
            return queryset
        return queryset.filter(retired_at__isnull=self.value() == "offered")


@admin.register(WorkCalendar)
class WorkCalendarAdmin(admin.ModelAdmin):
    form = WorkCalendarForm
    inlines = [CalendarDayInline]
    list_display = ["name", "timezone", "per_week", "is_default", "confirmed", "in_use"]
    list_filter = [OfferedFilter]
    search_fields = ["name_en", "name_zh"]
    readonly_fields = ["is_default", "preview"]
    actions = ["make_default", "retire", "restore"]
    fieldsets = [
        (None, {"fields": ["name_en", "name_zh", "timezone", "is_default"]}),
        (
            _("Hours of the week"),
            {
                "fields": [f"hours_{weekday}" for weekday in range(7)],
                "description": _("Such as 09:00-12:00, 13:00-18:00; until midnight is 24:00; empty is closed."),
            },
        ),
        (_("Holidays"), {"fields": ["confirmed_years"]}),
        (_("What it comes to"), {"fields": ["preview"]}),
    ]

    @admin.display(description=_("name"))
    def name(self, calendar: WorkCalendar) -> str:
        return calendar.name

    @admin.display(description=_("hours a week"))
    def per_week(self, calendar: WorkCalendar) -> str:
        minutes = sum(window.closes - window.opens for window in calendar.windows.all())
        return f"{minutes / 60:g}"

    @admin.display(description=_("confirmed years"))
    def confirmed(self, calendar: WorkCalendar) -> str:
        return ", ".join(map(str, calendar.confirmed_years)) or "–"

    @admin.display(description=_("offered"), boolean=True)
    def in_use(self, calendar: WorkCalendar) -> bool:
        return calendar.retired_at is None

    @admin.display(description=_("preview"))
    def preview(self, calendar: WorkCalendar) -> str:
        if not calendar.pk:
            return gettext("Save the calendar to see what it makes of the days to come.")
        return render_to_string("worktime/preview.html", preview_of(calendar, timezone.now()))

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("windows")

    def get_actions(self, request):
        found = super().get_actions(request)
        found.pop("delete_selected", None)  # it would not ask `has_delete_permission` about each
        return found

    def has_delete_permission(self, request, obj=None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not (obj.is_default or obj.is_in_use()))

    def save_related(self, request, form, formsets, change) -> None:
        super().save_related(request, form, formsets, change)
        actions.set_week(form.instance.pk, form.week())
        if not form.instance.clock().last:
            self.message_user(request, _("This calendar never opens: no clock can run by it."), messages.WARNING)

    def save_formset(self, request, form, formset, change) -> None:
        super().save_formset(request, form, formset, change)
        _save_hours(formset.forms, deleted=formset.deleted_forms)

    def _each(self, request, queryset, action, done) -> None:
        for calendar in queryset:
            try:
                action(calendar.pk)
            except ValidationError as error:
                self.message_user(request, f"{calendar}: {' '.join(error.messages)}", messages.ERROR)
            else:
                self.log_change(request, calendar, str(done))
                self.message_user(request, f"{calendar}: {done}", messages.SUCCESS)

    @admin.action(description=_("Make it the default calendar"), permissions=["change"])
    def make_default(self, request, queryset) -> None:
        if queryset.count() != 1:
            self.message_user(request, _("Choose one calendar."), messages.ERROR)
            return
        self._each(request, queryset, actions.make_default, _("It is the default calendar now."))

    @admin.action(description=_("Retire"), permissions=["change"])
    def retire(self, request, queryset) -> None:
        self._each(request, queryset, actions.retire, _("Retired. Where it is in use it goes on counting."))

    @admin.action(description=_("Offer again"), permissions=["change"])
    def restore(self, request, queryset) -> None:
        self._each(request, queryset, actions.restore, _("Offered again."))


def _save_hours(forms, deleted=()) -> None:
    for form in forms:
        if form.has_changed() and form not in deleted and form.instance.pk:
            actions.set_hours(form.instance.pk, form.cleaned_data["hours"])


class YearFilter(admin.SimpleListFilter):
    title = _("year")
    parameter_name = "year"

    def lookups(self, request, model_admin):
        return [(str(year.year), str(year.year)) for year in CalendarDay.objects.dates("on", "year", order="DESC")]

    def queryset(self, request, queryset):
        value = self.value()
        return queryset.filter(on__year=int(value)) if value and value.isdecimal() and len(value) == 4 else queryset


@admin.register(CalendarDay)
class CalendarDayAdmin(BoundedAdmin, admin.ModelAdmin):
    form = CalendarDayForm
    fields = ["calendar", "on", "kind", "name", "hours"]
    list_display = ["on", "calendar", "kind", "name", "hours"]
    list_filter = ["calendar", "kind", YearFilter]
    search_fields = ["name"]
    ordering = ["-on"]

    @admin.display(description=_("hours"))
    def hours(self, day: CalendarDay) -> str:
        return written((window.opens, window.closes) for window in day.windows.all())

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("calendar").prefetch_related("windows")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "calendar":
            kwargs["queryset"] = WorkCalendar.objects.filter(
                Q(retired_at__isnull=True) | Q(days__isnull=False)
            ).distinct()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_related(self, request, form, formsets, change) -> None:
        super().save_related(request, form, formsets, change)
        _save_hours([form])
