"""Rows of who we care for, by noun."""

from customers.models.customer import (
    ContactPoint,
    Customer,
    CustomerAccess,
    CustomerEvent,
    CustomerNumber,
    ExternalReference,
    Interaction,
    RecentlySeen,
    Tier,
)
from customers.models.guard import ContactMade, ContactRefusal, GuardRule, OptOut
from customers.models.imports import ImportMapping, ImportRun
from customers.models.purchase import Branch, Product, Purchase, PurchaseLine
from customers.models.search import SearchEntry
from customers.models.timeline import TimelineEntry

__all__ = [
    "Branch",
    "ContactMade",
    "ContactPoint",
    "ContactRefusal",
    "Customer",
    "CustomerAccess",
    "CustomerEvent",
    "CustomerNumber",
    "ExternalReference",
    "GuardRule",
    "ImportMapping",
    "ImportRun",
    "Interaction",
    "OptOut",
    "Product",
    "Purchase",
    "PurchaseLine",
    "RecentlySeen",
    "SearchEntry",
    "Tier",
    "TimelineEntry",
]
