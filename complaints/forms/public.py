"""What a stranger types on the public page, and the trap that costs people nothing."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from complaints.models import Category
from crm.look.forms import SubmissionForm
from customers import phones
from customers.caller_card import email_key

LONGEST_STORY = 5000


class ComplainForm(SubmissionForm):
    """`website` is a field that people do not see.

    How quickly a form comes back is not judged: who pastes a story, or has it filled in, is as quick as a machine.
    """

    description = forms.CharField(
        label=_("What happened?"),
        max_length=LONGEST_STORY,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Please tell us what happened.")},
    )
    category = forms.ModelChoiceField(Category.objects.none(), label=_("What is it about?"), required=False)
    safety = forms.BooleanField(label=_("Somebody’s safety is at risk"), required=False)
    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("How may we address you?")},
    )
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email"}),
    )
    reference = forms.CharField(label=_("Order or invoice number"), max_length=120, required=False)
    wish = forms.CharField(
        label=_("What would you like us to do?"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    website = forms.CharField(required=False, max_length=200)

    WORDS = ("description", "category", "safety", "name", "phone", "email", "reference", "wish")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.active()
        for name, field in self.fields.items():
            field.widget.attrs["id"] = f"id_{name}"

    @property
    def categories(self) -> list[Category]:
        return list(self.fields["category"].queryset)

    @property
    def chosen_category(self) -> str:
        return str(self["category"].value() or "")

    def clean_phone(self) -> str:
        typed = self.cleaned_data["phone"].strip()
        if typed:
            try:
                phones.normalise(typed)
            except phones.NotAPhone as problem:
                raise ValidationError(problem.message) from None
        return typed

    def clean_email(self) -> str:
        typed = self.cleaned_data["email"].strip()
        if typed:
            try:
                validate_email(email_key(typed))
            except ValidationError:
                raise ValidationError(_("This does not look like an e-mail address.")) from None
        return typed

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        reachable = data.get("phone") or data.get("email") or {"phone", "email"} & set(self.errors)
        if not reachable:
            self.add_error("phone", _("Please leave a telephone number or an e-mail address, so that we can answer."))
        return data

    def looks_automatic(self) -> str:
        """Why this was hardly typed by a person, in words for the person it may be after all; "" when it was."""
        if self.data.get("website"):
            return str(
                _("Your browser filled in a field that people do not see. Please look through it and send again.")
            )
        return ""

    def again(self) -> "ComplainForm":
        """The same words in a form that can be sent."""
        data = self.data.copy()
        data["website"] = ""
        return ComplainForm(data)

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {name: data[name] for name in self.WORDS} | {"submission": data["submission"]}


class AddForm(SubmissionForm):
    text = forms.CharField(
        label=_("Add something"),
        max_length=LONGEST_STORY,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Please write something first.")},
    )
