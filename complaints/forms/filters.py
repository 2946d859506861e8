"""Filters of the list of cases, in the address."""

from datetime import datetime, timedelta

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.models import Category, Complaint, Severity, Status
from crm.look.filters import FilterForm
from crm.look.forms import DateInput
from crm.staff.models import Team, User
from crm.staff.scopes import reach


class ComplaintFilters(FilterForm):
    q = forms.CharField(label=_("Text"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind of case"), choices=[("", _("All")), *Complaint.Kind.choices])
    category = forms.ModelChoiceField(Category.objects.none(), label=_("Category"))
    severity = forms.ModelChoiceField(Severity.objects.none(), label=_("Severity"))
    status = forms.ChoiceField(label=_("Status"), choices=[("", _("All")), *Status.choices])
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team and below"))
    handler = forms.ModelChoiceField(User.objects.none(), label=_("Handler"))
    customer = forms.CharField(label=_("Customer’s number"), max_length=24)
    received_from = forms.DateField(label=_("Received from"), widget=DateInput)
    received_to = forms.DateField(label=_("Received to"), widget=DateInput)
    resolved_from = forms.DateField(label=_("Resolved from"), widget=DateInput)
    resolved_to = forms.DateField(label=_("Resolved to"), widget=DateInput)

    lookups = {
        "kind": "kind",
        "category": "category",
        "severity": "severity",
        "status": "status",
        "handler": "owner",
        "customer": "customer__numbers__number__iexact",
    }
    also = ("view",)

    def __init__(self, data, *, user: User):
        super().__init__(data)
        scope = reach(user, "complaints")
        teams, people = Team.objects.all(), User.objects.all()
        if not scope.everything:
            teams = teams.filter(pk__in=scope.team_ids)
            people = people.filter(Q(pk=user.pk) | Q(team__in=scope.team_ids))
        self.fields["category"].queryset = Category.objects.all()
        self.fields["severity"].queryset = Severity.objects.all()
        self.fields["team"].queryset = teams
        self.fields["handler"].queryset = people.order_by("name", "pk")

    def narrow_team(self, queryset: QuerySet, team: Team) -> QuerySet:
        return queryset.filter(team__in=Team.objects.within(team))

    def narrow_q(self, queryset: QuerySet, text: str) -> QuerySet:
        return queryset.filter(
            Q(subject__icontains=text)
            | Q(description__icontains=text)
            | Q(number__iexact=text)
            | Q(customer__name__icontains=text)
            | Q(customer__number__iexact=text)
        )

    def narrow_received_from(self, queryset: QuerySet, day) -> QuerySet:
        return queryset.filter(received_at__gte=_begin(day))

    def narrow_received_to(self, queryset: QuerySet, day) -> QuerySet:
        return queryset.filter(received_at__lt=_end(day))

    def narrow_resolved_from(self, queryset: QuerySet, day) -> QuerySet:
        return queryset.filter(resolved_at__gte=_begin(day))

    def narrow_resolved_to(self, queryset: QuerySet, day) -> QuerySet:
        return queryset.filter(resolved_at__lt=_end(day))


def _begin(day) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def _end(day) -> datetime:
    return _begin(day + timedelta(days=1))
