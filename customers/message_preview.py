"""A real customer for the previews of message texts: named exactly, and one that the reader may open."""

from typing import Any

from customers.caller_card import whole_contact
from customers.models import Customer


def sample(user: Any, typed: str) -> dict[str, str]:
    """Values for the places of mails to customers; {} when nobody is found by the whole number, phone or e-mail."""
    found = whole_contact(typed)
    if found is None:
        return {}
    customer = Customer.objects.live().visible_to(user).filter(found[1]).order_by("pk").first()
    return {"name": customer.title, "customer": customer.title} if customer else {}
