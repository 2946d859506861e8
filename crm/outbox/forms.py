"""What may be asked of the list of messages, and the words of a message as people edit them."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.look.filters import FilterForm
from crm.outbox import kinds, previews, words
from crm.outbox.models import MessageText, Rank


def kind_choices() -> list[tuple[str, Any]]:
    return [(kind.key, kind.label) for kind in kinds.kinds()]


class MessageFilter(FilterForm):
    """State, kind, and how the address begins."""

    q = forms.CharField(label=pgettext_lazy("message", "Address"), max_length=320)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=lambda: [("", gettext_lazy("All")), *kind_choices()])
    lookups = {"kind": "kind"}
    inline = ("q",)
    also = ("state",)

    def narrow_q(self, queryset: QuerySet, typed: str) -> QuerySet:
        return queryset.filter(address__istartswith=typed.strip())  # what the index on UPPER(address) answers

    def chosen(self) -> Rank | None:
        """The tab that the address names."""
        name = str(self.data.get("state", "")).upper()
        return Rank[name] if name in Rank.names else None


def _named(places: set[str]) -> str:
    return ", ".join(f"{{{place}}}" for place in sorted(places))


class MessageTextForm(forms.ModelForm):
    """Refuses words that could not be filled: unknown places, lone braces, a secret in the subject, a missing link."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of message"), choices=kind_choices)

    class Meta:
        model = MessageText
        fields = ["kind", "language", "subject", "body"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        chosen = kinds.find(self["kind"].value() or "")
        shown = {"kinds": [chosen] if chosen else kinds.kinds()}
        self.fields["body"].help_text = render_to_string("admin/outbox/messagetext/places.html", shown)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = kinds.find(cleaned.get("kind") or "")
        if kind is None:
            return cleaned
        for name in ("subject", "body"):
            text = cleaned.get(name) or ""
            unknown = words.places(text) - set(kind.places)
            if unknown:
                places = _named(unknown)
                self.add_error(name, _("This kind of message has no value for %(places)s.") % {"places": places})
            for stray in words.stray_braces(text):
                self.add_error(name, _("A brace stands alone here: “%(text)s”. Write it twice.") % {"text": stray})
        if secret := words.places(cleaned.get("subject") or "") & set(kind.secrets):
            places = _named(secret)
            self.add_error("subject", _("%(places)s is secret and cannot stand in a subject.") % {"places": places})
        if missing := set(kind.secrets) - words.places(cleaned.get("body") or ""):
            places = _named(missing)
            self.add_error("body", _("Without %(places)s this message leads nowhere.") % {"places": places})
        if any(kind.subject.values()) and not (cleaned.get("subject") or "").strip():
            self.add_error("subject", _("Give the message a subject."))
        return cleaned


class PreviewForm(forms.Form):
    """The words as they stand in the edit form, and whose values to show them with."""

    kind = forms.ChoiceField(choices=kind_choices, widget=forms.HiddenInput)
    language = forms.ChoiceField(choices=settings.LANGUAGES, widget=forms.HiddenInput)
    subject = forms.CharField(required=False, widget=forms.HiddenInput)
    body = forms.CharField(required=False, widget=forms.HiddenInput)
    source = forms.ChoiceField(label=pgettext_lazy("preview", "With"), required=False)
    typed = forms.CharField(label=gettext_lazy("Number, phone or name"), required=False, max_length=120)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        kind = kinds.find(self["kind"].value() or "")
        sources = previews.sources() if kind and kind.to_customer else []
        found = [(str(place), source.label) for place, source in enumerate(sources)]
        self.fields["source"].choices = [("", pgettext_lazy("preview", "examples")), *found]  # type: ignore[attr-defined]

    def values(self, user: Any) -> dict[str, str] | None:
        """Values by place: examples, and over them those of what was typed. None: nothing was found."""
        kind = kinds.kind(self.cleaned_data["kind"])
        source, typed = self.cleaned_data.get("source"), (self.cleaned_data.get("typed") or "").strip()
        if not source or not typed:
            return kind.examples
        real = previews.sources()[int(source)].sample(user, typed)
        if not real:
            return None
        return kind.examples | {name: str(value) for name, value in real.items() if name in kind.places}
