"""Importing the real file beside a bare COPY of the same file: rate, each step, peak memory; and importing it once more."""

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from django.db import connection

from bench import online_retail
from bench.figures import Figure
from crm.local.places import CHECKOUT
from customers.models import Purchase

ORDER = 50  # before the pages that are measured on the imported data
TIMES = 3
MOST_MB = 250
SOURCE = "online_retail"


def bare_copy(path: Path) -> tuple[float, int]:
    """Seconds of COPY of the file, packed as it is, into a table of texts without index or constraint; and its rows."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_bare_copy")
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            header = next(file).strip().split(",")
        cursor.execute(f"CREATE TABLE bench_bare_copy ({', '.join(f'{name} text' for name in header)})")
        begun = time.perf_counter()
        with gzip.open(path, "rb") as file:
            cursor.copy_expert("COPY bench_bare_copy FROM STDIN WITH (FORMAT csv, HEADER)", file, 1 << 18)
        taken, rows = time.perf_counter() - begun, cursor.rowcount
        cursor.execute("DROP TABLE bench_bare_copy")
    return taken, rows


def run_import(path: Path) -> tuple[dict, float]:
    """The answer of the command, run as a process of its own, and its peak memory in MB."""
    command = [sys.executable, "manage.py", "import_purchases", str(path), "--source", SOURCE, "--json"]
    command += ["--mapping", str(online_retail.MAPPING)]
    process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    answer = process.stdout.read()
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"import_purchases ended with {process.returncode}: {answer}")
    return json.loads(answer), usage.ru_maxrss / 1024


def main() -> Iterator[Figure]:
    path = online_retail.file()
    if path is None:
        print("No file of ONLINE_RETAIL: the import is not measured.", file=sys.stderr)
        return
    if Purchase.objects.exists():
        print("There are purchases already: the import is not measured.", file=sys.stderr)
        return
    bare = [bare_copy(path) for _time in range(TIMES)]
    first, peak = run_import(path)
    bare += [bare_copy(path) for _time in range(TIMES)]  # before and after: what else the machine does counts for both
    again, _peak = run_import(path)
    rows = bare[0][1]
    bare_rate = rows / median(seconds for seconds, _rows in bare)
    yield Figure("import_rows", first["rows_read"], "rows", rows)
    yield Figure("import_lines", first["lines_created"], "rows")
    yield Figure("import_rate", first["rows_read"] / first["seconds"], "rows/s", bare_rate)
    yield Figure("import_again_rate", again["rows_read"] / again["seconds"], "rows/s", bare_rate)
    yield Figure("import_peak_memory", peak, "MB", MOST_MB)
    for step, seconds in first["steps"].items():
        yield Figure(f"import_step_{step}", seconds, "s", first["seconds"])
