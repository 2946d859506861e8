"""`make bench`: runs the modules here that have a `main()`, on servers and data of their own, and prints one JSON line a figure.

A module's `main()` yields `Figure`s; `ORDER` (a number, else 100) says who comes first: what is imported early is what the views are
measured on. `python -m bench start views` runs only these. The servers are the embedded ones with all their durability, in a folder
beside the usual data, which is removed at the end; the row counts are printed last. Remarks go to stderr.
"""

import importlib
import json
import os
import pkgutil
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import bench
from crm.local.keeper import join, leave
from crm.local.places import CannotStart, Places

NOT_A_BENCHMARK = {"__main__", "figures"}


def modules(wanted: list[str]) -> list:
    names = sorted(info.name for info in pkgutil.iter_modules(bench.__path__) if info.name not in NOT_A_BENCHMARK)
    if unknown := set(wanted) - set(names):
        sys.exit(f"There is no bench/{min(unknown)}.py; there are {', '.join(names)}.")
    found = [importlib.import_module(f"bench.{name}") for name in names if not wanted or name in wanted]
    return sorted(
        (module for module in found if hasattr(module, "main")), key=lambda module: getattr(module, "ORDER", 100)
    )


def row_counts() -> dict[str, int]:
    from django.apps import apps

    counts = {model._meta.label: model._default_manager.count() for model in apps.get_models()}
    return {label: count for label, count in sorted(counts.items()) if count}


def measure(wanted: list[str]) -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    for module in modules(wanted):
        begun = time.monotonic()
        figures: Iterable = module.main() or ()
        for figure in figures:
            print(figure.line(), flush=True)
        print(f"{module.__name__}: {time.monotonic() - begun:.1f} s", file=sys.stderr, flush=True)
    print(json.dumps({"name": "rows", "counts": row_counts()}), flush=True)


def main(wanted: list[str]) -> int:
    for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL"):
        os.environ.pop(name, None)
    usual = Places().data
    usual.mkdir(parents=True, exist_ok=True)
    data = Path(tempfile.mkdtemp(prefix="bench-", dir=usual))
    places = Places(data)
    os.environ["REVISIT_DATA"] = str(data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    try:
        join(places, leave_at_exit=False)
        os.environ.update(places.addresses())
        measure(wanted)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        leave(places, os.getpid())
        shutil.rmtree(data, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
