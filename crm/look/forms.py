"""How forms look and behave: layouts in Python, few choices as chips, times in the reader's zone, harmless repetition."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from crispy_forms.utils import TEMPLATE_PACK, render_field
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models.fields import BLANK_CHOICE_DASH
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from crm.look.words import weekday

CHIPS_UP_TO = 7
SAVE = _("Save")
BLANK = BLANK_CHOICE_DASH[0][1]
LOCAL = "%Y-%m-%dT%H:%M"


class PickWidget(forms.RadioSelect):
    """One of few: all choices in view, as chips."""

    template_name = "look/pick.html"
    use_fieldset = True


class PickManyWidget(forms.CheckboxSelectMultiple):
    """Some of few, as chips."""

    template_name = "look/pick.html"
    use_fieldset = True


class _Dated:
    """An input of the browser's own with the weekday beside it: people agree on weekdays, not on dates."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)  # type: ignore[misc]
        text = context["widget"]["value"] or ""
        try:
            on = parse_datetime(text) or parse_date(text)
        except ValueError:
            on = None
        context["weekday"] = weekday(on) if on else ""
        return context


class DateInput(_Dated, forms.DateInput):
    input_type = "date"
    template_name = "look/dated.html"

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimeInput(_Dated, forms.DateTimeInput):
    """Date and time in the zone that the reader works in."""

    input_type = "datetime-local"
    template_name = "look/dated.html"

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__(attrs, format=LOCAL)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["zone"] = timezone.get_current_timezone_name()
        return context


# A moment beyond these is a slip, and a day after the last of all has no name.
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)


class DateTimeField(forms.DateTimeField):
    """A moment, typed and shown in the reader's zone to the minute."""

    widget = DateTimeInput
    default_validators = [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]


class SubmissionForm(forms.Form):
    """A form that creates something. The same `submission` twice is one act: the action hands back the first row."""

    submission = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    def clean_submission(self) -> uuid.UUID:
        return self.cleaned_data.get("submission") or uuid.uuid4()


class VerbForm(forms.Form):
    """One of several small forms on a page: its fields have ids of their own, so that each label finds its field."""

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.setdefault("auto_id", f"id_{type(self).__name__.removesuffix('Form').lower()}_%s")
        super().__init__(*args, **kwargs)


# --- Layout ----------------------------------------------------------------------------------------------------------------------


class Cell(LayoutObject):
    """A field that takes `columns` of the six; with `half`, half the width of a telephone too."""

    def __init__(self, name: Any, columns: int = 6, half: bool = False):
        self.fields = [name]
        self.columns, self.half = columns, half

    def render(self, form: Any, context: Any, template_pack: Any = TEMPLATE_PACK, **kwargs: Any) -> SafeString:
        inner = self.get_rendered_fields(form, context, template_pack, **kwargs)
        if getattr(form, "fields", {}).get(self.fields[0]) and form[self.fields[0]].is_hidden:
            return inner
        return format_html('<div class="c{}{}">{}</div>', self.columns, " half" if self.half else "", inner)


def _in_cells(fields: Sequence[Any]) -> list[Any]:
    return [Cell(field) if isinstance(field, str) else field for field in fields]


class Grid(LayoutObject):
    """Fields on six columns; a bare name takes all six."""

    def __init__(self, *fields: Any):
        self.fields = _in_cells(fields)

    def render(self, form: Any, context: Any, template_pack: Any = TEMPLATE_PACK, **kwargs: Any) -> SafeString:
        inner = self.get_rendered_fields(form, context, template_pack, **kwargs)
        return format_html('<div class="rv-grid">{}</div>', inner)


class Section(Grid):
    """A part of a long form, with its name and one line of help; `anchor` is its place in the list of sections."""

    def __init__(self, title: Any, *fields: Any, hint: Any = "", anchor: str = ""):
        super().__init__(*fields)
        self.title, self.hint, self.anchor = title, hint, anchor

    def render(self, form: Any, context: Any, template_pack: Any = TEMPLATE_PACK, **kwargs: Any) -> SafeString:
        return format_html(
            '<section class="rv-sec"{}><div class="rv-sec-h"><h2>{}</h2>{}</div>{}</section>',
            format_html(' id="{}"', self.anchor) if self.anchor else "",
            self.title,
            format_html('<span class="r">{}</span>', self.hint) if self.hint else "",
            super().render(form, context, template_pack, **kwargs),
        )


class ErrorSummary(LayoutObject):
    """On top: how many things are to be corrected, each with a link to its field, and that nothing is lost."""

    def __init__(self) -> None:
        self.fields: list[Any] = []

    def render(self, form: Any, context: Any, template_pack: Any = TEMPLATE_PACK, **kwargs: Any) -> SafeString:
        return mark_safe(render_to_string("components/errors.html", {"form": form}))


class SubmitBar(LayoutObject):
    """The bar that never scrolls away: the one primary button, and the way out."""

    def __init__(self, submit: Any, cancel_url: str | None = None):
        self.fields: list[Any] = []
        self.submit, self.cancel_url = submit, cancel_url

    def render(self, form: Any, context: Any, template_pack: Any = TEMPLATE_PACK, **kwargs: Any) -> SafeString:
        values = {"submit": self.submit, "cancel_url": self.cancel_url}
        return mark_safe(render_to_string("components/form_bar.html", values))


class _Rest(LayoutObject):
    """The hidden fields that the layout does not name, so that none is forgotten."""

    def __init__(self) -> None:
        self.fields: list[Any] = []

    def render(self, form: Any, context: Any, template_pack: Any = TEMPLATE_PACK, **kwargs: Any) -> SafeString:
        names = [bound.name for bound in form.hidden_fields() if bound.name not in form.rendered_fields]
        return mark_safe("".join(render_field(n, form, context, template_pack=template_pack) for n in names))


def use_chips(form: forms.BaseForm) -> None:
    """Shows choices as chips where there are seven or fewer and they are fixed."""
    for field in form.fields.values():
        if isinstance(field, forms.ModelChoiceField) or type(field.widget) is not forms.Select:
            continue
        choices = [(value, words) for value, words in field.choices if not isinstance(words, list | tuple)]
        real = [choice for choice in choices if choice[0] not in ("", None)]
        if len(choices) != len(list(field.choices)) or not 0 < len(real) <= CHIPS_UP_TO:
            continue
        empty = [] if field.required else [("", _("Not said")) for value, _words in choices if value in ("", None)]
        attrs = field.widget.attrs
        field.widget = PickWidget(attrs=attrs)
        field.choices = [*empty, *real]
        field.widget.is_required = field.required


def form_helper(
    form: forms.BaseForm,
    *layout: Any,
    submit: Any = SAVE,
    cancel_url: str | None = None,
    action: str = "",
    tag: bool = True,
    chips: bool = True,
) -> FormHelper:
    """The helper of a form of ours: summary of errors, the fields (all of them without a layout), the bar at the foot.

    `submit=None` leaves the bar out; `tag=False` leaves the <form> tag to the page.
    """
    for field in form.fields.values():
        if isinstance(field, forms.ModelChoiceField) and field.empty_label == BLANK:
            field.empty_label = "–"
    if chips:
        use_chips(form)
    helper = FormHelper()
    helper.form_tag = tag
    helper.disable_csrf = not tag
    helper.form_action = action
    helper.form_class = "rv-form"
    helper.attrs = {"novalidate": "", "data-once": ""}
    helper.error_text_inline = False
    helper.use_custom_control = False
    parts = list(layout) or [name for name in form.fields if not form[name].is_hidden]
    if not any(isinstance(part, Section) for part in parts):
        loose = [part for part in parts if isinstance(part, str | Cell)]
        if len(loose) == len(parts):
            parts = [Grid(*parts)]
    else:
        parts = [Grid(part) if isinstance(part, str) else part for part in parts]
    bar = [SubmitBar(submit, cancel_url)] if submit is not None else []
    helper.layout = Layout(ErrorSummary(), *parts, _Rest(), *bar)
    return helper
