"""What manage.py asks first: gives every command a database and a broker when the environment names none."""

import os
import sys

from crm.local.keeper import join
from crm.local.places import CannotStart, Places

WITHOUT_STORES = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "startapp",
    "startproject",
    "version",
}


def needs_stores(argv: list[str]) -> bool:
    words = argv[1:]
    if not words or {"-h", "--help", "--version"} & set(words) or "--database" in words:
        return "--database" in words
    return words[0] not in WITHOUT_STORES


def ensure_servers(argv: list[str]) -> None:
    """Set the addresses in the environment; find the embedded servers of this checkout or start them while this process lives."""
    if os.environ.get("DATABASE_URL"):
        return
    places = Places()
    try:
        if os.environ.get("REDIS_URL"):
            raise CannotStart(
                "REDIS_URL is set and DATABASE_URL is not: name both, or neither for the embedded servers."
            )
        if needs_stores(argv):
            join(places)
            os.environ.update(places.addresses())
        else:
            os.environ.setdefault("SECRET_KEY", "not-needed-by-this-command")
            os.environ.update(places.addresses())
    except (CannotStart, OSError) as error:
        sys.exit(f"{error}")
