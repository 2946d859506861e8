"""Lines that upper apps add to an import's report: what became of the rows in their hands (`too_old`)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from customers.models import ImportRun


@dataclass(frozen=True)
class ReportLine:
    key: str
    count: Callable[[ImportRun], int]
    label: Any


_lines: dict[str, ReportLine] = {}


def register_line(key: str, count: Callable[[ImportRun], int], label: Any) -> None:
    _lines[key] = ReportLine(key, count, label)


def lines() -> list[ReportLine]:
    return list(_lines.values())
