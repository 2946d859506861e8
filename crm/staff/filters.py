"""Filters of the list of staff."""

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.look.filters import FilterForm
from crm.staff.models import Role, Team

HERE, GONE = "here", "gone"


class PeopleFilter(FilterForm):
    q = forms.CharField(label=_("Name"), max_length=80)
    team = forms.ModelChoiceField(queryset=Team.objects.all(), label=_("Team"))
    role = forms.ModelChoiceField(queryset=Role.objects.all(), label=_("Role"))
    state = forms.ChoiceField(label=_("State"), choices=[("", _("All")), (HERE, _("Active")), (GONE, _("Deactivated"))])
    inline = ("q",)

    def narrow_q(self, rows: QuerySet, typed: str) -> QuerySet:
        return rows.filter(Q(name__icontains=typed) | Q(username__icontains=typed) | Q(email__icontains=typed))

    def narrow_team(self, rows: QuerySet, team: Team) -> QuerySet:
        return rows.filter(team__in=Team.objects.within(team))

    def narrow_role(self, rows: QuerySet, role: Role) -> QuerySet:
        return rows.filter(groups=role.group_id)

    def narrow_state(self, rows: QuerySet, state: str) -> QuerySet:
        return rows.filter(is_active=state == HERE)
