"""`manage.py demo`: a believable company to look at, on the embedded database or on one marked as a demo."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crm.demo.seeding import Laid, lay_out

REFUSED = 2


def day(text: str) -> date:
    return date.fromisoformat(text)


class Command(BaseCommand):
    help = "Lays out a believable company with customers, complaints, surveys and follow-ups, once; later adds what is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--today", type=day, metavar="DATE", help="the day on which it ends, such as 2026-11-24 (default: now)"
        )
        parser.add_argument("--reset", action="store_true", help="empty the database first: everything in it goes")

    def handle(self, *args: Any, today: date | None, reset: bool, **options: Any) -> None:
        if not settings.DEMO_ALLOWED:
            raise CommandError(
                "This database is neither the embedded one nor marked as a demo (REVISIT_DEMO=1): nothing was written.",
                returncode=REFUSED,
            )
        laid = lay_out(today, reset=reset)
        self.stdout.write(self._said(laid, today))

    def _said(self, laid: Laid, today: date | None) -> str:
        laid_for = timezone.localtime(laid.now)
        when = f"{laid_for:%Y-%m-%d %H:%M}"
        if laid.first and laid.told:
            return f"Demo data: laid out as of {when} in {laid.seconds:.1f} s."
        if laid.first:
            return "Demo data: only the accounts, because this database holds customers or colleagues of yours."
        if today and today != laid_for.date():
            return f"Demo data: was laid out as of {when} and stays so; --reset lays it out anew."
        if laid.added:
            return f"Demo data: added {', '.join(laid.added)}."
        return f"Demo data: nothing is missing (laid out as of {when})."
