"""Taking a case in and correcting what was written down about it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from complaints import clocks
from complaints.actions.clock import reckon
from complaints.actions.history import (
    EditedMeanwhile,
    change,
    follow,
    index,
    is_news,
    locked,
    moment_of,
    open_customer,
    record,
    tell_timeline,
)
from complaints.actions.letter import send
from complaints.actions.notice import ring
from complaints.actions.promise import keep_in_mind
from complaints.models import Category, Complaint, ComplaintMessage, Severity
from complaints.permissions import can_take_in, can_work
from crm.look.words import exact
from crm.staff.models import Team, User
from customers.actions import create_customer
from customers.models import Customer, Purchase

# What may be corrected afterwards; everything else is moved by a verb of its own.
EDITABLE = ("kind", "category", "severity", "subject", "description", "wish", "purchase")


def next_number() -> str:
    """From a sequence: unique whatever happens, with gaps where a transaction came to nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('complaint_number')")
        return f"CP-{cursor.fetchone()[0]}"


def take_in(*, by: User | None, submission: UUID | None = None, **values: Any) -> Complaint:
    """A new case. The same `submission` again gives the first one back. See `_take_in` for what it is told."""
    if by is not None and not can_take_in(by):
        raise PermissionDenied
    try:
        with transaction.atomic():
            if submission and (first := Complaint.objects.filter(submission=submission).first()):
                return first
            return _take_in(by=by, submission=submission, **values)
    except IntegrityError:  # its first copy was quicker
        if submission and (first := Complaint.objects.filter(submission=submission).first()):
            return first
        raise


def _take_in(
    *,
    by: User | None,
    subject: str,
    customer: Customer | None = None,
    new_customer: dict[str, Any] | None = None,
    kind: str = Complaint.Kind.COMPLAINT,
    category: Category | None = None,
    severity: Severity | None = None,
    description: str = "",
    wish: str = "",
    team: Team | None = None,
    owner: User | None = None,
    channel: str = Complaint.Channel.PHONE,
    purchase: Purchase | None = None,
    promised: tuple[str, datetime] | None = None,
    given: dict[str, str] | None = None,
    via: str = "web",
    submission: UUID | None = None,
    at: datetime | None = None,
) -> Complaint:
    """`new_customer` are the arguments of `create_customer`, used where there is no `customer`; `given` is what somebody
    on the public page said of themselves, kept for the handler to compare. Without a team the category decides, then the
    person who takes it in, then the customer."""
    at = moment_of(at)
    subject = subject.strip()
    if not subject:
        raise ValidationError({"subject": _("Say in a few words what happened.")})
    if customer is None:
        if new_customer is None:
            raise ValidationError({"customer": _("Say who complains.")})
        customer = create_customer(by=by, via=via, **new_customer)
    if customer.merged_into is not None:
        customer = customer.merged_into
    if purchase is not None and purchase.customer_id != customer.pk:
        raise ValidationError({"purchase": _("This purchase belongs to another customer.")})
    if owner is not None and by is not None and owner.pk != by.pk:
        raise ValidationError({"owner": _("A new case is one's own or its team's; give it to a colleague afterwards.")})
    severity = severity or Severity.objects.default()
    if severity is None:
        raise ValidationError({"severity": _("There is no severity yet: an administrator adds one in the settings.")})
    team = team or _team_for(category, by, customer)
    calendar = team.work_calendar()
    due = clocks.due(at, severity.acknowledge_within, severity.resolve_within, calendar.clock())
    complaint = Complaint.objects.create(
        number=next_number(),
        kind=kind,
        customer=customer,
        purchase=purchase,
        category=category,
        severity=severity,
        channel=channel,
        subject=subject[:200],
        description=description.strip(),
        wish=wish.strip()[:300],
        team=team,
        owner=owner,
        calendar=calendar,
        received_at=at,
        round_started_at=at,
        acknowledge_within=severity.acknowledge_within,
        resolve_within=severity.resolve_within,
        acknowledge_due_at=due.acknowledge,
        resolve_due_at=due.resolve,
        next_due_at=due.acknowledge,
        reckoned_by=calendar.revision,
        via=via,
        submission=submission,
        created_at=at,
        created_by=by,
    )
    record(complaint, "received", by=by, at=at, via=via, new={"status": complaint.status, "given": given or {}})
    tell_timeline(complaint, "complaint-received", by=by, at=at, case=kind, channel=channel)
    index(complaint)
    open_customer(complaint)
    if promised and by is not None:
        keep_in_mind(complaint, by=by, text=promised[0], due_at=promised[1], at=at)
    if is_news(at):
        _confirm(complaint, by, at)
        ring(complaint, "complaint_new", key=f"new:{complaint.pk}", at=at, but=by)
    return complaint


def _team_for(category: Category | None, by: User | None, customer: Customer) -> Team:
    own = [category.team if category else None, by.team if by else None, customer.team]
    team = next((team for team in own if team is not None and team.retired_at is None), None)
    team = team or Team.objects.active().order_by("path").first()
    if team is None:
        raise ValidationError({"team": _("There is no team yet: an administrator adds one in the settings.")})
    return team


def _confirm(complaint: Complaint, by: User | None, at: datetime) -> None:
    customer = complaint.customer
    with translation.override(customer.language), timezone.override(customer.timezone):
        until = exact(complaint.acknowledge_due_at, at)
    send(complaint, ComplaintMessage.Kind.RECEIPT, by=by, at=at, values={"until": until})


@transaction.atomic
def edit(complaint_id: int, *, by: User, version: int, values: dict[str, Any], at: datetime | None = None) -> Complaint:
    """Corrects what was written down. Another severity moves the open clocks, reckoned from the start of the round."""
    at = moment_of(at)
    complaint = locked(complaint_id)
    if not can_work(by, complaint):
        raise PermissionDenied
    if complaint.version != version:
        raise EditedMeanwhile(complaint, complaint.events.filter(what="edited").order_by("-at", "-pk").first())
    if strange := set(values) - set(EDITABLE):
        raise ValueError(f"not editable: {sorted(strange)}")
    purchase = values.get("purchase")
    if purchase is not None and purchase.customer_id != complaint.customer_id:
        raise ValidationError({"purchase": _("This purchase belongs to another customer.")})
    old, new = change(complaint, **values)
    if not new:
        return complaint
    change(complaint, version=version + 1)
    record(complaint, "edited", by=by, at=at, old=old, new=new)
    if "severity" in new:
        reckon(complaint, by=by, at=at, why="severity")
    follow(complaint)
    return complaint
