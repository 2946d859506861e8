"""What is typed about follow-ups: filters of the list, a new one, an attempt, another time, another owner, an end."""

from datetime import datetime, timedelta

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.look.filters import FilterForm
from crm.look.forms import Cell, DateInput, DateTimeField, DateTimeInput, Grid, SubmissionForm, VerbForm, form_helper
from crm.staff.models import Team, User
from crm.staff.scopes import reach
from customers.models import Customer
from followups.models import FollowUp, Kind, Outcome


def colleagues(user: User) -> QuerySet[User]:
    """To whom this reader may give a follow-up: active people within reach, and oneself."""
    scope = reach(user, "followups")
    people = User.objects.active().select_related("team").order_by("name", "pk")
    if scope.everything:
        return people
    return people.filter(Q(pk=user.pk) | Q(team__in=scope.team_ids))


def queues(user: User) -> QuerySet[Team]:
    """Into whose queue this reader may put one."""
    scope = reach(user, "followups")
    teams = Team.objects.active()
    return teams if scope.everything else teams.filter(pk__in=[*scope.team_ids, *scope.own_team_ids])


class FollowUpFilters(FilterForm):
    q = forms.CharField(label=_("Text"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All")), *Kind.choices])
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"))
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Done by"))
    source = forms.ChoiceField(label=_("Because of"), choices=[("", _("All")), *FollowUp.Source.choices])
    due_from = forms.DateField(label=_("Due from"), widget=DateInput)
    due_to = forms.DateField(label=_("Due to"), widget=DateInput)
    finished_from = forms.DateField(label=_("Finished from"), widget=DateInput)
    finished_to = forms.DateField(label=_("Finished to"), widget=DateInput)

    lookups = {"kind": "kind", "team": "team__path__startswith", "owner": "owner", "source": "source_kind"}
    also = ("view",)

    def __init__(self, data, *, user: User):
        super().__init__(data)
        self.fields["team"].queryset = queues(user)
        self.fields["owner"].queryset = colleagues(user)

    def narrow_team(self, queryset, team: Team):
        return queryset.filter(team__in=Team.objects.within(team))

    def narrow_q(self, queryset, text: str):
        return queryset.filter(
            Q(title__icontains=text)
            | Q(note__icontains=text)
            | Q(plan_step__name_en__icontains=text)
            | Q(plan_step__name_zh__icontains=text)
            | Q(customer__name__icontains=text)
            | Q(customer__number__iexact=text)
        )

    def narrow_due_from(self, queryset, day):
        return queryset.filter(due_at__gte=_begin(day))

    def narrow_due_to(self, queryset, day):
        return queryset.filter(due_at__lt=_end(day))

    def narrow_finished_from(self, queryset, day):
        return queryset.filter(finished_at__gte=_begin(day))

    def narrow_finished_to(self, queryset, day):
        return queryset.filter(finished_at__lt=_end(day))


def _begin(day) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def _end(day) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), datetime.min.time()))


class NewFollowUpForm(SubmissionForm):
    customer = forms.CharField(
        label=_("Customer"),
        max_length=24,
        help_text=_("The customer's number, such as C-100001."),
        widget=forms.TextInput,
    )
    title = forms.CharField(label=_("What to do"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices, initial=Kind.CALL)
    due_at = DateTimeField(label=_("Due"))
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Done by"), required=False, empty_label=_("nobody yet: the team's queue")
    )
    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Queue"), required=False, help_text=_("Counts only where nobody is named.")
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, user: User, cancel_url: str | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["owner"].queryset = colleagues(user)
        self.fields["team"].queryset = queues(user)
        self.helper = form_helper(
            self,
            Grid(
                Cell("customer", 3),
                Cell("due_at", 3),
                "title",
                Cell("kind", 6),
                Cell("owner", 3),
                Cell("team", 3),
                "note",
            ),
            submit=_("Create follow-up"),
            cancel_url=cancel_url,
        )

    def clean_customer(self) -> Customer:
        typed = self.cleaned_data["customer"].strip()
        customer = Customer.objects.visible_to(self.user).filter(numbers__number__iexact=typed).first()
        if customer is None:
            raise forms.ValidationError(_("You see no customer with this number."))
        if customer.erased_at or customer.archived_at:
            raise forms.ValidationError(_("This customer is archived."))
        return customer

    def clean_due_at(self) -> datetime:
        due_at = self.cleaned_data["due_at"]
        if due_at <= timezone.now():
            raise forms.ValidationError(_("This time lies in the past."))
        return due_at


class AttemptForm(SubmissionForm):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Outcome.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )
    next_at = DateTimeField(
        label=_("Next try"),
        required=False,
        widget=DateTimeInput(attrs={"class": "form-control form-control-sm"}),
        help_text=_("Empty: we propose a time in office hours. Reached and refused need none."),
    )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("outcome") == Outcome.CALL_BACK and not cleaned.get("next_at") and "next_at" not in self.errors:
            self.add_error("next_at", _("When did the customer ask to be called?"))
        next_at = cleaned.get("next_at")
        if next_at and next_at <= timezone.now():
            self.add_error("next_at", _("The next try lies in the past."))
        return cleaned


class RescheduleForm(VerbForm):
    due_at = DateTimeField(label=_("New time"))
    reason = forms.CharField(label=_("Why"), required=False, max_length=300)

    def clean_due_at(self) -> datetime:
        due_at = self.cleaned_data["due_at"]
        if due_at <= timezone.now():
            raise forms.ValidationError(_("The new time lies in the past."))
        return due_at


class AssignForm(VerbForm):
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Done by"), required=False, empty_label=_("nobody yet: the team's queue")
    )
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Queue"), required=False)

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = colleagues(user)
        self.fields["team"].queryset = queues(user)

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not cleaned.get("owner") and not cleaned.get("team"):
            self.add_error("owner", _("Say who does it, or which team."))
        return cleaned


class CancelForm(VerbForm):
    reason = forms.CharField(label=_("Why it is not to be done any more"), max_length=300)


class FinishForm(VerbForm):
    note = forms.CharField(label=_("What settled it"), required=False, max_length=300)
