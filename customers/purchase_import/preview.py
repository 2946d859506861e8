"""A first look at a file for the page that asks which column is which: its columns with examples, its rows as understood."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from customers.purchase_import import staging
from customers.purchase_import.mapping import Mapping, guess_columns
from customers.purchase_import.opening import Opened, Rows, open_file
from customers.purchase_import.reasons import Unusable, row_words

FIRST_LOOK = 1024 * 1024
EXAMPLES, EXAMPLE_ROWS, SHOWN = 3, 50, 5
LONGEST_EXAMPLE = 28


@dataclass(frozen=True)
class Column:
    """One column of the file. `origin` says where its meaning comes from: "kept", "guessed", or ""."""

    place: int
    name: str
    examples: list[str]
    ours: str
    origin: str


@dataclass(frozen=True)
class Understood:
    """One row as it would be imported, or why not."""

    line: int
    cells: dict[str, Any]
    problem: str = ""
    column: str = ""


@dataclass
class Look:
    opened: Opened
    columns: list[Column] = field(default_factory=list)
    rows: list[Understood] = field(default_factory=list)
    ambiguous: str = ""  # the first date that could be two
    problem: Unusable | None = None


def look(path: Path, mapping: Mapping, *, kept: dict[str, str], now: datetime) -> Look:
    """What the beginning of the file shows under this mapping; `kept` are the columns that the source had last time."""
    opened = open_file(path, mapping, most=FIRST_LOOK)
    found = Look(opened)
    if not mapping.columns:
        # What served last time serves again where the header is the same; the rest is guessed.
        again = {ours: name for ours, name in kept.items() if name in opened.header}
        guessed = {ours: name for ours, name in guess_columns(opened.header).items() if ours not in again}
        mapping = mapping.with_columns({**{o: n for o, n in guessed.items() if n not in again.values()}, **again})
    found.columns = _columns(opened, mapping, kept)
    try:
        staged = staging.sample(opened, mapping, until=now, rows=SHOWN)
    except Unusable as problem:
        found.problem = problem
        return found
    found.rows = [_understood(record, mapping) for record in staged]
    found.ambiguous = next((row.cells["value"] for row in found.rows if row.cells.get("code") == "ambiguous_dates"), "")
    return found


def _columns(opened: Opened, mapping: Mapping, kept: dict[str, str]) -> list[Column]:
    ours_of = {name: ours for ours, name in mapping.columns.items()}
    examples: list[dict[str, None]] = [{} for _name in opened.header]
    for number, (_line, _end, cells) in enumerate(Rows(opened)):
        for place, cell in enumerate(cells[: len(examples)]):
            if (cell := " ".join(cell.split())) and len(examples[place]) < EXAMPLES:
                examples[place][cell[:LONGEST_EXAMPLE]] = None
        if number >= EXAMPLE_ROWS:
            break
    return [
        Column(place, name, list(examples[place]), ours := ours_of.get(name, ""), _origin(ours, name, kept))
        for place, name in enumerate(opened.header)
        if name or examples[place]
    ]


def _origin(ours: str, name: str, kept: dict[str, str]) -> str:
    return "" if not ours else "kept" if kept.get(ours) == name else "guessed"


def _understood(record: tuple | list, mapping: Mapping) -> Understood:
    (
        line,
        purchase,
        _position,
        customer,
        at,
        product,
        description,
        quantity,
        price,
        amount,
        country,
        code,
        column,
        value,
        detail,
    ) = record
    if code:
        return Understood(line, {"value": value, "code": code}, row_words(code, detail), column)
    if not customer:
        return Understood(line, {"purchase": purchase, "without_customer": True})
    moment = datetime.fromisoformat(at).astimezone(mapping.zone)
    total = Decimal(amount) if amount else Decimal(quantity or 1) * Decimal(price)
    cells = {
        "purchase": purchase,
        "customer": customer,
        "at": moment,
        "product": product,
        "description": description,
        "quantity": Decimal(quantity) if quantity else None,
        "amount": total,
        "country": country,
    }
    return Understood(line, cells)
