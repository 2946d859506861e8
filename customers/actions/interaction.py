"""Writing down a contact that took place."""

import uuid
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from crm.staff.models import User
from customers import timeline
from customers.models import ContactMade, Customer, Interaction
from customers.permissions import can_log_contact


class NotYet(ValueError):
    """A contact cannot have taken place in the future."""


@transaction.atomic
def log_interaction(
    customer_id: int,
    *,
    by: User,
    channel: str,
    direction: str,
    summary: str,
    at: datetime | None = None,
    outcome: str = "",
    submission: uuid.UUID | None = None,
) -> Interaction:
    """Writes the contact, its entry on the timeline and, when it was ours to the customer, the contact made.

    The same `submission` again gives the row that it made first. `at` may lie in the past, not in the future.
    """
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer_id)
    if not can_log_contact(by, customer):
        raise PermissionDenied
    if submission and (earlier := Interaction.objects.filter(submission=submission).first()):
        return earlier
    now = timezone.now()
    at = at or now
    if at > now:
        raise NotYet
    interaction = Interaction.objects.create(
        customer=customer,
        at=at,
        channel=channel,
        direction=direction,
        staff=by,
        team=by.team,
        summary=summary,
        outcome=outcome,
        submission=submission,
    )
    timeline.record(
        customer.pk,
        kind=f"contact_{channel}",
        key=interaction.pk,
        at=at,
        subject=summary,
        values={"channel": channel, "direction": direction, "outcome": outcome},
        staff=by,
        team=by.team,
    )
    if direction == Interaction.Direction.OUT:
        ContactMade.objects.create(customer=customer, at=at, channel=channel, purpose="care", team=by.team, staff=by)
    return interaction
