"""Pages of a list by key, not by number: page 10,000 costs what page 1 costs, and nothing is skipped when rows arrive."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import BooleanField, F, Field, Func, Model, Q, QuerySet, Value
from django.http import HttpRequest

from crm.look.words import number

SALT = "crm.look.paging"
CURSOR_KEYS = ("after", "before")


@dataclass(frozen=True)
class Sort:
    """An order of a list. `fields` are NOT NULL `order_by` names and end in the primary key; "-key" is its reverse."""

    key: str
    label: Any
    fields: tuple[str, ...]

    @property
    def backwards(self) -> "Sort":
        turned = tuple(name[1:] if name.startswith("-") else f"-{name}" for name in self.fields)
        return Sort(self.key[1:] if self.key.startswith("-") else f"-{self.key}", self.label, turned)


@dataclass(frozen=True)
class SortLink:
    """How a column head offers its order: the address, whether it is in force, and which way ("ascending", "descending")."""

    key: str
    label: Any
    url: str
    current: bool
    direction: str


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    next_url: str
    previous_url: str
    sorts: list[SortLink]
    sort: Sort

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Count:
    """A count that stops at a cap: "412", or "1,000+"."""

    value: int
    capped: bool

    def __str__(self) -> str:
        return f"{number(self.value)}+" if self.capped else number(self.value)

    def __int__(self) -> int:
        return self.value

    def __bool__(self) -> bool:
        return self.value > 0


class _Row(Func):
    function = "ROW"
    output_field = BooleanField()


class _Compare(Func):
    """`ROW(a, b) > ROW(x, y)`: the one form that PostgreSQL answers from an index on (a, b)."""

    template = "%(expressions)s"
    output_field = BooleanField()
    conditional = True


def count_up_to(queryset: QuerySet, cap: int = 1000) -> Count:
    """Counts exactly up to `cap` and no further, so that a title costs the same on any size of table."""
    found = queryset.order_by()[: cap + 1].count()
    return Count(min(found, cap), found > cap)


def paginate(
    queryset: QuerySet, request: HttpRequest, sorts: Sequence[Sort], size: int = 50, default: str | None = None
) -> Page:
    """The page of `queryset` that the request asks for by `?sort=`, `?after=` and `?before=`; other parameters are kept.

    A cursor that is broken, forged, or made for another order gives the first page.
    """
    sort = _chosen(request.GET.get("sort"), sorts, default)
    forwards, mark = True, _read(request.GET.get("after"), sort, queryset)
    if mark is None and (before := _read(request.GET.get("before"), sort, queryset)) is not None:
        forwards, mark = False, before

    rows, more = _fetch(queryset, sort if forwards else sort.backwards, mark, size)
    if mark is not None and (not rows or (not forwards and not more)):
        # Nothing there any more, or back at the top: the first page, filled up from the beginning.
        forwards, mark = True, None
        rows, more = _fetch(queryset, sort, None, size)
    if not forwards:
        rows.reverse()

    has_next = more if forwards else True
    has_previous = more if not forwards else mark is not None
    return Page(
        rows,
        _url(request, after=_cursor(rows[-1], sort)) if rows and has_next else "",
        _url(request, before=_cursor(rows[0], sort)) if rows and has_previous else "",
        [_link(request, offered, sort) for offered in sorts],
        sort,
    )


def _chosen(wanted: str | None, sorts: Sequence[Sort], default: str | None) -> Sort:
    by_key = {s.key: s for s in sorts} | {s.backwards.key: s.backwards for s in sorts}
    return by_key.get(wanted or "") or by_key.get(default or "") or sorts[0]


def _fetch(queryset: QuerySet, sort: Sort, mark: list[Any] | None, size: int) -> tuple[list[Any], bool]:
    """Up to `size` rows behind the mark, and whether there are more."""
    if mark is not None:
        queryset = queryset.filter(_beyond(queryset, sort, mark))
    rows = list(queryset.order_by(*sort.fields)[: size + 1])
    return rows[:size], len(rows) > size


def _beyond(queryset: QuerySet, sort: Sort, mark: list[Any]) -> Any:
    names = [name.lstrip("-") for name in sort.fields]
    downwards = [name.startswith("-") for name in sort.fields]
    if len(set(downwards)) == 1:
        values = [Value(value, _field(queryset, name)) for name, value in zip(names, mark, strict=True)]
        return _Compare(_Row(*map(F, names)), _Row(*values), arg_joiner=" < " if downwards[0] else " > ")
    # Mixed directions: the spelled-out form, with the bound on the first column in front for the index.
    parts = Q(pk__in=[])
    for place, (name, down) in enumerate(zip(names, downwards, strict=True)):
        same = dict(zip(names[:place], mark[:place], strict=True))
        parts |= Q(**same, **{f"{name}__{'lt' if down else 'gt'}": mark[place]})
    return Q(**{f"{names[0]}__{'lte' if downwards[0] else 'gte'}": mark[0]}) & parts


def _field(queryset: QuerySet, name: str) -> Field:
    """The model field or annotation that `name` orders by."""
    if name in queryset.query.annotations:
        return queryset.query.annotations[name].output_field
    model: Any = queryset.model
    *path, last = name.split("__")
    for step in path:
        model = model._meta.get_field(step).related_model
    field: Any = model._meta.pk if last == "pk" else model._meta.get_field(last)
    return getattr(field, "target_field", field)  # of a foreign key: the column that it holds


def _value(row: Any, name: str) -> Any:
    if isinstance(row, dict):
        return row[name]
    for step in name.split("__"):
        row = getattr(row, step)
    return row.pk if isinstance(row, Model) else row


def _cursor(row: Any, sort: Sort) -> str:
    values = [_value(row, name.lstrip("-")) for name in sort.fields]
    plain = [value if isinstance(value, int | str) else _plain(value) for value in values]
    return signing.dumps([sort.key, *plain], salt=SALT, compress=False)


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _read(cursor: str | None, sort: Sort, queryset: QuerySet) -> list[Any] | None:
    """The values that a cursor stands for, or None where it is not one of ours for this order."""
    if not cursor:
        return None
    try:
        key, *values = signing.loads(cursor, salt=SALT)
        if key != sort.key or len(values) != len(sort.fields) or None in values:
            return None
        names = [name.lstrip("-") for name in sort.fields]
        return [_field(queryset, name).to_python(value) for name, value in zip(names, values, strict=True)]
    except (signing.BadSignature, ValidationError, FieldDoesNotExist, ValueError, TypeError):
        return None


def _url(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    for key in CURSOR_KEYS:
        query.pop(key, None)
    for key, value in changes.items():
        query[key] = value
    return f"?{query.urlencode()}"


def _link(request: HttpRequest, offered: Sort, sort: Sort) -> SortLink:
    current = sort.key in (offered.key, offered.backwards.key)
    target = offered.backwards if sort.key == offered.key else offered
    direction = ""
    if current:
        direction = "descending" if sort.fields[0].startswith("-") else "ascending"
    return SortLink(offered.key, offered.label, _url(request, sort=target.key), current, direction)
