"""What the dashboard is narrowed to: a team with those below it, and a period in days of the reader's zone."""

from datetime import date, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.look.filters import FilterForm
from crm.look.forms import DateInput
from crm.staff.models import RecordKind, Team, User
from crm.staff.scopes import reach

DEFAULT_DAYS = 30
LONGEST_DAYS = 3 * 366


class DashboardFilters(FilterForm):
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"))
    days = forms.TypedChoiceField(
        label=_("Time"),
        coerce=int,
        choices=[
            ("", _("30 days")),
            ("7", _("7 days")),
            ("90", _("90 days")),
            ("365", _("12 months")),
        ],
    )
    since = forms.DateField(label=_("From"), widget=DateInput)
    until = forms.DateField(label=_("To"), widget=DateInput)
    inline = ("days", "team")

    def __init__(self, data, *, user: User):
        super().__init__(data)
        scope = reach(user, RecordKind.INSIGHTS)
        teams = Team.objects.active()
        self.fields["team"].queryset = teams if scope.everything else teams.filter(pk__in=scope.team_ids)

    def clean(self):
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", _("The end lies before the beginning."))
        return cleaned

    def period(self) -> tuple[date, date]:
        """First and last day, both counted. What is not understood leaves the last thirty days."""
        self.is_valid()
        today = timezone.localdate()
        cleaned = getattr(self, "cleaned_data", {})
        until = cleaned.get("until") or today
        since = cleaned.get("since") or until - timedelta(days=(cleaned.get("days") or DEFAULT_DAYS) - 1)
        if since > until:
            since = until - timedelta(days=DEFAULT_DAYS - 1)
        return max(since, until - timedelta(days=LONGEST_DAYS)), until

    @property
    def chosen_team(self) -> Team | None:
        self.is_valid()
        return getattr(self, "cleaned_data", {}).get("team")
