"""Forms of the settings: teams, roles with words for their permissions, colleagues, a list of colleagues."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm.staff import people_import
from crm.staff.actions import permissions_of
from crm.staff.forms import time_zones
from crm.staff.models import RecordKind, Role, Scope, Team, User
from crm.staff.roles import ADMINISTRATOR, PERMISSIONS


class TeamForm(forms.ModelForm):
    class Meta:
        model = Team
        fields = ["name_en", "name_zh", "parent", "calendar", "lead"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if "parent" in self.fields:
            teams = Team.objects.active()
            if self.instance.pk:
                teams = teams.exclude(path__startswith=self.instance.path)
                if self.instance.parent_id:  # a retired one that it belongs to already stays choosable
                    teams = teams | Team.objects.filter(pk=self.instance.parent_id)
            self.fields["parent"].queryset = teams.order_by("path")
            self.fields["parent"].label_from_instance = lambda team: "– " * (team.path.count("/") - 2) + team.name
        if "lead" in self.fields:
            self.fields["lead"].queryset = User.objects.active().order_by("name", "pk")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("name_en") and not values.get("name_zh"):
            self.add_error("name_en", _("Give a name in at least one language."))
        return values


def _permission_choices() -> list[tuple[Any, list[tuple[str, Any]]]]:
    groups: dict[Any, list[tuple[str, Any]]] = {}
    for permission in PERMISSIONS:
        groups.setdefault(permission.group, []).append((permission.name, permission.label))
    return list(groups.items())


class RoleForm(forms.ModelForm):
    """Names, how far it sees of each kind of record, and what it may do, out of our own list."""

    permissions = forms.MultipleChoiceField(
        label=_("may"), choices=_permission_choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    scope_customers = forms.TypedChoiceField(label=RecordKind.CUSTOMERS.label, choices=Scope.choices, coerce=int)
    scope_complaints = forms.TypedChoiceField(label=RecordKind.COMPLAINTS.label, choices=Scope.choices, coerce=int)
    scope_followups = forms.TypedChoiceField(label=RecordKind.FOLLOWUPS.label, choices=Scope.choices, coerce=int)
    scope_satisfaction = forms.TypedChoiceField(label=RecordKind.SATISFACTION.label, choices=Scope.choices, coerce=int)
    scope_insights = forms.TypedChoiceField(label=RecordKind.INSIGHTS.label, choices=Scope.choices, coerce=int)

    class Meta:
        model = Role
        fields = ["name_en", "name_zh"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["permissions"] = sorted(permissions_of(self.instance))
            for kind, scope in self.instance.scopes.values_list("kind", "scope"):
                self.initial[f"scope_{kind}"] = scope

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("name_en") and not values.get("name_zh"):
            self.add_error("name_en", _("Give a name in at least one language."))
        return values

    @property
    def scopes(self) -> dict[str, int]:
        return {kind: self.cleaned_data[f"scope_{kind}"] for kind in RecordKind.values}


class PersonForm(forms.ModelForm):
    """A colleague as an administrator sees one. The password is set by its owner, never here."""

    roles = forms.MultipleChoiceField(label=_("roles"), widget=forms.CheckboxSelectMultiple, required=False)

    class Meta:
        model = User
        fields = ["username", "name", "email", "phone", "team", "language", "timezone"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = [
            (role.key, role.name) for role in Role.objects.filter(retired_at__isnull=True).order_by("position", "pk")
        ]
        if self.instance.pk:
            mine = Role.objects.filter(group__user=self.instance)
            self.initial["roles"] = list(mine.values_list("key", flat=True))
        teams = Team.objects.active()
        if self.instance.team_id:
            teams = teams | Team.objects.filter(pk=self.instance.team_id)
        self.fields["team"].queryset = teams.order_by("path")
        self.fields["team"].label_from_instance = lambda team: "– " * (team.path.count("/") - 2) + team.name
        self.fields["timezone"] = forms.ChoiceField(
            label=_("Time zone"), choices=time_zones(), initial=settings.TIME_ZONE
        )

    def clean_roles(self) -> list[str]:
        roles = self.cleaned_data["roles"]
        others = User.objects.active().filter(is_superuser=True).exclude(pk=self.instance.pk)
        loses = self.instance.pk and self.instance.is_active and self.instance.is_superuser
        if loses and ADMINISTRATOR not in roles and not others.exists():
            raise forms.ValidationError(_("This is the last administrator. Give the role to somebody else first."))
        return roles

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class PeopleListForm(forms.Form):
    """A list as a file, or the text of it on the way from the preview to the import."""

    file = forms.FileField(label=_("CSV file"), required=False)
    text = forms.CharField(widget=forms.HiddenInput, required=False, strip=False, max_length=people_import.MAX_BYTES)
    invite = forms.BooleanField(
        label=_("Send new colleagues a mail with which they set their password"), required=False, initial=True
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors:
            return values
        try:
            if upload := values.get("file"):
                if upload.size > people_import.MAX_BYTES:
                    raise people_import.NotATable(_("The file is larger than 1 MB."))
                values["text"] = people_import.decode(upload.read())
            if not values.get("text"):
                raise people_import.NotATable(_("Choose a file."))
            values["plan"] = people_import.plan(values["text"])
        except people_import.NotATable as problem:
            self.add_error("file", str(problem))
        return values
