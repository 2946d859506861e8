"""The guard decides who is written to, says why not, and everything that writes asks it."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from crm.outbox import kinds
from crm.outbox.kinds import MessageKind
from crm.outbox.models import Message
from customers import contact_guard, letters
from customers.actions import archive_customer, opt_out, withdraw_opt_out
from customers.models import ContactMade, ContactPoint, ContactRefusal, Customer, GuardRule
from tests.factories import make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kind():
    kinds.register(
        MessageKind(
            "test-letter",
            "A letter",
            variables={"name": ("name", "张三")},
            subject={"en": "Dear {name}", "zh-hans": "{name}，您好"},
            body={"en": "Hello {name}", "zh-hans": "{name}，您好"},
            to_customer=True,
        )
    )


def write(customer, key="k", purpose="survey", **more):
    return letters.write_to(customer, purpose=purpose, key=key, kind="test-letter", values={"name": "张三"}, **more)


def test_the_preferred_valid_address_in_the_customers_language_is_taken(people):
    customer = make_customer("张三", email="first@example.com", language="en")
    ContactPoint.objects.update(preferred=False)
    ContactPoint.objects.create(
        customer=customer, kind="email", value="B@x.test", normalised="b@x.test", preferred=True
    )
    assert contact_guard.allow(customer, purpose="care") == contact_guard.Decision(True, "b@x.test", "en")

    yesterday = timezone.localdate() - timedelta(days=1)
    ContactPoint.objects.filter(preferred=True).update(valid_to=yesterday)
    assert contact_guard.allow(customer, purpose="care").address == "first@example.com"
    assert not ContactRefusal.objects.exists()


def refused(customer, purpose="survey") -> str:
    decision = contact_guard.allow(customer, purpose=purpose)
    assert not decision
    assert decision.reason in contact_guard.REASONS
    logged = ContactRefusal.objects.latest("pk")
    assert (logged.customer, logged.purpose, logged.reason) == (customer, purpose, decision.reason)
    return decision.reason


def test_each_refusal_has_its_reason_and_is_logged(people):
    assert refused(make_customer("张三", phone="13800138000")) == "no_address"

    customer = make_customer("张三", email="z@example.com")
    opt_out(customer.pk, source="link")
    assert refused(customer) == refused(customer, "complaint") == "opted_out"

    customer = make_customer("张三", email="z@example.com")
    Customer.objects.filter(pk=customer.pk).update(erased_at=timezone.now())
    customer.refresh_from_db()
    assert refused(customer) == "erased"

    customer = archive_customer(make_customer("张三", email="z@example.com").pk, by=people.manager)
    assert refused(customer, "care") == "archived"


def test_looking_logs_nothing(people):
    contact_guard.look(make_customer("张三"), purpose="survey")

    assert not ContactRefusal.objects.exists()


def test_a_survey_waits_for_the_days_of_the_rule_and_nothing_else_does(people):
    GuardRule.objects.update(survey_every_days=30)
    customer = make_customer("张三", email="z@example.com")
    now = timezone.now()

    with time_machine.travel(now, tick=False):
        assert write(customer, "s1")
        assert write(customer, "s2").refusal == "asked_recently"
        assert write(customer, "c1", purpose="complaint")
    with time_machine.travel(now + timedelta(days=29, hours=23), tick=False):
        assert write(customer, "s3").refusal == "asked_recently"
    with time_machine.travel(now + timedelta(days=30, seconds=1), tick=False):
        assert write(customer, "s4")


def test_what_failed_or_was_cancelled_asked_nobody(people):
    customer = make_customer("张三", email="z@example.com")
    letter = write(customer, "s1")
    Message.objects.filter(pk=letter.message.pk).update(state="failed", finished_at=timezone.now())

    assert write(customer, "s2")


def test_a_letter_leaves_its_trace_and_can_be_opted_out_of(people):
    customer = make_customer("张三", email="z@example.com", language="en")

    letter = write(customer, by=people.agent, team=people.agent.team)

    made = ContactMade.objects.get()
    assert (made.message, made.purpose, made.staff, made.channel) == (letter.message, "survey", people.agent, "email")
    assert letter.message.address == "z@example.com"
    assert letter.message.subject == "Dear 张三"
    assert letter.message.secrets["opt_out"] == ["opt_out", customer.pk]


def test_the_same_key_writes_once_and_asks_once(people):
    customer = make_customer("张三", email="z@example.com")

    assert write(customer, "same").message == write(customer, "same").message
    assert Message.objects.count() == ContactMade.objects.count() == 1
    assert not ContactRefusal.objects.exists()


def test_a_refused_letter_promises_nothing(people):
    letter = write(make_customer("张三"))

    assert (letter.message, letter.refusal) == (None, "no_address")
    assert str(letter.words) == "No address is known."
    assert not Message.objects.exists()


def test_an_opt_out_holds_until_somebody_was_told_otherwise(people):
    customer = make_customer("张三", email="z@example.com", owner=people.agent)
    first = opt_out(customer.pk, source="one-click")
    assert opt_out(customer.pk, source="link") == first

    withdraw_opt_out(customer.pk, by=people.agent)
    assert withdraw_opt_out(customer.pk, by=people.agent) is None
    assert contact_guard.allow(customer, purpose="care")
    assert list(customer.events.order_by("pk").values_list("what", flat=True)) == [
        "created",
        "opted_out",
        "opt_out_withdrawn",
    ]
    assert list(customer.timeline.order_by("pk").values_list("kind", flat=True)) == ["opted_out", "opt_out_withdrawn"]


APPS = ("customers", "complaints", "satisfaction", "followups", "insights", "crm")
# Who asks the guard. `letters` promises; the others only show or look.
CALLERS = {"customers/letters.py", "customers/views/customer.py", "complaints/views/case.py"}


def _sources():
    for app in APPS:
        for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py")):
            if "tests" not in path.parts and "migrations" not in path.parts:
                yield str(path.relative_to(settings.BASE_DIR)), ast.parse(path.read_text())


def test_the_guards_callers_are_known():
    callers = {
        name
        for name, tree in _sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "contact_guard"
        and node.attr in ("allow", "look")
    }

    assert callers == CALLERS


def test_nobody_else_counts_a_message_to_a_customer():
    """Whatever is sent to a customer goes through `letters`: no other module writes a contact that has a message."""
    writers = set()
    for name, tree in _sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            target = ast.unparse(node.func)
            if target.startswith("ContactMade.objects.") and any(k.arg == "message" for k in node.keywords):
                writers.add(name)

    assert writers == {"customers/letters.py"}
