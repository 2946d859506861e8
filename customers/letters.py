"""Writing to a customer: asks the guard, promises, leaves the trace. No app promises to a customer otherwise."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm.outbox.actions import promise
from crm.outbox.models import Message
from customers import contact_guard
from customers.models import ContactMade, Customer

OPT_OUT = "opt_out"


@dataclass(frozen=True)
class Letter:
    """What became of it: the promised message, or the reason why not (a key of `contact_guard.REASONS`)."""

    message: Message | None = None
    refusal: str | None = None

    def __bool__(self) -> bool:
        return self.message is not None

    @property
    def words(self) -> Any:
        return contact_guard.REASONS.get(self.refusal or "", "")


@transaction.atomic
def write_to(
    customer: Customer,
    *,
    purpose: str,
    key: str,
    kind: str,
    values: dict[str, str],
    secrets: dict[str, tuple[str, int]] | None = None,
    by: Any = None,
    team: Any = None,
    send_after: datetime | None = None,
) -> Letter:
    """Promises a message of `kind` to this customer, in their language, with a way to opt out; once for each `key`.

    A key that was promised before gives that message again and asks nobody. The customer's row is locked, so that two
    who ask at once cannot both be the first survey of the month.
    """
    Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    if earlier := Message.objects.filter(key=key).first():
        return Letter(message=earlier)
    decision = contact_guard.allow(customer, purpose=purpose, channel="email", by=by, at=send_after)
    if not decision:
        return Letter(refusal=decision.reason)
    message = promise(
        key,
        kind=kind,
        to=decision.address,
        language=decision.language,
        values=values,
        secrets={**(secrets or {}), OPT_OUT: (OPT_OUT, customer.pk)},
        send_after=send_after,
    )
    ContactMade.objects.create(
        customer=customer,
        at=send_after or timezone.now(),
        channel="email",
        purpose=purpose,
        team=team,
        staff=by,
        message=message,
    )
    return Letter(message=message)
