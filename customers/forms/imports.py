"""The forms of an import: which file from which source, and which of its columns is which."""

from collections.abc import Mapping as Dictionary
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.look.forms import SubmissionForm, form_helper
from crm.staff.models import Team
from customers.actions.imports import source_of
from customers.models import ImportRun, Purchase
from customers.purchase_import.mapping import FIELDS, ORDERS, REJECT, SKIP, Mapping, MappingError, read_mapping
from customers.purchase_import.preview import Column

ENCODINGS = {
    "": gettext_lazy("find out"),
    "utf-8": "UTF-8",
    "gb18030": "GB18030 / GBK",
    "utf-16": "UTF-16",
    "big5": "Big5",
    "cp1252": "Windows-1252",
}
DELIMITERS = {
    "": gettext_lazy("find out"),
    ",": gettext_lazy("comma"),
    ";": gettext_lazy("semicolon"),
    "\t": gettext_lazy("tab"),
}
DATES = {
    "": gettext_lazy("as the file shows"),
    "day-first": gettext_lazy("day first: 25/12/2026"),
    "month-first": gettext_lazy("month first: 12/25/2026"),
    "other": gettext_lazy("another format"),
}
NOT_IMPORTED = gettext_lazy("not imported")


class UploadForm(SubmissionForm):
    """A file, and the name of what its numbers belong to."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV with a header line, also packed as .gz. UTF-8, GB18030 or UTF-16; up to %(limit)s MB."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.gz,text/csv,application/gzip"}),
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=60,
        help_text=gettext_lazy(
            "The till or shop that the numbers belong to. The same name next time: what is stored is recognised,"
            " and the columns are remembered."
        ),
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = settings.IMPORT_MAX_BYTES // 1024 // 1024
        self.fields["file"].help_text = str(self.fields["file"].help_text) % {"limit": limit}
        self.helper = form_helper(self, "file", "source", submit=None, tag=False)

    def clean_source(self) -> str:
        try:
            return source_of(self.cleaned_data["source"])
        except ValueError:
            raise forms.ValidationError(_("This name is kept for purchases typed by hand.")) from None


class MappingForm(forms.Form):
    """Which column is which, and what the file does not say of itself."""

    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), choices=list(ENCODINGS.items()), required=False)
    delimiter = forms.CharField(  # not a ChoiceField: that one strips, and a tab is nothing then
        label=gettext_lazy("Parted by"),
        required=False,
        strip=False,
        widget=forms.Select(choices=list(DELIMITERS.items())),
    )
    dates = forms.ChoiceField(label=gettext_lazy("Dates"), choices=list(DATES.items()), required=False)
    date_format = forms.CharField(
        label=gettext_lazy("Format"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("In the manner of %d.%m.%Y %H:%M"),
    )
    timezone = forms.CharField(
        label=gettext_lazy("Time zone"),
        max_length=60,
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )
    currency = forms.CharField(label=gettext_lazy("Currency"), min_length=3, max_length=3)
    team = forms.ModelChoiceField(
        label=gettext_lazy("Team of new customers"), queryset=Team.objects.active(), required=False
    )
    without_customer = forms.ChoiceField(
        label=gettext_lazy("Rows without a customer"),
        choices=[(SKIP, gettext_lazy("leave out")), (REJECT, gettext_lazy("report as errors"))],
    )
    returns_prefix = forms.CharField(
        label=gettext_lazy("Returns begin with"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("What the number of a return begins with, such as C."),
    )

    def __init__(
        self, data: Dictionary[str, Any] | None, *, run: ImportRun, columns: list[Column], suggested: Mapping
    ) -> None:
        super().__init__(data, initial=self._initial(suggested))
        self.run, self.columns = run, columns
        self.mapping: Mapping | None = None
        choices = [("", NOT_IMPORTED), *FIELDS.items()]
        for column in columns:
            field = forms.ChoiceField(label=column.name, choices=choices, required=False, initial=column.ours)
            field.widget.attrs["class"] = "form-select form-select-sm"
            field.widget.attrs["aria-label"] = _("%(column)s is imported as") % {"column": column.name}
            self.fields[f"column-{column.place}"] = field
        for field in self.fields.values():
            css = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs.setdefault("class", css)
        self.fields["team"].empty_label = _("none: seen by those who see everything")  # type: ignore[attr-defined]

    @staticmethod
    def _initial(mapping: Mapping) -> dict[str, Any]:
        said = mapping.date_format
        dates = "" if not said else said if said in ORDERS else "other"
        return {
            "encoding": mapping.encoding if mapping.encoding in ENCODINGS else "",
            "delimiter": mapping.delimiter,
            "dates": dates,
            "date_format": said if dates == "other" else "",
            "timezone": mapping.timezone or settings.TIME_ZONE,
            "currency": mapping.currency or Purchase._meta.get_field("currency").default,
            "team": mapping.team if isinstance(mapping.team, int) else _team_called(mapping.team),
            "without_customer": mapping.without_customer,
            "returns_prefix": mapping.returns_prefix,
        }

    def rows(self) -> list[tuple[Column, forms.BoundField]]:
        return [(column, self[f"column-{column.place}"]) for column in self.columns]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        chosen = [(data.get(f"column-{column.place}"), column) for column in self.columns]
        columns: dict[str, str] = {}
        for ours, column in chosen:
            if not ours:
                continue
            if ours in columns:
                self.add_error(f"column-{column.place}", _("%(field)s is taken twice.") % {"field": FIELDS[ours]})
            elif sum(other.name == column.name for other in self.columns) > 1:
                self.add_error(f"column-{column.place}", _("The header names this column twice."))
            else:
                columns[ours] = column.name
        if not self.errors:
            self._read(data, columns)
        return data

    def _read(self, data: dict[str, Any], columns: dict[str, str]) -> None:
        said = data["date_format"] if data["dates"] == "other" else data["dates"]
        values = {
            "columns": columns,
            "encoding": data["encoding"],
            "delimiter": data["delimiter"],
            "date_format": said,
            "timezone": data["timezone"],
            "currency": data["currency"],
            "team": data["team"].pk if data["team"] else None,
            "without_customer": data["without_customer"],
            "returns": {"prefix": data["returns_prefix"]} if data["returns_prefix"] else {},
            "shift_dates_to_end_today": bool(self.run.mapping.get("shift_dates_to_end_today")),
        }
        try:
            self.mapping = read_mapping(values)
        except MappingError as error:
            self.add_error(None, str(error))
            return
        if missing := self.mapping.missing():
            names = ", ".join(str(FIELDS[ours]) for ours in missing)
            self.add_error(None, _("No column is chosen for: %(names)s.") % {"names": names})


def _team_called(name: str | int | None) -> int | None:
    if not isinstance(name, str):
        return None
    found = Team.objects.active().filter(name_en__iexact=name) | Team.objects.active().filter(name_zh=name)
    return found.values_list("pk", flat=True).first()


def zones() -> list[str]:
    return sorted(
        zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/"))
    )
