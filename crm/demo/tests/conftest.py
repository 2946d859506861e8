"""The demo is laid out once for the tests of a module; each of them works in a savepoint of its own."""

from datetime import date

import pytest
from django.db import transaction

from crm.demo.seeding import Laid, lay_out

DAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def laid(django_db_setup, django_db_blocker):
    """The house as of that Tuesday; taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield lay_out(DAY, reset=True)  # earlier tests leave other numbers behind
        transaction.set_rollback(True)


@pytest.fixture
def demo(laid: Laid, db) -> Laid:
    return laid
