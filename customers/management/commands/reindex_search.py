"""Rewrites what search looks into: after a restore from elsewhere, or when the rules of cutting changed."""

from typing import Any

from django.core.management.base import BaseCommand

from customers import search


class Command(BaseCommand):
    help = "Rewrites the search entries of all customers, in batches; entries of what is gone are taken out."

    def handle(self, *args: Any, **options: Any) -> None:
        gone = search.remove_orphans()
        self.stdout.write(f"{search.reindex()} customers indexed, {gone} entries without a customer removed.")
