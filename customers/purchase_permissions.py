"""Who may do what with purchases and imports. Which purchases exist for a reader says `Purchase.objects.visible_to`."""

from crm.staff.models import User
from customers.models import Customer, Purchase
from customers.permissions import can_open


def can_see_purchases(user: User) -> bool:
    """Whether the list of purchases is anything for this person; which ones stand in it follows the customers."""
    return user.has_perm("customers.view_customer")


def can_add_purchase(user: User, customer: Customer | None = None) -> bool:
    """For a customer whose record one may open; a merged or erased record is history."""
    if not user.has_perm("customers.add_purchase"):
        return False
    if customer is None:
        return True
    return not (customer.merged_into_id or customer.erased_at) and can_open(user, customer)


def can_import(user: User) -> bool:
    """Imports write purchases of customers of every team, so they are a right of their own."""
    return user.has_perm("customers.import_purchases")


def can_open_purchase(user: User, purchase: Purchase) -> bool:
    """A purchase is seen by whoever may open its customer."""
    return can_open(user, purchase.customer)


def can_take_back(user: User, purchase: Purchase) -> bool:
    """Whether something of this purchase can be returned, and by this person."""
    return not purchase.is_return and can_add_purchase(user, purchase.customer)
