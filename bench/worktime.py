"""How fast the business clock is: a thousand deadlines beside plain addition of times, and a target of ten years."""

import json
from datetime import UTC, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

from crm.worktime.clock import Calendar, due_at

OFFICE = [("09:00", "12:00"), ("13:00", "18:00")]
START = datetime(2026, 1, 5, 1, tzinfo=UTC)
TARGET = timedelta(hours=16)
COUNT = 1000


def _best(run, times: int = 5) -> float:
    """Seconds of the quickest of several runs: the others measure the machine's neighbours."""
    found = []
    for _ in range(times):
        begun = perf_counter()
        run()
        found.append(perf_counter() - begun)
    return min(found)


def figures() -> list[dict]:
    berlin = ZoneInfo("Europe/Berlin")
    calendar = Calendar("Europe/Berlin", dict.fromkeys(range(5), OFFICE), holidays=["2026-04-03", "2026-12-25"])
    starts = [START + timedelta(hours=7 * number) for number in range(COUNT)]

    def plain() -> None:
        for start in starts:
            (start.astimezone(UTC) + TARGET).astimezone(berlin)

    def clock() -> None:
        for start in starts:
            due_at(start, TARGET, calendar)

    def ten_years() -> None:
        due_at(START, 520 * timedelta(hours=40), calendar)

    added, counted, long = _best(plain), _best(clock), _best(ten_years)
    return [
        {
            "name": "worktime_due_at",
            "value": round(COUNT / counted),
            "unit": "deadlines/s",
            "base": round(COUNT / added),
            "ratio": round(counted / added, 1),
        },
        {
            "name": "worktime_due_at_ten_years",
            "value": round(long * 1000, 2),
            "unit": "ms",
            "base": round(counted / COUNT * 1000, 3),
            "ratio": round(long / (counted / COUNT), 1),
        },
    ]


if __name__ == "__main__":
    for figure in figures():
        print(json.dumps(figure))
