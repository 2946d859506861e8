"""Settings of cases: categories, and severities with what their deadlines mean today. Cases are only read here."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import clocks
from complaints.actions.setting import make_default
from complaints.models import Category, Complaint, ComplaintEvent, Severity
from crm.look.retiring import RetiringAdmin
from crm.look.words import exact
from crm.worktime.models import WorkCalendar


@admin.register(Category)
class CategoryAdmin(RetiringAdmin):
    list_display = ["__str__", "name_en", "name_zh", "team", "position"]
    list_editable = ["position"]
    fields = ["name_en", "name_zh", "team", "position"]
    list_select_related = ["team"]


@admin.register(Severity)
class SeverityAdmin(RetiringAdmin):
    list_display = ["__str__", "name_en", "name_zh", "acknowledge_within", "resolve_within", "position", "is_default"]
    list_editable = ["position"]
    fields = [
        "name_en",
        "name_zh",
        "acknowledge_within",
        "resolve_within",
        "position",
        "is_default",
        "effect",
        "in_force",
    ]
    readonly_fields = ["is_default", "effect", "in_force"]
    actions = [*RetiringAdmin.actions, "make_default"]

    @admin.action(description=gettext_lazy("Make it the default"), permissions=["change"])
    def make_default(self, request: HttpRequest, queryset: Any) -> None:
        chosen = list(queryset.filter(retired_at__isnull=True)[:2])
        if len(chosen) != 1:
            self.message_user(request, _("Choose one severity that is offered."), messages.ERROR)
            return
        make_default(chosen[0].pk)
        self.log_change(request, chosen[0], _("Made the default."))
        self.message_user(request, _("%(severity)s is the default now.") % {"severity": chosen[0]}, messages.SUCCESS)

    @admin.display(description=gettext_lazy("a case received now would be due"))
    def effect(self, severity: Severity) -> SafeString | str:
        """By each calendar in use; of the values as they are saved."""
        if severity.pk is None:
            return _("Shown when it is saved.")
        now = timezone.now()
        rows = [(calendar, _due(severity, calendar, now)) for calendar in WorkCalendar.objects.active()]
        return format_html(
            "<table><thead><tr><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>{}</tbody></table>",
            _("Calendar"),
            _("Acknowledge"),
            _("Resolve"),
            format_html_join(
                "",
                "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
                ((calendar, exact(due.acknowledge, now), exact(due.resolve, now)) for calendar, due in rows),
            ),
        )

    @admin.display(description=gettext_lazy("cases that follow"))
    def in_force(self, severity: Severity) -> str:
        if severity.pk is None:
            return ""
        count = Complaint.objects.open().filter(severity=severity).count()
        return _(
            "%(count)s open cases have this severity: other deadlines move their clocks within a minute, "
            "counted from when each came in. What is resolved keeps its own."
        ) % {"count": count}

    def _set(self, request: HttpRequest, queryset: Any, value: Any, words: Any) -> None:
        """The default severity stays offered: cases from the public page need one."""
        if value is not None and queryset.filter(is_default=True).exists():
            self.message_user(
                request, _("The default severity cannot be retired: make another one the default first."), "error"
            )
            queryset = queryset.filter(is_default=False)
        super()._set(request, queryset, value, words)


def _due(severity: Severity, calendar: WorkCalendar, now: datetime) -> clocks.Due:
    return clocks.due(now, severity.acknowledge_within, severity.resolve_within, calendar.clock())


class ReadOnlyAdmin(admin.ModelAdmin):
    """Operational rows: the admin would write around the actions."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class EventInline(admin.TabularInline):
    model = ComplaintEvent
    fields = ["at", "actor", "via", "what", "note"]
    readonly_fields = fields
    extra = 0
    can_delete = False
    ordering = ["-at", "-pk"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("actor")


@admin.register(Complaint)
class ComplaintAdmin(ReadOnlyAdmin):
    list_display = ["number", "subject", "status", "severity", "team", "owner", "received_at"]
    list_filter = ["status", "kind", "severity"]
    list_select_related = ["severity", "team", "owner"]
    search_fields = ["number", "subject"]
    show_full_result_count = False
    inlines = [EventInline]
