"""One figure of a benchmark, and how it is printed."""

import json
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """`base` is what the value is compared with, in the same unit; the ratio is value / base."""

    name: str
    value: float
    unit: str
    base: float | None = None

    def line(self) -> str:
        ratio = round(self.value / self.base, 3) if self.base else None
        base = None if self.base is None else round(self.base, 3)
        return json.dumps(
            {"name": self.name, "value": round(self.value, 3), "unit": self.unit, "base": base, "ratio": ratio},
            ensure_ascii=False,
        )


def middle_and_p95(values: list[float]) -> tuple[float, float]:
    ordered = sorted(values)
    return median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
