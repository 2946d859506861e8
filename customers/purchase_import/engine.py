"""The course of one import: open, stage, sort, and only then write; each step timed, everything in one transaction."""

import csv
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.dateparse import parse_datetime

from crm.staff.models import Team
from customers.models import ImportRun, Purchase
from customers.purchase_import.mapping import Mapping, MappingError, guess_columns
from customers.purchase_import.opening import Opened, open_file
from customers.purchase_import.reasons import row_words
from customers.purchase_import.staging import stage
from customers.purchase_import.writing import KEY_OF_LOCKS, Shift, Writing

STEPS = ("open", "read", "sort", "customers", "products", "purchases", "lines", "timeline", "search")
TABLES = (
    "row",
    "purchase",
    "product",
    "customer",
    "buyer",
    "region",
    "mixed",
    "refused",
)  # of a transaction, each import_…
ERROR_COLUMNS = ("line", "column", "value", "reason", "code", "detail")
SUMMARISED = 20  # kinds of problems that the report shows with an example
BIG = 10_000  # lines after which the database should count its rows anew

Progress = Callable[[str, int, int | None], None]


class Busy(Exception):
    """Another import of the same source is running."""


@dataclass
class Report:
    """What became of a file. `counts` are those of the JSON answer; `problems` are examples by kind."""

    counts: dict[str, Any]
    opened: Opened
    mapping: Mapping
    shift: Shift | None
    steps: dict[str, float] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)
    error_file: Path | None = None
    run_id: int | None = None


def import_file(
    path: str | Path,
    *,
    mapping: Mapping,
    source: str,
    now: datetime,
    errors_to: Path,
    actor_id: int | None = None,
    begin: Callable[[Opened], int] | None = None,
    finish: Callable[[Report], None] = lambda report: None,
    progress: Progress = lambda step, done, total: None,
    wait: bool = True,
    limit: int | None = None,
) -> Report:
    """Imports a file, or with `begin` None only says what would become of it.

    `begin` gives the id of the run before the first row is written, `finish` gets the report before the commit: both in the
    transaction. Raises Unusable (nothing written), and Busy where `wait` is false and the source is taken.
    """
    steps: dict[str, float] = {}
    team_id = team_of(mapping)

    @contextmanager
    def step(name: str) -> Iterator[None]:
        progress(name, 0, None)
        start = time.perf_counter()
        yield
        steps[name] = round(time.perf_counter() - start, 3)

    with step("open"):
        opened = open_file(path, mapping, limit=limit)
        mapping = mapping if mapping.columns else mapping.with_columns(guess_columns(opened.header))
    try:
        with transaction.atomic():
            _prepare(source, wait)
            shift = _earlier_shift(source) if mapping.shift_dates_to_end_today else None
            currency = mapping.currency or Purchase._meta.get_field("currency").default
            with step("read"):
                until = None if mapping.shift_dates_to_end_today else now
                read, counted = stage(
                    opened, mapping, until=until, progress=lambda rows: progress("read", rows, max(opened.lines, rows))
                )
            progress("sort", read, read)
            writing = Writing(
                mapping=mapping,
                source=source,
                currency=currency,
                team_id=team_id,
                actor_id=actor_id,
                now=now,
                shift=shift,
                counted=counted,
            )
            with step("sort"):
                if mapping.shift_dates_to_end_today and shift is None:
                    shift = writing.shift_to_end(now)
                writing.sort()
                report = Report(writing.counts(read), opened, mapping, shift, steps)
                report.error_file = _report_refused(writing, report, errors_to)
            if begin is not None:
                report.run_id = begin(opened)
                if report.counts["rows_imported"]:
                    _write(writing, report, step)
                finish(report)
            _tidy()
    except BaseException:
        errors_to.unlink(missing_ok=True)
        raise
    return report


def team_of(mapping: Mapping) -> int | None:
    """The team that a mapping names, by id or by its name in either language; MappingError when there is none such."""
    if mapping.team is None:
        return None
    teams = Team.objects.active()
    if isinstance(mapping.team, int):
        found = list(teams.filter(pk=mapping.team))
    else:
        found = list(teams.filter(name_en__iexact=mapping.team) | teams.filter(name_zh=mapping.team))
    if len(found) != 1:
        raise MappingError(f"No team, or more than one, is called {mapping.team}.")
    return found[0].pk


def _prepare(source: str, wait: bool) -> None:
    """One import of a source at a time: the second finds what the first has stored."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [KEY_OF_LOCKS, source])
        else:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [KEY_OF_LOCKS, source])
            if not cursor.fetchone()[0]:
                raise Busy(source)
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # each step pays for its own checks, not the commit for all


def _tidy() -> None:
    """Leaves a transaction that others opened around this one as it was."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join(f'pg_temp.import_{table}' for table in TABLES)}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _earlier_shift(source: str) -> Shift | None:
    """By what an earlier import of this source was moved: the same file again must give the same times."""
    runs = ImportRun.objects.filter(source=source, state=ImportRun.State.DONE, counts__has_key="shift")
    counts = runs.order_by("-pk").values_list("counts", flat=True).first()
    if not counts:
        return None
    until = parse_datetime(counts["shift"]["until"])
    assert until is not None
    return Shift(counts["shift"]["days"], until)


def _write(writing: Writing, report: Report, step) -> None:
    assert report.run_id is not None
    with step("customers"):
        writing.write_customers(report.run_id)
    with step("products"):
        writing.write_products()
    with step("purchases"):
        writing.write_purchases()
    with step("lines"):
        writing.cut_ahead()
        writing.write_lines()
    with step("timeline"):
        writing.write_timeline()
    with step("search"):
        writing.write_search()


def count_anew(report: Report) -> None:
    """Lists are read right after a large import: the planner must not think that the tables are as small as before."""
    if report.run_id is None or report.counts["lines_created"] < BIG:
        return
    tables = "customer", "purchase", "purchaseline", "product", "timelineentry", "searchentry", "customernumber"
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(f"customers_{table}" for table in tables))


def _report_refused(writing: Writing, report: Report, errors_to: Path) -> Path | None:
    """The CSV of what was not imported, and the examples by kind."""
    if not report.counts["rows_rejected"] and not report.counts["rows_changed"]:
        return None
    errors_to.parent.mkdir(parents=True, exist_ok=True)
    found: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], dict[str, Any]] = {}
    with open(errors_to, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(ERROR_COLUMNS)
        for line, column, value, code, detail in writing.refused():
            rows.writerow(guarded([line, column, value, row_words(code, detail), code, detail]))
            found[code, column] += 1
            first.setdefault((code, column), {"line": line, "value": value, "detail": detail})
        file.flush()
        os.fsync(file.fileno())
    report.problems = [
        {"code": code, "column": column, "count": count, **first[code, column]}
        for (code, column), count in found.most_common(SUMMARISED)
    ]
    return errors_to


def guarded(cells: list[Any]) -> list[Any]:
    """Cells that a spreadsheet would take for a formula get an apostrophe; numbers stay numbers."""
    return [f"'{cell}" if isinstance(cell, str) and _is_formula(cell) else cell for cell in cells]


def _is_formula(cell: str) -> bool:
    if cell[:1] not in ("=", "+", "-", "@", "\t", "\r"):
        return False
    return not cell[1:].replace(".", "", 1).isdigit()
