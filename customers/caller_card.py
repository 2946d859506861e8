"""The caller card: what everybody who answers the telephone sees of any customer, and the one exception to visibility.

Whoever is on the phone must be found, also when the record belongs to another team. An exactly typed telephone number,
e-mail address or customer number gives name, number, tier, owner, team and a masked phone, with the right to log a
contact or to take a complaint. It stands in complaint intake, in the duplicate warning and in the search by a whole
number, nowhere else; the record's own page stays a 404.
"""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q

from crm.staff.models import User
from customers import phones
from customers.models import ContactPoint, Customer, CustomerNumber, ExternalReference

SHORTEST_PHONE = 7
AT_MOST = 8  # a family's shared number has a handful of names; a switchboard's is refined by a search


@dataclass(frozen=True)
class CallerCard:
    pk: int
    number: str
    title: str
    kind: str
    tier: Any
    owner: Any
    team: Any
    masked_phone: str
    reachable: bool  # whether the reader may open the full record
    archived: bool
    matched: str  # what was typed exactly: "phone", "email", "number"

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "title": self.title,
            "tier": str(self.tier) if self.tier else "",
            "owner": str(self.owner) if self.owner else "",
            "team": str(self.team) if self.team else "",
            "masked_phone": self.masked_phone,
            "reachable": self.reachable,
            "matched": self.matched,
        }


def may_see_card(user: User) -> bool:
    """Those who speak with customers: who may log a contact with anybody or take a complaint of anybody."""
    if not user.is_authenticated or not user.is_active:
        return False
    return user.has_perm("customers.log_contact") or user.has_perm("complaints.add_complaint")


def whole_contact(typed: str) -> tuple[str, Q] | None:
    """("phone" or "email" or "number", the customers who have exactly that); None for a mere fragment."""
    text = phones.plain(typed)
    if "@" in text:
        address = email_key(text)
        try:
            validate_email(address)
        except ValidationError:
            return None
        points = ContactPoint.objects.filter(kind="email", normalised=address)
        return "email", Q(pk__in=points.values("customer"))
    digits = phones.digits(text)
    if not digits:
        return None
    called = Q(pk__in=CustomerNumber.objects.filter(number=text.upper()).values("customer")) | Q(
        pk__in=ExternalReference.objects.filter(reference=text).values("customer")
    )
    if len(digits) >= SHORTEST_PHONE and (phone := phones.read(text)):
        return "phone", called | Q(pk__in=points_of(phone).values("customer"))
    return "number", called


def points_of(phone: phones.Phone) -> Any:
    """The contact points with this number. Typed without extension it is also everybody behind the switchboard."""
    if phone.extension:
        same = Q(normalised=phone.normalised)
    else:
        same = Q(normalised=phone.e164) | Q(normalised__startswith=f"{phone.e164};ext=")
    return ContactPoint.objects.filter(same, kind="phone")


def email_key(text: str) -> str:
    """An address as it is compared: full-width signs as plain, lower case."""
    return phones.plain(text).lower()


def customers_with(typed: str) -> Any:
    """Every customer whose telephone, e-mail or number is exactly what was typed, whoever may see them."""
    found = whole_contact(typed)
    if found is None:
        return Customer.objects.none()
    return Customer.objects.filter(found[1], merged_into__isnull=True, erased_at__isnull=True)


def cards_for(user: User, typed: str) -> list[CallerCard]:
    """The cards of everybody who has exactly this number or address; none for a fragment or for who may see none."""
    found = whole_contact(typed)
    if found is None or not may_see_card(user):
        return []
    return _cards(user, customers_with(typed), found[0])


def card_of(user: User, customer: Customer) -> CallerCard | None:
    """The card of one customer known by its number, for the forms that a card leads to."""
    if not may_see_card(user) or customer.merged_into_id or customer.erased_at:
        return None
    cards = _cards(user, Customer.objects.filter(pk=customer.pk), "number")
    return cards[0] if cards else None


def cards_of(user: User, customer_ids: list[int]) -> list[CallerCard]:
    """The cards of customers whom the reader found by a search, in that order; nobody whom they may not open."""
    rows = Customer.objects.visible_to(user).filter(pk__in=customer_ids, erased_at__isnull=True)
    by_id = {card.pk: card for card in _cards(user, rows, "found")}
    return [by_id[pk] for pk in customer_ids if pk in by_id]


def _cards(user: User, customers: Any, matched: str) -> list[CallerCard]:
    rows = customers.select_related("tier", "owner", "team").order_by("archived_at", "sort_key", "pk")[:AT_MOST]
    customers = list(rows)
    ids = [customer.pk for customer in customers]
    open_ids = set(Customer.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    masked: dict[int, str] = {}
    for point in ContactPoint.objects.filter(customer__in=ids, kind="phone").order_by("customer", "-preferred", "pk"):
        masked.setdefault(point.customer_id, phones.masked(point.normalised))
    return [
        CallerCard(
            pk=customer.pk,
            number=customer.number,
            title=customer.title,
            kind=customer.kind,
            tier=customer.tier,
            owner=customer.owner,
            team=customer.team,
            masked_phone=masked.get(customer.pk, ""),
            reachable=customer.pk in open_ids,
            archived=customer.archived_at is not None,
            matched=matched,
        )
        for customer in customers
    ]
