"""Filters of a list: what the address says, as a form, as a narrower question, and as chips that can be taken off."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.look.forms import PickManyWidget
from crm.look.paging import CURSOR_KEYS
from crm.look.words import day

# A date beyond these is a slip, and the day after the last of all has no name.
EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True)
class Chip:
    key: str
    label: Any
    value: str
    url_without: str


@dataclass(frozen=True)
class Tab:
    """A saved view above a list."""

    label: Any
    url: str
    count: Any = None
    tone: str = ""
    current: bool = False


class FilterForm(forms.Form):
    """Bound to `request.GET`. A field narrows by `narrow_<field>(queryset, value)` or by its entry in `lookups`.

    `inline` are the fields that stand in the row itself; the others open with "Filter". `also` are further parameters
    that the page understands itself.
    """

    lookups: dict[str, str] = {}
    inline: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    ignored = ("sort", *CURSOR_KEYS)

    def __init__(self, data: QueryDict | None = None, *args: Any, **kwargs: Any):
        kwargs.setdefault("auto_id", "filter_%s")
        super().__init__(data if data is not None else QueryDict(), *args, **kwargs)
        for field in self.fields.values():
            field.required = False
            self._dress(field)
            if isinstance(field, forms.DateField):
                field.validators += [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]
            if isinstance(field, forms.ModelChoiceField) and field.empty_label is not None:
                field.empty_label = _("All")

    @staticmethod
    def _dress(field: forms.Field) -> None:
        """Few choices of which several may hold are chips; the rest looks like the fields of a form."""
        if type(field.widget) is forms.CheckboxSelectMultiple and isinstance(field, forms.ChoiceField):
            field.widget = PickManyWidget()
            field.widget.choices = field.choices
        elif isinstance(field.widget, forms.Select):
            field.widget.attrs.setdefault("class", "form-select")
        elif isinstance(field.widget, forms.TextInput | forms.DateInput):
            field.widget.attrs.setdefault("class", "form-control")

    def narrow(self, queryset: QuerySet) -> QuerySet:
        """The rows that the address asks for; a filter that is not understood narrows nothing and stands in `problems`."""
        for name, value in self._given():
            if method := getattr(self, f"narrow_{name}", None):
                queryset = method(queryset, value)
            elif lookup := self.lookups.get(name):
                value = value.pk if isinstance(value, Model) else value
                several = isinstance(value, list | tuple | set | QuerySet) and not lookup.endswith("__in")
                queryset = queryset.filter(**{f"{lookup}__in" if several else lookup: value})
        return queryset

    def problems(self) -> list[str]:
        """What the address says and the page does not understand, as sentences."""
        found = []
        for name, errors in self.errors.items():
            label = self.fields[name].label or name if name in self.fields else name
            found += [
                _("The filter “%(filter)s” was left out: %(reason)s") % {"filter": label, "reason": error}
                for error in errors
            ]
        known = {*self.fields, *self.also, *self.ignored}
        for name in self.data:
            if name not in known:
                found.append(_("This list has no filter “%(filter)s”.") % {"filter": str(name)[:40]})
        return found

    def chips(self) -> list[Chip]:
        """One chip for each value in force."""
        return [chip for name, value in self._given() for chip in self._chips(name, value)]

    @property
    def panel_chips(self) -> list[Chip]:
        """The chips of what is chosen behind "Filter"; a field in the row shows its value itself."""
        return [chip for chip in self.chips() if chip.key not in self.inline]

    @property
    def row_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.inline]

    @property
    def panel_fields(self) -> list[forms.BoundField]:
        return [bound for bound in self if bound.name not in self.inline and not bound.is_hidden]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Parameters that are no filters and stay when the filters change."""
        names = [name for name in ("sort", *self.also) if name in self.data]
        return [(name, value) for name in names for value in self._values(name)]

    @property
    def narrowed(self) -> bool:
        return any(True for _pair in self._given())

    @property
    def url_without_any(self) -> str:
        query = QueryDict(mutable=True)
        for name, value in self.kept:
            query.appendlist(name, value)
        return f"?{query.urlencode()}"

    def _given(self) -> Iterator[tuple[str, Any]]:
        if not hasattr(self, "cleaned_data"):
            self.is_valid()
        for name in self.fields:
            value = self.cleaned_data.get(name)
            if value is None or value is False or (not isinstance(value, Model | bool) and value == ""):
                continue
            if isinstance(value, list | tuple | set) and not value:
                continue
            if isinstance(value, QuerySet) and not value:
                continue
            yield name, value

    def _values(self, name: str) -> list[str]:
        return self.data.getlist(name) if hasattr(self.data, "getlist") else [self.data[name]]

    def _chips(self, name: str, value: Any) -> Iterator[Chip]:
        field = self.fields[name]
        label = field.label or name
        if isinstance(value, list | tuple | set | QuerySet):
            for one in value:
                raw = str(field.prepare_value(one))
                yield Chip(name, label, self._said(field, one), self._url_without(name, raw))
        else:
            yield Chip(name, label, self._said(field, value), self._url_without(name))

    @staticmethod
    def _said(field: forms.Field, value: Any) -> str:
        if value is True:
            return ""
        if isinstance(value, datetime | date):
            return day(value, timezone.now())
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            for key, words in _flat(field.choices):
                if str(key) == str(value):
                    return str(words)
        return str(value)

    def _url_without(self, name: str, raw: str | None = None) -> str:
        data: Any = self.data
        query = data.copy()
        for key in CURSOR_KEYS:
            query.pop(key, None)
        left = [value for value in self._values(name) if raw is not None and value != raw]
        query.setlist(name, left)
        return f"?{query.urlencode()}"


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for key, words in choices:
        if isinstance(words, list | tuple):
            yield from _flat(words)
        else:
            yield key, words
