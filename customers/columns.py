"""Columns that upper apps add to the list of customers: open complaints, the next follow-up. One query a column."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Cell:
    """What stands in one row. Tones: "", "acc", "warn", "bad"."""

    text: Any
    tone: str = ""
    title: Any = ""


@dataclass(frozen=True)
class Column:
    """`cells(user, customers)` answers by id for those of the page's customers where there is something to say."""

    key: str
    label: Any
    cells: Callable[[Any, list[Any]], dict[int, Cell]]
    position: int = 50


_columns: dict[str, Column] = {}


def register(column: Column) -> None:
    _columns[column.key] = column


def all_columns() -> list[Column]:
    return sorted(_columns.values(), key=lambda column: column.position)
