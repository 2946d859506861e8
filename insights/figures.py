"""The numbers of the dashboard. Reads only.

Every number begins at the same `visible_to` as the list that it links to, so that no tile can count what its reader may not
see, and every link opens exactly the rows that were counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncMonth, TruncWeek
from django.utils import timezone

from complaints.models import OPEN_STATUSES, Complaint, ComplaintQuerySet
from crm.staff.models import Team, User
from customers.models import Purchase
from followups.models import FollowUp
from satisfaction.models import Invitation, Response
from satisfaction.results import Results, results_of

WEEKS_UP_TO = 200  # days; longer periods are shown by month


@dataclass(frozen=True)
class Scope:
    """Who asks, about which team (with those below it; None: all they see), and which days, both ends counted."""

    user: User
    team: Team | None
    since: date
    until: date

    @property
    def begins_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.since, time.min))

    @property
    def ends_at(self) -> datetime:
        """The first moment after the period."""
        return timezone.make_aware(datetime.combine(self.until + timedelta(days=1), time.min))

    def of_team(self, queryset: Any) -> Any:
        return queryset.filter(team__in=Team.objects.within(self.team)) if self.team else queryset

    @property
    def complaints(self) -> ComplaintQuerySet:
        return self.of_team(Complaint.objects.visible_to(self.user)).complaints_only()

    @property
    def followups(self) -> QuerySet[FollowUp]:
        return self.of_team(FollowUp.objects.visible_to(self.user))

    @property
    def purchases(self) -> QuerySet[Purchase]:
        rows = Purchase.objects.visible_to(self.user).filter(kind=Purchase.Kind.SALE)
        return self.of_team(rows).filter(happened_on__gte=self.since, happened_on__lte=self.until)

    @property
    def responses(self) -> QuerySet[Response]:
        rows = self.of_team(Response.objects.visible_to(self.user))
        return rows.filter(answered_at__gte=self.begins_at, answered_at__lt=self.ends_at)

    @property
    def invitations(self) -> QuerySet[Invitation]:
        rows = self.of_team(Invitation.objects.visible_to(self.user))
        return rows.filter(created_at__gte=self.begins_at, created_at__lt=self.ends_at)


@dataclass(frozen=True)
class ComplaintFigures:
    """`open` and `overdue` are now; `received`, `resolved` and `on_time` belong to the period."""

    open: int
    overdue: int
    unassigned: int
    received: int
    resolved: int
    on_time: int


def complaint_figures(scope: Scope, now: datetime) -> ComplaintFigures:
    open_now, overdue = Q(status__in=OPEN_STATUSES), Q(pk__in=scope.complaints.overdue(now).values("pk"))
    resolved = Q(resolved_at__gte=scope.begins_at, resolved_at__lt=scope.ends_at)
    found = scope.complaints.aggregate(
        open=Count("pk", filter=open_now),
        overdue=Count("pk", filter=overdue),
        unassigned=Count("pk", filter=open_now & Q(owner__isnull=True)),
        received=Count("pk", filter=Q(received_at__gte=scope.begins_at, received_at__lt=scope.ends_at)),
        resolved=Count("pk", filter=resolved),
        on_time=Count("pk", filter=resolved & Q(resolved_at__lte=F("resolve_due_at"))),
    )
    return ComplaintFigures(**found)


@dataclass(frozen=True)
class FollowUpFigures:
    """`due` (fallen due, still open), `overdue` and `queued` are now; `done` belongs to the period."""

    open: int
    due: int
    overdue: int
    queued: int
    done: int


def followup_figures(scope: Scope, now: datetime) -> FollowUpFigures:
    is_open = Q(status=FollowUp.Status.OPEN)
    done = Q(status=FollowUp.Status.DONE, finished_at__gte=scope.begins_at, finished_at__lt=scope.ends_at)
    found = scope.followups.filter(is_open | done).aggregate(
        open=Count("pk", filter=is_open),
        due=Count("pk", filter=is_open & Q(due_at__lte=now)),
        overdue=Count("pk", filter=is_open & Q(overdue_at__lte=now)),
        queued=Count("pk", filter=is_open & Q(owner__isnull=True)),
        done=Count("pk", filter=done),
    )
    return FollowUpFigures(**found)


def workload(scope: Scope, now: datetime) -> list[dict[str, Any]]:
    """Who has how many: open, due, overdue now, done in the period; one row a person, the most overdue first."""
    is_open = Q(status=FollowUp.Status.OPEN)
    done = Q(status=FollowUp.Status.DONE, finished_at__gte=scope.begins_at, finished_at__lt=scope.ends_at)
    rows = (
        scope.followups.filter(is_open | done, owner__isnull=False)
        .order_by()
        .values("owner_id", "owner__name", "owner__team_id")
        .annotate(
            open=Count("pk", filter=is_open),
            due=Count("pk", filter=is_open & Q(due_at__lte=now)),
            overdue=Count("pk", filter=is_open & Q(overdue_at__lte=now)),
            done=Count("pk", filter=done),
        )
        .order_by("-overdue", "-due", "-open", "owner__name")
    )
    return [dict(row) for row in rows]


def satisfaction_figures(scope: Scope) -> Results:
    return results_of(scope.responses, scope.invitations)


@dataclass(frozen=True)
class Bucket:
    """One week or month that lies at least partly in the period: first and last day of that part, and its counts."""

    since: date
    until: date
    counts: tuple[int, ...]


def purchases_over_time(scope: Scope) -> list[Bucket]:
    """Purchases, and customers who bought at least once, per week or month."""
    trunc = _trunc(scope)
    rows = (
        scope.purchases.order_by()
        .annotate(bucket=trunc("happened_on"))
        .values("bucket")
        .annotate(
            purchases=Count("pk"),
            # The list of customers leaves archived ones out.
            customers=Count("customer", distinct=True, filter=Q(customer__archived_at__isnull=True)),
        )
    )
    found = {row["bucket"]: (row["purchases"], row["customers"]) for row in rows}
    return [Bucket(since, until, found.get(start, (0, 0))) for start, since, until in _buckets(scope)]


def complaints_over_time(scope: Scope) -> list[Bucket]:
    """Complaints that came in, and that were resolved, per week or month in the reader's zone."""
    trunc, zone = _trunc(scope), timezone.get_current_timezone()
    found = {}
    for place, name in enumerate(("received_at", "resolved_at")):
        rows = (
            scope.complaints.filter(**{f"{name}__gte": scope.begins_at, f"{name}__lt": scope.ends_at})
            .order_by()
            .annotate(bucket=trunc(name, tzinfo=zone))
            .values("bucket")
            .annotate(times=Count("pk"))
        )
        for row in rows:
            found[(row["bucket"].date(), place)] = row["times"]
    return [
        Bucket(since, until, (found.get((start, 0), 0), found.get((start, 1), 0)))
        for start, since, until in _buckets(scope)
    ]


def _by_week(scope: Scope) -> bool:
    return (scope.until - scope.since).days < WEEKS_UP_TO


def _trunc(scope: Scope):
    return TruncWeek if _by_week(scope) else TruncMonth


def _buckets(scope: Scope) -> Iterable[tuple[date, date, date]]:
    """(start of the whole week or month, first day, last day), cut to the period."""
    start = scope.since - timedelta(days=scope.since.weekday()) if _by_week(scope) else scope.since.replace(day=1)
    while start <= scope.until:
        following = (
            start + timedelta(days=7) if _by_week(scope) else (start.replace(day=28) + timedelta(days=4)).replace(day=1)
        )
        yield start, max(start, scope.since), min(following - timedelta(days=1), scope.until)
        start = following
