"""Teams, roles, colleagues and the audit trail in the settings. Every change goes through an action."""

import json
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.staff import actions, audit_words
from crm.staff.admin_forms import PeopleListForm, PersonForm, RoleForm, TeamForm
from crm.staff.models import AuditEntry, Role, Team, User

admin.site.unregister(Group)  # groups are roles here, with words in place of two hundred permissions


class ByAction(admin.ModelAdmin):
    """A page whose rows are written by actions: deleting is not one of them."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def _each(self, request: HttpRequest, rows: QuerySet, action: Any, done: Any) -> None:
        """Does one action to each chosen row and says what became of it."""
        for row in rows:
            try:
                action(row.pk, by=request.user)
            except actions.TeamInUse as use:
                words = _now("%(row)s still has %(people)s people and %(teams)s teams: move them first.")
                values = {"row": row, "people": use.members, "teams": use.children}
                self.message_user(request, words % values, messages.ERROR)
            except actions.RoleInUse as use:
                words = ngettext(
                    "%(count)s person still has the role %(row)s.",
                    "%(count)s people still have the role %(row)s.",
                    use.people,
                )
                self.message_user(request, words % {"count": use.people, "row": row}, messages.ERROR)
            else:
                self.message_user(request, f"{row}: {done}", messages.SUCCESS)


@admin.register(Team)
class TeamAdmin(ByAction):
    form = TeamForm
    list_display = ["in_tree", "lead", "calendar", "members", "offered"]
    list_filter = [("retired_at", admin.EmptyFieldListFilter)]
    list_select_related = ["lead", "calendar"]
    search_fields = ["name_en", "name_zh"]
    ordering = ["path"]
    actions = ["retire", "restore"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(people=Count("members", filter=Q(members__is_active=True)))

    @admin.display(description=_("team"), ordering="path")
    def in_tree(self, team: Team) -> str:
        return "– " * (team.path.count("/") - 2) + team.name

    @admin.display(description=_("people"))
    def members(self, team: Any) -> int:
        return team.people

    @admin.display(description=_("offered"), boolean=True)
    def offered(self, team: Team) -> bool:
        return team.retired_at is None

    def save_model(self, request: HttpRequest, obj: Team, form: Any, change: bool) -> None:
        saved = actions.save_team(obj.pk if change else None, by=request.user, values=form.cleaned_data)
        obj.pk, obj.path = saved.pk, saved.path

    @admin.action(description=_("Retire"), permissions=["change"])
    def retire(self, request: HttpRequest, rows: QuerySet) -> None:
        self._each(request, rows, actions.retire_team, _("Retired. What it had stays readable."))

    @admin.action(description=_("Offer again"), permissions=["change"])
    def restore(self, request: HttpRequest, rows: QuerySet) -> None:
        self._each(request, rows, actions.restore_team, _("Offered again."))


@admin.register(Role)
class RoleAdmin(ByAction):
    form = RoleForm
    list_display = ["name", "people", "offered"]
    list_filter = [("retired_at", admin.EmptyFieldListFilter)]
    actions = ["retire", "restore"]
    fieldsets = [
        (None, {"fields": [("name_en", "name_zh")]}),
        (
            _("How far it sees"),
            {
                "fields": [
                    "scope_customers",
                    "scope_complaints",
                    "scope_followups",
                    "scope_satisfaction",
                    "scope_insights",
                ],
                "description": _("Of several roles of one person the widest counts."),
            },
        ),
        (_("What it may do there"), {"fields": ["permissions"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        active = Count("group__user", filter=Q(group__user__is_active=True))
        return super().get_queryset(request).select_related("group").annotate(members=active)

    @admin.display(description=_("role"), ordering="position")
    def name(self, role: Role) -> str:
        return role.name

    @admin.display(description=_("people"))
    def people(self, role: Any) -> SafeString:
        return format_html('<a href="{}?role={}">{}</a>', reverse("staff:people"), role.pk, role.members)

    @admin.display(description=_("offered"), boolean=True)
    def offered(self, role: Role) -> bool:
        return role.retired_at is None

    def save_model(self, request: HttpRequest, obj: Role, form: Any, change: bool) -> None:
        saved = actions.save_role(
            obj.pk if change else None,
            by=request.user,
            names={"name_en": form.cleaned_data["name_en"], "name_zh": form.cleaned_data["name_zh"]},
            scopes=form.scopes,
            permissions=form.cleaned_data["permissions"],
        )
        obj.pk, obj.group = saved.pk, saved.group

    @admin.action(description=_("Retire"), permissions=["change"])
    def retire(self, request: HttpRequest, rows: QuerySet) -> None:
        self._each(request, rows, actions.retire_role, _("Retired."))

    @admin.action(description=_("Offer again"), permissions=["change"])
    def restore(self, request: HttpRequest, rows: QuerySet) -> None:
        self._each(request, rows, actions.restore_role, _("Offered again."))


@admin.register(User)
class PersonAdmin(ByAction):
    form = PersonForm
    list_display = ["name", "username", "team", "role_names", "is_active", "last_login"]
    list_filter = ["is_active", ("groups__role", admin.RelatedOnlyFieldListFilter), "team"]
    list_select_related = ["team"]
    search_fields = ["name", "username", "email"]
    actions = ["invite", "deactivate", "reactivate"]
    change_list_template = "admin/staff/user/change_list.html"
    fieldsets = [
        (None, {"fields": ["username", "name", "email", "phone"]}),
        (_("Team and roles"), {"fields": ["team", "roles"]}),
        (_("Language and time zone"), {"fields": ["language", "timezone"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("groups__role")

    @admin.display(description=_("roles"))
    def role_names(self, user: User) -> str:
        return ", ".join(str(group.role) for group in user.groups.all() if hasattr(group, "role")) or "–"

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        roles = form.cleaned_data["roles"]
        if change:
            actions.change_person(obj.pk, by=request.user, values=form.values, roles=roles)
            return
        saved = actions.add_person(by=request.user, values=form.values, roles=roles)
        obj.pk = saved.pk
        if not saved.email:
            words = _now("%(name)s has no e-mail address, so no link to set a password was sent.")
            self.message_user(request, words % {"name": saved}, messages.WARNING)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="staff_user_import"), *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """A list of colleagues: first what it would do, line by line, then all of it or nothing."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = PeopleListForm(request.POST or None, request.FILES or None)
        plan = form.cleaned_data["plan"] if request.method == "POST" and form.is_valid() else None
        if plan and not plan.problems and request.POST.get("do") == "import":
            added, changed = actions.import_people(plan, by=request.user, with_invitation=form.cleaned_data["invite"])
            words = _now("%(added)s colleagues added, %(changed)s changed.")
            self.message_user(request, words % {"added": added, "changed": changed}, messages.SUCCESS)
            return redirect("admin:staff_user_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import a list of staff"),
            "opts": self.model._meta,
            "form": form,
            "plan": plan,
            "text": form.cleaned_data.get("text", "") if plan else "",
        }
        return render(request, "admin/staff/user/import.html", context)

    @admin.action(description=_("Send a link to set a password"), permissions=["change"])
    def invite(self, request: HttpRequest, rows: QuerySet) -> None:
        sent = sum(actions.invite(user, by=request.user) for user in rows.filter(is_active=True))
        words = ngettext("%(count)s link is on its way.", "%(count)s links are on their way.", sent)
        self.message_user(request, words % {"count": sent}, messages.SUCCESS if sent else messages.WARNING)

    @admin.action(description=_("Deactivate"), permissions=["change"])
    def deactivate(self, request: HttpRequest, rows: QuerySet) -> None:
        for user in rows:
            try:
                actions.deactivate(user.pk, by=request.user)
                self.message_user(request, _now("%(name)s can no longer sign in.") % {"name": user}, messages.SUCCESS)
            except actions.LastAdministrator as refusal:
                self.message_user(request, refusal.words, messages.ERROR)
            except actions.StillNeeded as refusal:
                self.message_user(request, _still_needed(user, refusal), messages.ERROR)

    @admin.action(description=_("Activate again"), permissions=["change"])
    def reactivate(self, request: HttpRequest, rows: QuerySet) -> None:
        self._each(request, rows, actions.reactivate, _("Active again."))


def _still_needed(user: User, refusal: actions.StillNeeded) -> SafeString:
    """What is open in somebody's name, by kind, with the way to the page where it is given to others."""
    kinds = ", ".join(f"{kind.label}: {len(rows)}" for kind, rows in refusal.items)
    words = _now("%(name)s still has open work (%(kinds)s).") % {"name": user, "kinds": kinds}
    url = reverse("staff:reassign", args=[user.username])
    return format_html('{} <a href="{}">{}</a>', words, url, _now("Give it to colleagues"))


class WhatFilter(admin.SimpleListFilter):
    """What happened, in words."""

    title = _("what")
    parameter_name = "what"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(((what, str(words)) for what, words in audit_words.WORDS.items()), key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(what=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):
    """Only read. Nothing takes an entry away."""

    list_display = ["at", "actor", "words", "about", "address"]
    list_display_links = ["at"]
    list_filter = ["at", WhatFilter]
    list_select_related = ["actor"]
    search_fields = ["about", "actor__username", "actor__name"]
    fields = ["at", "actor", "words", "about", "address", "details"]
    readonly_fields = ["at", "actor", "words", "about", "address", "details"]
    show_full_result_count = False
    list_per_page = 50

    @admin.display(description=_("what"), ordering="what")
    def words(self, entry: AuditEntry) -> str:
        return audit_words.words(entry.what)

    @admin.display(description=_("details"))
    def details(self, entry: AuditEntry) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(entry.detail, indent=2, ensure_ascii=False))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
