"""The real purchase file that pages and imports are measured on: UCI Online Retail, CC0, 541,909 lines.

It is not part of the checkout: `ONLINE_RETAIL=path/to/online_retail.csv.gz make bench`; without that, a copy in a folder
`shared/data/online_retail` beside the checkout is taken.
"""

import os
import sys
from pathlib import Path

from django.core.management import call_command

from crm.local.places import CHECKOUT
from customers.models import Purchase

BESIDE = Path(CHECKOUT).parent / "shared" / "data" / "online_retail" / "online_retail.csv.gz"
MAPPING = Path(CHECKOUT) / "docs" / "mappings" / "online_retail.json"


def file() -> Path | None:
    """Where the file lies: as named, or beside the checkout."""
    named = os.environ.get("ONLINE_RETAIL")
    path = Path(named) if named else BESIDE
    return path if path.is_file() else None


def imported() -> bool:
    """Whether the data is in the database; imported now when it is not and the file was named."""
    if Purchase.objects.exists():
        return True
    path = file()
    if path is None:
        print("No file of ONLINE_RETAIL: nothing is measured on the imported data.", file=sys.stderr)
        return False
    with open(os.devnull, "w") as nowhere:
        call_command("import_purchases", path, mapping=MAPPING, source="online_retail", stdout=nowhere)
    return True
