"""The form of a contact that took place."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.look.forms import Cell, DateTimeField, Grid, SubmissionForm, form_helper
from customers.models import Interaction


class InteractionForm(SubmissionForm):
    channel = forms.ChoiceField(
        label=gettext_lazy("How"), choices=Interaction.Channel, initial=Interaction.Channel.PHONE
    )
    direction = forms.ChoiceField(
        label=gettext_lazy("Who turned to whom"), choices=Interaction.Direction, initial=Interaction.Direction.IN
    )
    at = DateTimeField(label=gettext_lazy("When"), required=False, help_text=gettext_lazy("Empty: now."))
    summary = forms.CharField(
        label=gettext_lazy("What was said, what was agreed"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"), choices=[("", "---"), *Interaction.Outcome.choices], required=False
    )

    def __init__(self, *args: Any, action: str = "", cancel_url: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = form_helper(
            self,
            Grid(Cell("channel", 6), Cell("direction", 6), Cell("summary", 6), Cell("outcome", 6), Cell("at", 3)),
            submit=_("Save the contact"),
            cancel_url=cancel_url,
            action=action,
        )

    def clean_at(self) -> Any:
        at = self.cleaned_data.get("at")
        if at and at > timezone.now():
            raise forms.ValidationError(_("This lies in the future. A contact to come is a follow-up."))
        return at
