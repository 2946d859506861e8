"""Nothing is sent but through the outbox, and nothing is promised to a customer but past the contact guard."""

import ast
from collections.abc import Iterator

from tests.architecture.sources import Module, product, sample, where

SENDING = {
    "send_mail",
    "send_mass_mail",
    "mail_admins",
    "mail_managers",
    "EmailMessage",
    "EmailMultiAlternatives",
    "get_connection",
}
# Who asks the guard whether a customer may be written to. Everything above goes through `customers.letters.write_to`.
GUARD_CALLERS = {"customers/letters.py"}
# Who promises at all: the customer's letters, and mails to people who work here.
PROMISERS = {
    "customers/letters.py": "letters to customers, past the guard",
    "crm/staff/actions/password.py": "links to set a password",
    "crm/outbox/actions.py": "defines it, and the test mail to an administrator",
    "followups/actions/reminders.py": "reminders to colleagues",
    "complaints/actions/clock.py": "tells the lead of a missed clock",
}


def sends(module: Module) -> Iterator[str]:
    for line, name in module.imports():
        if (
            name.startswith("smtplib")
            or (name.startswith("django.core.mail") and name.split(".")[-1] in SENDING)
            or name == "django.core.mail"
        ):
            yield f"{where(module, line)}: imports {name}"
    for call in module.calls():
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        connects = name == "get_connection" and "mail" not in ast.unparse(call.func).split(".get_connection")[0]
        if name in {"email_user", *SENDING} and not connects:
            yield f"{where(module, call)}: {name}"


def test_only_the_outbox_sends():
    found = [
        line
        for module in product()
        if not module.path.startswith(("crm/outbox/", "crm/local/"))
        for line in sends(module)
    ]

    assert not found, "Promise it: crm.outbox.actions.promise\n" + "\n".join(found)


def test_that_rule_sees_every_way_of_sending():
    for text in (
        "from django.core.mail import send_mail",
        "from django.core import mail\nfrom django.core.mail.message import EmailMessage",
        "import smtplib",
        "user.email_user('a', 'b')",
    ):
        assert list(sends(sample(text))), text
    assert not list(sends(sample("from crm.outbox.actions import promise")))


def calls_of(module: Module, origin: str, name: str) -> bool:
    """Whether a module calls `origin.name`, imported as a module or by its name."""
    imported = {full for _line, full in module.imports()}
    by_name = f"{origin}.{name}" in imported
    by_module = origin in imported
    last = origin.rsplit(".", 1)[-1]
    for call in module.calls():
        if by_name and isinstance(call.func, ast.Name) and call.func.id == name:
            return True
        attribute = by_module and isinstance(call.func, ast.Attribute) and call.func.attr == name
        if attribute and ast.unparse(call.func.value) in (last, origin):  # type: ignore[attr-defined]
            return True
    return False


def test_the_callers_of_the_contact_guard_are_known():
    callers = {m.path for m in product() if calls_of(m, "customers.contact_guard", "allow")}

    assert callers == GUARD_CALLERS


def test_who_promises_is_known():
    promisers = {m.path for m in product() if calls_of(m, "crm.outbox.actions", "promise")} - {"crm/outbox/actions.py"}

    assert promisers <= set(PROMISERS), (
        f"Write to customers by customers.letters.write_to: {promisers - set(PROMISERS)}"
    )


def test_that_rule_sees_a_caller():
    for text in (
        "from customers import contact_guard\ncontact_guard.allow(customer, purpose='x')",
        "from customers.contact_guard import allow\nallow(customer, purpose='x')",
    ):
        assert calls_of(sample(text), "customers.contact_guard", "allow")
    assert not calls_of(
        sample("from customers import contact_guard\ncontact_guard.look(1)"), "customers.contact_guard", "allow"
    )


def delayed(module: Module) -> Iterator[str]:
    """A task with an ETA or a countdown is a promise in the memory of a worker, and gone when the worker is."""
    for call in module.calls():
        asks = isinstance(call.func, ast.Attribute) and call.func.attr in {"apply_async", "send_task"}
        if asks and {keyword.arg for keyword in call.keywords} & {"eta", "countdown"}:
            yield where(module, call)


def test_no_task_carries_a_promise_in_its_time():
    assert not [line for module in product() for line in delayed(module)]
    assert list(delayed(sample("remind.apply_async(eta=later)")))
