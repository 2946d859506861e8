"""Care plans at work: looks for purchases, resolutions and low scores that have no follow-up yet, and creates it once."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from complaints.models import Complaint
from crm.staff.models import Team, User
from crm.staff.scopes import Reach, reach
from customers.models import Customer, CustomerAccess, ImportRun, Purchase
from followups.actions.followup import access_reason
from followups.models import CarePlan, CarePlanStep, FollowUp, FollowUpEvent, ReminderRule
from satisfaction.models import LowScoreRule, Response

BATCH = 500
# A long import commits rows that arrived long before; the next look begins this much before the last one.
LOOK_BACK = timedelta(days=1)


@dataclass(frozen=True)
class Occasion:
    """What a step answers to: one purchase, one resolution, one low score."""

    source_id: int
    round: int
    at: datetime
    customer: Customer
    seller: User | None
    team: Team | None


def apply_plans(*, at: datetime | None = None, seconds: float = 20) -> int:
    """Creates what is missing for all active steps, at most for `seconds`; the next tick goes on. Returns how many."""
    until = time.monotonic() + seconds
    created = 0
    for step_id in CarePlanStep.objects.active().order_by("pk").values_list("pk", flat=True):
        while time.monotonic() < until:
            batch = apply_step(step_id, at=at)
            created += batch
            if batch < BATCH:
                break
    return created


@transaction.atomic
def apply_step(step_id: int, *, at: datetime | None = None) -> int:
    """Creates up to BATCH follow-ups that this step owes. The lock on the step lets one worker look at a time; the unique key
    makes a second look harmless all the same."""
    now = at or timezone.now()
    step = CarePlanStep.objects.select_for_update(of=("self",)).select_related("plan", "plan__team").get(pk=step_id)
    if step.retired_at or step.plan.retired_at:
        return 0
    occasions = list(_occasions(step, now))
    house = Team.objects.active().order_by("path").first()
    rows = []
    for occasion in occasions:
        owner, team = _assignee(step, occasion, house)
        due_at = occasion.at + step.offset
        row = FollowUp(
            customer=occasion.customer,
            kind=step.kind,
            plan_step=step,
            source_kind=_SOURCE_KINDS[step.plan.trigger],
            source_id=occasion.source_id,
            round=occasion.round,
            owner=owner,
            team=team,
            due_at=due_at,
            overdue_at=due_at + step.allowed,
            created_at=now,
        )
        rows.append(row)
    FollowUp.objects.bulk_create(rows)
    FollowUpEvent.objects.bulk_create(
        FollowUpEvent(
            followup=row,
            at=now,
            via="task",
            what="created",
            new={"due_at": row.due_at, "owner": row.owner_id, "team": row.team_id},
        )
        for row in rows
    )
    _open_customers(rows)
    if len(occasions) < BATCH:
        step.looked_until = now
        step.save(update_fields=["looked_until"])
    return len(occasions)


def too_old(run: ImportRun) -> int:
    """How many steps an import did not cause, because its purchases lie before the plan's activation or the step would have
    been due too long ago: a line of the import's report."""
    now = run.finished_at or timezone.now()
    limit = now - timedelta(days=ReminderRule.current().too_old_days)
    count = 0
    for step in CarePlanStep.objects.active().filter(plan__trigger=CarePlan.Trigger.PURCHASE).select_related("plan"):
        purchases = Purchase.objects.filter(import_run=run, kind=Purchase.Kind.SALE)
        if step.plan.tier_id:
            purchases = purchases.filter(customer__tier_id=step.plan.tier_id)
        count += purchases.filter(
            Q(happened_at__lt=step.plan.active_from) | Q(happened_at__lt=limit - step.offset)
        ).count()
    return count


# --- What a step answers to ----------------------------------------------------------------------------------------------------


def _occasions(step: CarePlanStep, now: datetime) -> Iterable[Occasion]:
    oldest = now - timedelta(days=ReminderRule.current().too_old_days) - step.offset
    # People type times to the minute: what was sold in the minute of activation counts.
    begin = max(step.plan.active_from.replace(second=0, microsecond=0), oldest)
    arrived = step.looked_until - LOOK_BACK if step.looked_until else None
    missing = ~Exists(
        FollowUp.objects.filter(
            plan_step=step,
            source_kind=_SOURCE_KINDS[step.plan.trigger],
            source_id=OuterRef("pk"),
            round=_ROUNDS[step.plan.trigger],
        )
    )
    return _LOOKS[step.plan.trigger](step, begin, arrived, now, missing)


def _served(queryset: QuerySet, step: CarePlanStep) -> QuerySet:
    """Only customers whom we still care for, and whom the plan is for."""
    queryset = queryset.filter(
        customer__archived_at__isnull=True, customer__erased_at__isnull=True, customer__merged_into__isnull=True
    ).select_related("customer", "customer__owner", "customer__owner__team", "customer__team", "team")
    return queryset.filter(customer__tier_id=step.plan.tier_id) if step.plan.tier_id else queryset


def _purchases(step, begin, arrived, now, missing) -> Iterable[Occasion]:
    rows = Purchase.objects.filter(missing, kind=Purchase.Kind.SALE, happened_at__gte=begin)
    if arrived:
        rows = rows.filter(created_at__gte=arrived)
    for row in (
        _served(rows, step).select_related("staff", "staff__team", "branch__team").order_by("happened_at", "pk")[:BATCH]
    ):
        team = row.team or (row.branch.team if row.branch else None)
        yield Occasion(row.pk, 1, row.happened_at, row.customer, row.staff, team)


def _resolutions(step, begin, arrived, now, missing) -> Iterable[Occasion]:
    rows = Complaint.objects.complaints_only().filter(missing, resolved_at__gte=begin, resolved_at__lte=now)
    if arrived:
        rows = rows.filter(resolved_at__gte=arrived)
    for row in _served(rows, step).select_related("owner", "owner__team").order_by("resolved_at", "pk")[:BATCH]:
        yield Occasion(row.pk, row.round, row.resolved_at, row.customer, row.owner, row.team)


def _low_scores(step, begin, arrived, now, missing) -> Iterable[Occasion]:
    rows = Response.objects.low(LowScoreRule.current()).filter(missing, answered_at__gte=begin, answered_at__lte=now)
    if arrived:
        rows = rows.filter(answered_at__gte=arrived)
    for row in _served(rows, step).select_related("owner", "owner__team").order_by("answered_at", "pk")[:BATCH]:
        yield Occasion(row.pk, 1, row.answered_at, row.customer, row.owner, row.team)


_LOOKS: dict[str, Callable[..., Iterable[Occasion]]] = {
    CarePlan.Trigger.PURCHASE: _purchases,
    CarePlan.Trigger.RESOLUTION: _resolutions,
    CarePlan.Trigger.LOW_SCORE: _low_scores,
}
_ROUNDS: dict[str, Any] = {
    CarePlan.Trigger.PURCHASE: 1,
    CarePlan.Trigger.RESOLUTION: OuterRef("round"),
    CarePlan.Trigger.LOW_SCORE: 1,
}
_SOURCE_KINDS: dict[str, str] = {
    CarePlan.Trigger.PURCHASE: FollowUp.Source.PURCHASE,
    CarePlan.Trigger.RESOLUTION: FollowUp.Source.COMPLAINT,
    CarePlan.Trigger.LOW_SCORE: FollowUp.Source.RESPONSE,
}


# --- By whom -------------------------------------------------------------------------------------------------------------------


def _assignee(step: CarePlanStep, occasion: Occasion, house: Team | None) -> tuple[User | None, Team | None]:
    """Owner and team of a new follow-up. People who left are passed over; what nobody owns lies in a queue, never nowhere."""
    people: dict[str, tuple[User | None, ...]] = {
        CarePlanStep.Assignee.OWNER: (occasion.customer.owner, occasion.seller),
        CarePlanStep.Assignee.SELLER: (occasion.seller, occasion.customer.owner),
        CarePlanStep.Assignee.QUEUE: (),
    }
    queue = step.plan.team or occasion.customer.team or occasion.team or house
    for person in people[step.assignee]:
        if person and person.is_active:
            return person, person.team or queue
    return None, queue


def _open_customers(rows: list[FollowUp]) -> None:
    """Whoever has to call may open the customer; those who may anyhow get no row."""
    given = []
    reaches: dict[int, Reach] = {}  # a person's is resolved once, not once a follow-up
    for row in rows:
        if row.owner:
            if row.owner.pk not in reaches:
                reaches[row.owner.pk] = reach(row.owner, "customers")
            if not reaches[row.owner.pk].covers(row.customer.team_id, row.customer.owner_id):
                given.append(CustomerAccess(customer=row.customer, user=row.owner, reason=access_reason(row)))
        elif row.team:
            given.append(CustomerAccess(customer=row.customer, team=row.team, reason=access_reason(row)))
    CustomerAccess.objects.bulk_create(given, ignore_conflicts=True)
