"""A case from the public page: matched to the one customer who can be meant, silently, or to a new one."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from complaints.actions.intake import take_in
from complaints.first_sentence import first_sentence
from complaints.models import Category, Complaint, Severity
from crm.bilingual import is_chinese
from customers import phones
from customers.caller_card import email_key, points_of
from customers.models import ContactPoint, Customer, Purchase

FAMILY = 20  # more people behind one number are a switchboard: nobody is meant


def known_as(phone: str, email: str) -> Customer | None:
    """The customer who has this number and this address, when exactly one can be meant.

    What is known of one of the two only still counts; where they point at different people nobody is meant.
    """
    found = [
        set(Customer.objects.live().filter(pk__in=points.values("customer")).values_list("pk", flat=True)[:FAMILY])
        for points in _points(phone, email)
    ]
    found = [ids for ids in found if ids]
    meant = set.intersection(*found) if found else set()
    return Customer.objects.get(pk=meant.pop()) if len(meant) == 1 else None


def _points(phone: str, email: str) -> Iterator[QuerySet[ContactPoint]]:
    if phone and (number := phones.read(phone)):
        yield points_of(number)
    if email:
        yield ContactPoint.objects.filter(kind=ContactPoint.Kind.EMAIL, normalised=email_key(email))


def complain(
    *,
    description: str,
    category: Category | None,
    name: str,
    phone: str,
    email: str,
    reference: str = "",
    wish: str = "",
    safety: bool = False,
    language: str = "",
    submission: UUID | None = None,
) -> Complaint:
    """What a stranger typed. Nothing of it changes the record of a customer who is known: it stands at the case."""
    if submission and (first := Complaint.objects.filter(submission=submission).first()):
        return first
    customer = known_as(phone, email)
    who: dict[str, Any] = {"customer": customer}
    if customer is None:
        points = [("phone", phone), ("email", email)]
        who = {
            "new_customer": {
                "values": {
                    "name": name,
                    "language": "zh-hans" if is_chinese(language) else "en",
                    "lifecycle": Customer.Lifecycle.POTENTIAL,
                },
                "contact_points": [
                    {"kind": kind, "value": value, "preferred": True} for kind, value in points if value
                ],
            }
        }
    purchase = None
    if customer is not None and reference:
        purchase = Purchase.objects.filter(customer=customer, reference__iexact=reference).order_by("-pk").first()
    return take_in(
        by=None,
        **who,
        subject=first_sentence(description),
        description=description,
        category=category,
        severity=Severity.objects.active().first() if safety else None,
        wish=wish,
        channel=Complaint.Channel.WEB,
        purchase=purchase,
        given={"name": name, "phone": phone, "email": email, "reference": reference},
        via="public",
        submission=submission,
    )
