"""May this customer be written to, for this purpose, now, and at which address? The one place that decides.

Everything that promises something to a customer asks here first, through `customers.letters`. A refusal is logged with
its reason; a test lists the callers.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import ContactMade, ContactRefusal, Customer, GuardRule

REASONS: dict[str, Any] = {
    "no_address": _("No address is known."),
    "opted_out": _("The customer wants no messages of this kind."),
    "asked_recently": _("The customer was asked too recently."),
    "erased": _("The customer's data was erased."),
    "archived": _("The customer is archived."),
}

# Which kind of contact point a channel needs.
ADDRESSES = {"email": "email", "phone": "phone"}


@dataclass(frozen=True)
class Decision:
    """Whether, where to, and in which language; or why not (a key of REASONS). False when refused."""

    allowed: bool
    address: str = ""
    language: str = ""
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed

    @property
    def words(self) -> Any:
        return REASONS.get(self.reason, "")


def allow(
    customer: Customer, *, purpose: str, channel: str = "email", by: Any = None, at: datetime | None = None
) -> Decision:
    """Decides, and logs a refusal. `by` is who wants to write; None is the system. `at`: when it would be sent.

    Ask inside the transaction that promises, with the customer's row locked, where two could ask at once.
    """
    at = at or timezone.now()
    decision = look(customer, purpose=purpose, channel=channel, at=at)
    if not decision:
        ContactRefusal.objects.create(
            customer=customer, channel=channel, purpose=purpose, reason=decision.reason, at=timezone.now()
        )
    return decision


def look(customer: Customer, *, purpose: str, channel: str = "email", at: datetime | None = None) -> Decision:
    """The same decision for a page that only shows it: nothing is logged."""
    at = at or timezone.now()
    if customer.erased_at:
        return Decision(False, reason="erased")
    if customer.archived_at:
        return Decision(False, reason="archived")
    if customer.opt_outs.filter(channel=channel, withdrawn_at__isnull=True).exists():
        return Decision(False, reason="opted_out")
    address = _address(customer, channel, at)
    if not address:
        return Decision(False, reason="no_address")
    if purpose == "survey" and _asked_recently(customer, at):
        return Decision(False, reason="asked_recently")
    return Decision(True, address=address, language=customer.language)


def _address(customer: Customer, channel: str, at: datetime) -> str:
    """The preferred address of the channel, else the one known longest, of those valid on that day."""
    points = customer.contact_points.filter(kind=ADDRESSES[channel]).current(timezone.localdate(at))
    point = points.order_by("-preferred", "pk").first()
    return point.normalised if point else ""


def _asked_recently(customer: Customer, at: datetime) -> bool:
    """A survey sent, or still on its way, within the guard's days. One that failed or was cancelled asked nobody."""
    since = at - timedelta(days=GuardRule.current().survey_every_days)
    return ContactMade.objects.counting().filter(customer=customer, purpose="survey", at__gt=since).exists()
