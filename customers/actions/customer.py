"""Making, changing, archiving a customer: row, contact points, event and search entry in one transaction."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from crm.staff.models import User
from customers import phones, pinyin, search
from customers.caller_card import email_key
from customers.models import ContactPoint, Customer, CustomerEvent, CustomerNumber, RecentlySeen
from customers.permissions import can_add, can_archive, can_change, can_reassign

FIELDS = (
    "kind", "name", "family_name", "given_name", "region", "language", "timezone", "tier", "owner", "team", "lifecycle",
    "notes",
)  # fmt: skip
RELATED = ("tier", "owner", "team")


class EditedMeanwhile(Exception):
    """Somebody changed the customer since the form was opened. `events` are their changes, the oldest first."""

    def __init__(self, customer: Customer, events: list[CustomerEvent]) -> None:
        super().__init__(customer.number)
        self.customer = customer
        self.events = events

    @property
    def event(self) -> CustomerEvent | None:
        return self.events[-1] if self.events else None


def next_number() -> str:
    """The next customer number. Gaps are possible, repetition is not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('customer_number')")
        return f"C-{cursor.fetchone()[0]}"


@transaction.atomic
def create_customer(
    *,
    by: User | None,
    values: Mapping[str, Any],
    contact_points: Sequence[Mapping[str, Any]] = (),
    via: str = "web",
    submission: uuid.UUID | None = None,
) -> Customer:
    """A new customer with its number. `by` is None for the system (`via` says which part of it).

    `contact_points` are {"kind", "value", "preferred"}; what is no telephone number raises ValueError. The same
    `submission` again gives the customer that it made first.
    """
    if by is not None and not can_add(by):
        raise PermissionDenied
    if submission:
        with connection.cursor() as cursor:  # two sendings at once: the second waits for the first, then finds its row
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(submission)])
        if earlier := Customer.objects.filter(submission=submission).first():
            return earlier
    number = next_number()
    fields = _completed(values, number)
    customer = Customer.objects.create(**fields, number=number, submission=submission, updated_by=by)
    CustomerNumber.objects.create(number=number, customer=customer)
    points = _write_points(customer, contact_points)
    CustomerEvent.objects.create(
        customer=customer,
        actor=by,
        via=via,
        what="created",
        version=customer.version,
        new={
            **{name: value for name, value in _said(customer).items() if value not in ("", None)},
            "contact_points": points,
        },
    )
    _index(customer)
    return customer


@transaction.atomic
def update_customer(
    customer_id: int,
    *,
    by: User,
    values: Mapping[str, Any],
    contact_points: Sequence[Mapping[str, Any]] | None = None,
    version: int,
    via: str = "web",
) -> Customer:
    """Changes the given fields. `version` is that of the form: raises EditedMeanwhile when somebody was quicker.

    `contact_points` None leaves them as they are. Nothing changed: nothing is written.
    """
    customer = Customer.objects.select_for_update(of=("self",)).select_related(*RELATED).get(pk=customer_id)
    if not can_change(by, customer):
        raise PermissionDenied
    if version != customer.version:
        events = customer.events.filter(version__gt=version).select_related("actor").order_by("version", "pk")
        raise EditedMeanwhile(customer, list(events))
    return _change(customer, by=by, values=values, contact_points=contact_points, via=via, what="changed")


@transaction.atomic
def assign_customer(customer_id: int, *, to: User, by: User) -> Customer:
    """Gives the customer to a colleague, and to that colleague's team."""
    customer = Customer.objects.select_for_update(of=("self",)).select_related(*RELATED).get(pk=customer_id)
    if not (can_reassign(by, customer) or by.has_perm("staff.change_user")):
        raise PermissionDenied
    values = {"owner": to, "team": to.team or customer.team}
    return _change(customer, by=by, values=values, contact_points=None, via="web", what="changed")


@transaction.atomic
def archive_customer(customer_id: int, *, by: User) -> Customer:
    """Takes the customer out of the lists; everything stays and can be restored."""
    return _set_archived(customer_id, by=by, archived=True)


@transaction.atomic
def restore_customer(customer_id: int, *, by: User) -> Customer:
    return _set_archived(customer_id, by=by, archived=False)


def mark_seen(customer_id: int, *, by: User) -> None:
    """Remembers that this person opened the customer now."""
    RecentlySeen.objects.bulk_create(
        [RecentlySeen(user=by, customer_id=customer_id, at=timezone.now())],
        update_conflicts=True,
        unique_fields=["user", "customer"],
        update_fields=["at"],
    )


def _set_archived(customer_id: int, *, by: User, archived: bool) -> Customer:
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer_id)
    if not can_archive(by, customer):
        raise PermissionDenied
    if archived == (customer.archived_at is not None):
        return customer
    now = timezone.now()
    customer.archived_at = now if archived else None
    customer.version += 1
    customer.updated_at, customer.updated_by = now, by
    customer.save(update_fields=["archived_at", "version", "updated_at", "updated_by"])
    CustomerEvent.objects.create(
        customer=customer, actor=by, at=now, what="archived" if archived else "restored", version=customer.version
    )
    return customer


def _change(
    customer: Customer,
    *,
    by: User | None,
    values: Mapping[str, Any],
    contact_points: Sequence[Mapping[str, Any]] | None,
    via: str,
    what: str,
) -> Customer:
    before = _said(customer)
    for name, value in _completed({**{f: getattr(customer, f) for f in FIELDS}, **values}, customer.number).items():
        setattr(customer, name, value)
    after = _said(customer)
    changed = [name for name in after if after[name] != before[name]]
    old, new = {name: before[name] for name in changed}, {name: after[name] for name in changed}
    if contact_points is not None:
        points_before = points_said(customer)
        points_after = _write_points(customer, contact_points)
        if points_before != points_after:
            old["contact_points"], new["contact_points"] = points_before, points_after
    if not new:
        return customer
    now = timezone.now()
    customer.version += 1
    customer.updated_at, customer.updated_by = now, by
    customer.save(update_fields=[*FIELDS, "sort_key", "version", "updated_at", "updated_by"])
    CustomerEvent.objects.create(
        customer=customer, actor=by, at=now, via=via, what=what, version=customer.version, old=old, new=new
    )
    _index(customer)
    return customer


def _completed(values: Mapping[str, Any], number: str) -> dict[str, Any]:
    """The fields as they are stored: the name from its parts or its parts from the name, and the key it sorts by."""
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise ValueError(f"no such fields of a customer: {', '.join(sorted(unknown))}")
    fields = dict(values)
    for name in ("name", "family_name", "given_name", "region"):
        fields[name] = " ".join((fields.get(name) or "").split())
    family, given = fields["family_name"], fields["given_name"]
    if not fields["name"] and (family or given):
        joint = "" if pinyin.is_han_name(family + given) else " "
        fields["name"] = joint.join(part for part in ((family, given) if not joint else (given, family)) if part)
    if fields["name"] and not family and not given and fields.get("kind", "person") == "person":
        fields["family_name"], fields["given_name"] = (part[:100] for part in pinyin.split_name(fields["name"]))
    fields["sort_key"] = pinyin.sort_key(fields["name"], number)
    return fields


def _said(customer: Customer) -> dict[str, Any]:
    """The fields as history keeps them: related rows by id."""
    return {name: getattr(customer, f"{name}_id" if name in RELATED else name) for name in FIELDS}


def points_said(customer: Customer) -> list[dict[str, Any]]:
    """The contact points as history keeps them, in a fixed order."""
    points = customer.contact_points.order_by("kind", "pk")
    return [{"kind": point.kind, "value": point.value, "preferred": point.preferred} for point in points]


def normalised(kind: str, value: str) -> str:
    """The form under which a contact point is compared. Raises ValueError for what is no telephone number."""
    if kind == ContactPoint.Kind.PHONE:
        return phones.normalise(value).normalised
    if kind == ContactPoint.Kind.EMAIL:
        return email_key(value)
    return " ".join(value.split()).casefold()[:320]


def _write_points(customer: Customer, wanted: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Makes the contact points those that are wanted: rows that stay keep their identity. One a kind is preferred."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for point in wanted:
        value = str(point["value"]).strip()
        if not value:
            continue
        key = (point["kind"], normalised(point["kind"], value))
        rows.setdefault(key, {"value": value, "preferred": False})["preferred"] |= bool(point.get("preferred"))
    for kind in {kind for kind, _form in rows}:
        same = [row for (k, _form), row in rows.items() if k == kind]
        chosen = next((row for row in same if row["preferred"]), same[0])
        for row in same:
            row["preferred"] = row is chosen
    standing = {(point.kind, point.normalised): point for point in customer.contact_points.all()}
    for key, there in standing.items():
        if key not in rows:
            there.delete()
        elif there.preferred and not rows[key]["preferred"]:
            there.preferred = False  # first, because one a kind is preferred at any moment
            there.save(update_fields=["preferred"])
    for (kind, form), row in rows.items():
        kept = standing.get((kind, form))
        if kept is None:
            ContactPoint.objects.create(customer=customer, kind=kind, normalised=form, **row)
        elif (kept.value, kept.preferred) != (row["value"], row["preferred"]):
            kept.value, kept.preferred = row["value"], row["preferred"]
            kept.save(update_fields=["value", "preferred"])
    return points_said(customer)


def _index(customer: Customer) -> None:
    """The customer's search entry, from the rows as they are now."""
    search.reindex([customer.pk])
