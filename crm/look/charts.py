"""What a chart is made of: one question, its unit, and the rows of the table that it is drawn from."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ChartRow:
    """A row of the table: where its mark leads is where its name leads. `few`: too small a number to conclude from."""

    label: Any
    values: tuple[Any, ...]
    url: str = ""
    few: bool = False
    tone: str = ""  # "bad" draws the mark as one to look at first
    urls: tuple[str, ...] = ()  # where each value leads, when they count different rows

    @property
    def cells(self) -> list[tuple[Any, str]]:
        """The values, each with its own address or the row's."""
        return [(value, self.urls[place] if self.urls else "") for place, value in enumerate(self.values)]


@dataclass(frozen=True)
class Chart:
    """Kinds: "line" (over time, a column a line), "bars" (lying, one column), "columns" (standing, side by side),
    "band" (a line with its interval: value, low, high)."""

    kind: str
    question: Any
    note: Any
    columns: tuple[Any, ...]
    rows: list[ChartRow] = field(default_factory=list)
    unit: Any = ""
    few: bool = False
