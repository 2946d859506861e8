"""What customers type into the survey, and the filters of the answers."""

from datetime import datetime, time, timedelta

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.look.filters import FilterForm
from crm.look.forms import DateInput
from crm.staff.models import RecordKind, Team, User
from crm.staff.scopes import reach
from satisfaction.models import Invitation, LowScoreRule


class AnswerForm(forms.Form):
    """Each question may be left blank, but not all. A number outside its scale is refused, not clamped."""

    overall = forms.TypedChoiceField(
        choices=[(str(n), str(n)) for n in range(1, 6)], coerce=int, empty_value=None, required=False
    )
    nps = forms.TypedChoiceField(
        choices=[(str(n), str(n)) for n in range(11)], coerce=int, empty_value=None, required=False
    )
    comment = forms.CharField(required=False, max_length=5000, widget=forms.Textarea)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("overall", "nps"):
            self.fields[name].error_messages |= {"invalid_choice": _("Please choose one of the numbers shown.")}

    def clean_comment(self) -> str:
        return self.cleaned_data["comment"].replace("\x00", "").strip()

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        if not self.errors and cleaned["overall"] is None and cleaned["nps"] is None and not cleaned["comment"]:
            raise forms.ValidationError(_("Please answer at least one question."))
        return cleaned


class PeriodFilters(FilterForm):
    """Team and period, for answers and for invitations. `since` and `until` are days in the reader's zone."""

    moment = "answered_at"
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"))
    owner = forms.ModelChoiceField(User.objects.none(), label=_("About the work of"))
    since = forms.DateField(label=_("From"), widget=DateInput)
    until = forms.DateField(label=_("To"), widget=DateInput)
    also = ("view",)
    lookups = {"owner": "owner"}

    def __init__(self, data, *, user: User):
        super().__init__(data)
        scope = reach(user, RecordKind.SATISFACTION)
        teams, people = Team.objects.active(), User.objects.active().order_by("name", "pk")
        if not scope.everything:
            teams = teams.filter(pk__in=scope.team_ids or scope.own_team_ids)
            people = people.filter(Q(pk=user.pk) | Q(team__in=scope.team_ids))
        self.fields["team"].queryset = teams
        self.fields["owner"].queryset = people

    def narrow_team(self, queryset, team: Team):
        return queryset.filter(team__in=Team.objects.within(team))

    def narrow_since(self, queryset, day):
        return queryset.filter(**{f"{self.moment}__gte": _begin(day)})

    def narrow_until(self, queryset, day):
        return queryset.filter(**{f"{self.moment}__lt": _begin(day + timedelta(days=1))})


class ResponseFilters(PeriodFilters):
    score = forms.ChoiceField(
        label=_("Score"),
        choices=[
            ("", _("All")),
            ("low", _("Low")),
            ("promoters", _("Would recommend 9–10")),
            ("passives", _("Would recommend 7–8")),
            ("detractors", _("Would recommend 0–6")),
            ("satisfied", _("Overall 4–5")),
            ("with_comment", _("With a comment")),
        ],
    )
    answered = forms.ChoiceField(
        label=_("Answered"), choices=[("", _("All")), ("nps", _("recommendation")), ("overall", _("overall"))]
    )
    q = forms.CharField(label=_("Text"), max_length=80)

    def narrow_answered(self, queryset, value: str):
        return queryset.filter(**{f"{value}__isnull": False})

    def narrow_score(self, queryset, value: str):
        if value == "low":
            return queryset.low(LowScoreRule.current())
        return queryset.filter(
            {
                "promoters": Q(nps__gte=9),
                "passives": Q(nps__in=(7, 8)),
                "detractors": Q(nps__lte=6),
                "satisfied": Q(overall__gte=4),
                "with_comment": ~Q(comment=""),
            }[value]
        )

    def narrow_q(self, queryset, text: str):
        return queryset.filter(
            Q(comment__icontains=text) | Q(customer__name__icontains=text) | Q(customer__number__iexact=text)
        )


class InvitationFilters(PeriodFilters):
    moment = "created_at"
    state = forms.ChoiceField(label=_("State"), choices=[("", _("All")), *Invitation.State.choices])
    lookups = {"state": "state", "owner": "owner"}


def _begin(day) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
