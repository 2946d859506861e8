"""`manage.py import_purchases FILE`: the same import as in the browser, in this process."""

import json
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from customers import import_report
from customers.actions import imports
from customers.purchase_import import Mapping, MappingError, Report, Unusable, read_mapping
from customers.purchase_import.engine import count_anew

UNUSABLE, USAGE = 1, 2


class Command(BaseCommand):
    help = "Import purchases from a CSV file (plain or .gz)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--mapping", metavar="FILE.json", type=Path, help="which column is which, encoding, dates, currency …"
        )
        parser.add_argument(
            "--source",
            metavar="NAME",
            default="",
            help="what the numbers in the file belong to; default: the mapping's name",
        )
        parser.add_argument("--dry-run", action="store_true", help="count, write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        source = self._source(options)
        mapping = self._mapping(options["mapping"], source)
        if not path.is_file():
            raise CommandError(_("No such file: %(path)s") % {"path": path}, returncode=USAGE)
        start = time.perf_counter()
        try:
            report = imports.import_now(
                path, mapping=mapping, source=source, dry_run=options["dry_run"], progress=self._progress(options)
            )
        except MappingError as error:
            raise CommandError(str(error), returncode=USAGE) from None
        except Unusable as error:
            if options["json"]:
                self._print({"error": str(error), **error.as_dict()})
            raise CommandError(str(error), returncode=UNUSABLE) from None
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=UNUSABLE) from None
        answer = self._answer(report, time.perf_counter() - start, dry_run=options["dry_run"])
        if options["json"]:
            self._print(answer)
        else:
            for key, value in answer.items():
                self.stdout.write(f"{key}: {json.dumps(value) if isinstance(value, dict) else value}")
        count_anew(report)
        self.stderr.write(" ".join(f"{step} {seconds:.2f} s" for step, seconds in report.steps.items()))

    def _print(self, answer: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(answer, ensure_ascii=False))

    def _source(self, options: dict[str, Any]) -> str:
        mapping = options["mapping"]
        name = options["source"] or (mapping.stem if mapping else "import")
        try:
            return imports.source_of(name)
        except ValueError:
            raise CommandError(
                _("%(name)s cannot be the name of a source: 1 to 60 characters, and not that of typed purchases.")
                % {"name": name},
                returncode=USAGE,
            ) from None

    def _mapping(self, path: Path | None, source: str) -> Mapping:
        """The named one, else the one confirmed last for this source, else what the header tells."""
        try:
            if path is None:
                return read_mapping(imports.remembered(source) or {})
            return read_mapping(json.loads(path.read_text("utf-8-sig")))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError, MappingError) as error:
            raise CommandError(f"{path or source}: {error}", returncode=USAGE) from None

    def _progress(self, options: dict[str, Any]):
        if options["json"] or not sys.stderr.isatty():
            return lambda step, done, total: None
        return lambda step, done, total: self.stderr.write(f"\r{step} {done:,}  ", ending="")

    def _answer(self, report: Report, seconds: float, *, dry_run: bool) -> dict[str, Any]:
        answer = {
            "run": report.run_id,
            **report.counts,
            "too_old": report.counts.get("too_old", None if dry_run else 0),
        }
        for line in import_report.lines():
            answer.setdefault(line.key, None)
        return answer | {
            "error_file": str(report.error_file) if report.error_file else None,
            "seconds": round(seconds, 2),
            "dry_run": dry_run,
            "steps": report.steps,
        }
