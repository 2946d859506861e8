"""Small files for the tests of imports, and the one way in which the tests import them."""

import gzip
import itertools
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from customers.actions.imports import import_now
from customers.purchase_import import Report, read_mapping

DATA = settings.BASE_DIR / "tests" / "data" / "online_retail"
MAPPINGS = settings.BASE_DIR / "docs" / "mappings"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HEADER = "order,customer,at,sku,name,qty,price,country"
COLUMNS = {
    "purchase": "order",
    "customer": "customer",
    "at": "at",
    "product": "sku",
    "description": "name",
    "quantity": "qty",
    "unit_price": "price",
    "country": "country",
}
MAPPING: dict[str, Any] = {"columns": COLUMNS, "timezone": "UTC", "currency": "EUR"}

_numbers = itertools.count(1)


def text(*lines: str, header: str = HEADER) -> str:
    return "\n".join([header, *lines]) + "\n"


def written(content: str | bytes, *, packed: bool = False, encoding: str = "utf-8") -> Path:
    """A file with this content, somewhere of its own."""
    data = content.encode(encoding) if isinstance(content, str) else content
    path = Path(tempfile.mkdtemp(dir=settings.MEDIA_ROOT if Path(settings.MEDIA_ROOT).is_dir() else None))
    path = path / f"file{next(_numbers)}.csv"
    path.write_bytes(gzip.compress(data) if packed else data)
    return path


def imported(
    content: str | bytes | Path,
    *,
    source: str = "till",
    by=None,
    dry_run: bool = False,
    now: datetime = NOW,
    **mapping: Any,
) -> Report:
    """Imports this content as of `now`; keyword arguments are keys of the mapping."""
    path = content if isinstance(content, Path) else written(content)
    said = read_mapping({**MAPPING, **mapping})
    return import_now(path, mapping=said, source=source, by=by, dry_run=dry_run, now=now)


def rows_of(report: Report) -> dict[str, int]:
    """The five counts that add up, without their prefix and without the zeros."""
    names = ("imported", "unchanged", "changed", "without_customer", "rejected")
    return {name: report.counts[f"rows_{name}"] for name in names if report.counts[f"rows_{name}"]}


def refused(report: Report) -> list[tuple[int, str, str, str]]:
    """(line, column, value, code) of each reported row."""
    import csv

    if report.error_file is None:
        return []
    with open(report.error_file, encoding="utf-8", newline="") as file:
        return [(int(row["line"]), row["column"], row["value"], row["code"]) for row in csv.DictReader(file)]
