"""How the outbox stands, for people and (--json) for programs."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Count
from django.utils.translation import gettext as _

from crm.outbox.health import pulse
from crm.outbox.models import Message, State


class Command(BaseCommand):
    help = "Counts the messages by state, and says how long the oldest due one has been waiting."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = dict(Message.objects.values_list("state").annotate(Count("pk")).order_by())
        figures: dict[str, int | None] = {state: counts.get(state, 0) for state in State.values}
        figures["oldest_unsent_s"] = oldest = pulse().oldest_unsent_s
        if options["json"]:
            self.stdout.write(json.dumps(figures))
            return
        for state in State:
            self.stdout.write(f"{figures[state.value]:>10,}  {state.label}")
        if oldest is None:
            self.stdout.write(_("Nothing is due."))
        else:
            self.stdout.write(_("The oldest due message has been waiting for %(seconds)d s.") % {"seconds": oldest})
