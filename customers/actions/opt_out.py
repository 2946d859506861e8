"""Wanting no more messages: said through a link, or to somebody who writes it down; and taking it back."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from crm.staff.models import User
from customers import timeline
from customers.models import Customer, CustomerEvent, OptOut
from customers.permissions import can_change, can_withdraw_opt_out

VIAS = {"link": "public", "one-click": "public", "staff": "web"}


@transaction.atomic
def opt_out(customer_id: int, *, channel: str = "email", source: str, by: User | None = None) -> OptOut:
    """The customer wants no more messages of this channel. `source`: link, one-click or staff. Twice is once."""
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer_id)
    if source == "staff" and (by is None or not can_change(by, customer)):
        raise PermissionDenied
    standing = customer.opt_outs.filter(channel=channel, withdrawn_at__isnull=True).first()
    if standing:
        return standing
    made = OptOut.objects.create(customer=customer, channel=channel, source=source, by=by)
    CustomerEvent.objects.create(
        customer=customer, actor=by, via=VIAS[source], what="opted_out", new={"channel": channel, "source": source}
    )
    timeline.record(
        customer.pk, kind="opted_out", key=made.pk, at=made.at, values={"source": source}, staff=by, team=customer.team
    )
    return made


@transaction.atomic
def withdraw_opt_out(customer_id: int, *, channel: str = "email", by: User) -> OptOut | None:
    """The customer wants messages again and told somebody so. None when nothing stood."""
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer_id)
    if not can_withdraw_opt_out(by, customer):
        raise PermissionDenied
    standing = customer.opt_outs.filter(channel=channel, withdrawn_at__isnull=True).first()
    if standing is None:
        return None
    standing.withdrawn_at = timezone.now()
    standing.save(update_fields=["withdrawn_at"])
    CustomerEvent.objects.create(customer=customer, actor=by, what="opt_out_withdrawn", old={"channel": channel})
    timeline.record(
        customer.pk, kind="opt_out_withdrawn", key=standing.pk, at=standing.withdrawn_at, staff=by, team=customer.team
    )
    return standing
