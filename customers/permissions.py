"""Who may do what with a customer. Which customers exist for a reader says `Customer.objects.visible_to`."""

from django.utils import timezone

from crm.staff.models import Scope, User
from crm.staff.scopes import reach
from customers.models import Customer


def can_use(user: User) -> bool:
    """Whether the customers' pages are anything for this person at all."""
    return user.has_perm("customers.view_customer")


def can_open(user: User, customer: Customer) -> bool:
    """Whether the full record may be opened: the same rule as `visible_to`, for one row in hand."""
    if not can_use(user):
        return False
    scope = reach(user, "customers")
    if scope.covers(customer.team_id, customer.owner_id):
        return True
    return customer.access.open_to(user, timezone.now()).exists()


def can_add(user: User) -> bool:
    return user.has_perm("customers.add_customer")


def can_change(user: User, customer: Customer) -> bool:
    """Whoever may open it and change customers. A merged or erased record is history."""
    if customer.merged_into_id or customer.erased_at:
        return False
    return user.has_perm("customers.change_customer") and can_open(user, customer)


def can_archive(user: User, customer: Customer) -> bool:
    """Takes more than owning it: a view of the team's customers, so that nobody archives what is awkward to them."""
    return reach(user, "customers").scope >= Scope.TEAM and can_change(user, customer)


def can_log_contact(user: User, customer: Customer | None = None) -> bool:
    """With any customer, also one out of reach: whoever rings is spoken with (the caller card's exception)."""
    if customer is not None and (customer.merged_into_id or customer.erased_at):
        return False
    return user.has_perm("customers.log_contact")


def can_withdraw_opt_out(user: User, customer: Customer) -> bool:
    """The customer said so; whoever may change the record writes it down."""
    return can_change(user, customer)


def can_reassign(user: User, customer: Customer) -> bool:
    return can_archive(user, customer)
