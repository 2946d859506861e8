"""What is typed on the page of a case: one small form a verb."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints import permissions
from complaints.models import Category, Complaint, Severity
from crm.look.forms import Cell, DateTimeField, Grid, SubmissionForm, VerbForm, form_helper
from crm.staff.models import Team, User
from customers.models import Purchase

LONGEST_LETTER = 5000
LATEST_PURCHASES = 20


def _area(rows: int, **attrs: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attrs})


class LaterField(DateTimeField):
    """A time that is still to come."""

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if value is not None and value <= timezone.now():
            raise forms.ValidationError(_("Choose a time that is still to come."))
        return value


class WaitForm(VerbForm):
    reason = forms.CharField(
        label=_("What the customer has to answer"), max_length=300, help_text=_("The customer reads it on their page.")
    )
    until = LaterField(
        label=_("Go on by itself"),
        required=False,
        help_text=_("Empty: when the customer answers, or one of us says so."),
    )


class ResumeForm(VerbForm):
    note = forms.CharField(label=_("What came"), max_length=300, required=False)


class ResolveForm(VerbForm):
    note = forms.CharField(
        label=_("How it was resolved"),
        max_length=LONGEST_LETTER,
        widget=_area(4),
        help_text=_("The customer reads this, in a letter and on their page."),
    )


class CloseForm(VerbForm):
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class ReopenForm(VerbForm):
    reason = forms.CharField(label=_("Why it is taken up again"), max_length=300)


class LetterForm(SubmissionForm):
    text = forms.CharField(label=_("Letter to the customer"), max_length=LONGEST_LETTER, widget=_area(4))


class NoteForm(VerbForm, SubmissionForm):
    text = forms.CharField(
        label=_("Note among us"),
        max_length=LONGEST_LETTER,
        widget=_area(3),
        help_text=_("The customer does not see it."),
    )


class PromiseForm(SubmissionForm):
    text = forms.CharField(
        label=_("What was promised"), max_length=300, help_text=_("The customer reads it on their page.")
    )
    due_at = LaterField(label=_("Until"))


class AssignForm(VerbForm):
    to = forms.ModelChoiceField(User.objects.none(), label=_("Colleague"))
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = permissions.colleagues(user).order_by("name", "pk")


class HandOverForm(VerbForm):
    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"))
    note = forms.CharField(
        label=_("Why, and what is to be done"), max_length=1000, widget=_area(2), help_text=_("The new team reads it.")
    )

    def __init__(self, *args: Any, complaint: Complaint, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = permissions.teams_to_hand_to(complaint)


def purchases_of(customer_id: int) -> QuerySet[Purchase]:
    """Which purchases a case may be about, the latest first."""
    return Purchase.objects.filter(customer_id=customer_id).order_by("-happened_at", "-pk")[:LATEST_PURCHASES]


class EditForm(forms.Form):
    """What was written down about a case; `version` is that of the page it was opened on."""

    subject = forms.CharField(label=_("Subject"), max_length=200, help_text=_("The customer reads it in letters."))
    description = forms.CharField(
        label=_("What happened, in the customer’s words"), max_length=LONGEST_LETTER, required=False, widget=_area(5)
    )
    wish = forms.CharField(label=_("Wishes"), max_length=300, required=False)
    kind = forms.ChoiceField(label=_("Kind of case"), choices=Complaint.Kind.choices)
    category = forms.ModelChoiceField(Category.objects.none(), label=_("Category"), required=False)
    severity = forms.ModelChoiceField(
        Severity.objects.none(),
        label=_("Severity"),
        empty_label=None,
        help_text=_("Another severity moves the clocks that still run, counted from the start."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    NAMES = ("subject", "description", "wish", "kind", "category", "severity")

    def __init__(self, data: Any = None, *, complaint: Complaint, cancel_url: str):
        initial = {name: getattr(complaint, name) for name in self.NAMES} | {"version": complaint.version}
        super().__init__(data, initial=initial)
        self.fields["category"].queryset = _offered(Category.objects.all(), complaint.category_id)
        self.fields["severity"].queryset = _offered(Severity.objects.all(), complaint.severity_id)
        layout = Grid("subject", "description", "wish", "kind", Cell("category", 3), Cell("severity", 3))
        self.helper = form_helper(self, layout, cancel_url=cancel_url)

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.NAMES}


def _offered(rows: QuerySet, current: int | None) -> QuerySet:
    """What may be chosen, and what is chosen although it is offered no more."""
    return rows.filter(retired_at__isnull=True) | rows.filter(pk=current)
