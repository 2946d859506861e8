"""What the list of customers can be narrowed by."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.look.filters import FilterForm
from crm.look.forms import DateInput
from crm.staff.models import Scope, Team, User
from crm.staff.scopes import reach
from customers import search
from customers.models import Customer, Purchase, Tier


class CustomerFilters(FilterForm):
    q = forms.CharField(label=_("Text"), max_length=100)
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none())
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none())
    tier = forms.ModelMultipleChoiceField(
        label=_("Tier"), queryset=Tier.objects.all(), widget=forms.CheckboxSelectMultiple
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All")), *Customer.Kind.choices])
    lifecycle = forms.MultipleChoiceField(
        label=_("Lifecycle"), choices=Customer.Lifecycle, widget=forms.CheckboxSelectMultiple
    )
    region = forms.CharField(label=_("Region"), max_length=120)
    bought_since = forms.DateField(label=_("Bought from"), widget=DateInput)
    bought_until = forms.DateField(label=_("Bought to"), widget=DateInput)
    bought_team = forms.ModelChoiceField(label=_("Bought from the team"), queryset=Team.objects.active())
    archived = forms.BooleanField(label=_("Archived ones"))

    lookups = {
        "owner": "owner",
        "team": "team",
        "tier": "tier",
        "kind": "kind",
        "lifecycle": "lifecycle",
        "region": "region__icontains",
    }
    inline = ("q",)
    also = ("phone",)

    def __init__(self, data: Any = None, *, user: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        scope = reach(user, "customers")
        teams, owners = Team.objects.active(), User.objects.active()
        if scope.scope == Scope.TEAM:
            teams, owners = teams.filter(pk__in=scope.team_ids), owners.filter(team__in=scope.team_ids)
        elif not scope.everything:
            teams, owners = teams.filter(pk__in=scope.own_team_ids), owners.filter(pk=user.pk)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]

    def narrow(self, queryset: QuerySet) -> QuerySet:
        queryset = super().narrow(queryset)
        archived = self.cleaned_data.get("archived")
        return self._bought(queryset.filter(archived_at__isnull=not archived))

    def _bought(self, queryset: QuerySet) -> QuerySet:
        """Customers with a sale in the span: the three fields speak of one purchase, so they narrow together."""
        since, until, team = (self.cleaned_data.get(f"bought_{name}") for name in ("since", "until", "team"))
        if not (since or until or team):
            return queryset
        sales = Purchase.objects.filter(customer=OuterRef("pk"), kind=Purchase.Kind.SALE)
        if since:
            sales = sales.filter(happened_on__gte=since)
        if until:
            sales = sales.filter(happened_on__lte=until)
        if team:
            sales = sales.filter(team__in=Team.objects.within(team))
        return queryset.filter(Exists(sales))

    def narrow_q(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(pk__in=search.customers_matching(value))

    def narrow_archived(self, queryset: QuerySet, value: bool) -> QuerySet:
        return queryset  # what is archived is left out unless asked for: `narrow` decides
