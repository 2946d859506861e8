"""What one person has to do today, by part of the day, and everything the call card shows of one item. Reads only."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import Complaint
from crm.staff.models import User
from customers.models import ContactPoint, Customer, Purchase, TimelineEntry
from customers.permissions import can_open
from followups.models import FollowUp, Kind
from satisfaction.models import Response

MOST = 200  # a list that one person cannot do in a day is not read either; the rest stands in Follow-ups
NEXT_DAYS = 7


@dataclass
class Part:
    """One part of the day with its rows."""

    key: str
    label: Any
    rows: list[FollowUp] = field(default_factory=list)


@dataclass
class Day:
    parts: list[Part]
    queue: list[FollowUp]
    later: list[FollowUp]
    done: int
    overdue: int
    kinds: dict[str, int]
    today: datetime

    @property
    def rows(self) -> list[FollowUp]:
        """In the order they are worked."""
        return [row for part in self.parts for row in part.rows]

    @property
    def open(self) -> int:
        return len(self.rows)

    @property
    def all(self) -> int:
        return self.open + self.done


def day_of(user: User, now: datetime, kind: str = "") -> Day:
    """The reader's own open follow-ups until midnight (their zone), what waits in their team's queue, and the next days."""
    local = timezone.localtime(now)
    midnight = timezone.make_aware(datetime.combine(local.date() + timedelta(days=1), time.min))
    noon = timezone.make_aware(datetime.combine(local.date(), time(12)))
    evening = timezone.make_aware(datetime.combine(local.date(), time(18)))
    base = (
        FollowUp.objects.open()
        .select_related("customer", "customer__tier", "plan_step", "owner")
        .annotate(tries=Count("attempts"))
        .order_by("due_at", "pk")
    )
    mine = list(base.filter(owner=user, due_at__lt=midnight)[:MOST])
    kinds = {value: sum(row.kind == value for row in mine) for value in Kind.values}
    if kind in Kind.values:
        mine = [row for row in mine if row.kind == kind]
    parts = [
        Part("overdue", _("Overdue")),
        Part("due", _("Due now")),
        Part("morning", _("Morning")),
        Part("afternoon", _("Afternoon")),
        Part("evening", _("Evening")),
    ]
    by_key = {part.key: part for part in parts}
    for row in mine:
        if row.overdue_at <= now:
            key = "overdue"
        elif row.due_at <= now:
            key = "due"
        else:
            key = "morning" if row.due_at < noon else "afternoon" if row.due_at < evening else "evening"
        by_key[key].rows.append(row)
    queue = list(base.filter(owner__isnull=True, team=user.team, due_at__lt=midnight)[:20]) if user.team_id else []
    later = list(base.filter(owner=user, due_at__gte=midnight, due_at__lt=midnight + timedelta(days=NEXT_DAYS))[:20])
    start = midnight - timedelta(days=1)
    done = FollowUp.objects.filter(status=FollowUp.Status.DONE, finished_by=user, finished_at__gte=start).count()
    return Day([part for part in parts if part.rows], queue, later, done, len(by_key["overdue"].rows), kinds, local)


@dataclass
class Card:
    """Everything the caller needs on one page. `opens` tells whether the reader may see the customer's record."""

    followup: FollowUp
    opens: bool
    phones: list[ContactPoint]
    email: ContactPoint | None
    complaints: list[Complaint]
    contacts: list[TimelineEntry]
    purchase: Purchase | None
    response: Response | None
    attempts: list[Any]

    @property
    def has_script(self) -> bool:
        """Whether there is more to say than the last contacts show."""
        step = self.followup.plan_step
        return bool((step and step.tip) or self.followup.note or self.purchase or self.attempts)


def card_of(user: User, followup: FollowUp) -> Card:
    customer: Customer = followup.customer
    opens = can_open(user, customer)
    points = list(customer.contact_points.current().filter(kind__in=["phone", "email"])) if opens else []
    source = followup.source_id
    purchase = response = None
    if opens and followup.source_kind == FollowUp.Source.PURCHASE:
        purchase = Purchase.objects.filter(pk=source).select_related("staff").first()
    if followup.source_kind == FollowUp.Source.RESPONSE:
        response = Response.objects.visible_to(user).filter(pk=source).first()
        if response is None and opens:
            response = Response.objects.filter(pk=source, customer=customer).first()
    return Card(
        followup=followup,
        opens=opens,
        phones=[point for point in points if point.kind == ContactPoint.Kind.PHONE],
        email=next((point for point in points if point.kind == ContactPoint.Kind.EMAIL), None),
        complaints=list(
            Complaint.objects.visible_to(user).open().filter(customer=customer).select_related("owner", "team")[:3]
        ),
        contacts=list(
            TimelineEntry.objects.visible_to(user)
            .filter(customer=customer)
            .select_related("staff")
            .order_by("-at", "-pk")[:6]
        )
        if opens
        else [],
        purchase=purchase,
        response=response,
        attempts=list(followup.attempts.select_related("by").order_by("-at", "-pk")[:5]),
    )
