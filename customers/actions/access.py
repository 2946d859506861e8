"""Opening one customer to somebody outside its scope, for a reason, and closing it again."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from crm.staff.models import Team, User
from customers.models import Customer, CustomerAccess


def give_access(
    customer: Customer,
    *,
    reason: str,
    user: User | None = None,
    team: Team | None = None,
    until: datetime | None = None,
) -> CustomerAccess:
    """Opens the customer to a user or a team because of `reason` ("complaint:12"). Again: it only moves its end."""
    access, made = CustomerAccess.objects.get_or_create(
        customer=customer, user=user, team=team, reason=reason, defaults={"until": until}
    )
    if not made and access.until != until:
        access.until = until
        access.save(update_fields=["until"])
    return access


def withdraw_access(customer: Customer, *, reason: str, user: User | None = None, team: Team | None = None) -> int:
    """Ends what was given for this reason: to this user or team, or to everybody. Returns how many it closed."""
    given = CustomerAccess.objects.filter(customer=customer, reason=reason)
    now = timezone.now()
    given = given.filter(Q(until__isnull=True) | Q(until__gt=now))
    if user is not None:
        given = given.filter(user=user)
    if team is not None:
        given = given.filter(team=team)
    return given.update(until=now)
