"""Where the demo is not laid out: on a database that is none, and over what somebody has already."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from crm.staff.models import User
from customers.models import Customer


def test_a_database_that_is_no_demo_is_refused_and_stays_as_it_is(db, settings):
    settings.DEMO_ALLOWED = False

    with pytest.raises(CommandError) as refused:
        call_command("demo", "--reset")

    assert refused.value.returncode == 2
    assert str(refused.value).count("\n") == 0 and "REVISIT_DEMO=1" in str(refused.value)
    assert not User.objects.exists()


def test_where_somebody_has_customers_already_only_the_accounts_are_added(db):
    from tests.factories import make_customer

    make_customer("陈雅琴")
    said = StringIO()

    call_command("demo", stdout=said)

    assert "only the accounts" in said.getvalue()
    assert Customer.objects.count() == 1
    assert User.objects.get(username="agent").check_password("demo")
