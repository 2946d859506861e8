"""The verbs of one follow-up: create, try, finish, cancel, move, give, take."""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.staff.actions import notify
from crm.staff.models import Team, User
from customers import timeline
from customers.actions import give_access, withdraw_access
from customers.models import ContactMade, Customer
from customers.models.guard import Purpose
from followups import permissions
from followups.models import Attempt, FollowUp, FollowUpEvent, Kind, Outcome

DEFAULT_ALLOWED = timedelta(days=1)
ACCESS_AFTERWARDS = timedelta(days=7)  # whoever just called may still look something up

# What an attempt leads to when no next try is given.
FINISHING = (Outcome.REACHED, Outcome.REFUSED)
CONTACT_CHANNEL: dict[str, str] = {Kind.CALL: "phone", Kind.VISIT: "visit", Kind.MESSAGE: "message"}


class AlreadyFinished(Exception):
    """The follow-up was done or cancelled meanwhile; `followup` says when and by whom."""

    def __init__(self, followup: FollowUp):
        super().__init__(followup.pk)
        self.followup = followup


@transaction.atomic
def create(
    *,
    by: User | None,
    customer: Customer,
    title: str,
    due_at: datetime,
    kind: str = Kind.CALL,
    note: str = "",
    owner: User | None = None,
    team: Team | None = None,
    allowed: timedelta = DEFAULT_ALLOWED,
    submission: UUID | None = None,
    via: str = "web",
) -> FollowUp:
    """A follow-up typed by hand. The same `submission` again gives the first one back.

    Without an owner it lies in the queue of `team` (default: the customer's team, else the creator's).
    """
    if by is not None and not permissions.can_create(by):
        raise PermissionDenied
    if submission and (earlier := FollowUp.objects.filter(submission=submission).first()):
        return earlier
    team = team or (owner.team if owner else None) or customer.team or (by.team if by else None)
    if owner is None and team is None:
        raise ValidationError({"owner": _("Say who does it, or which team.")})
    try:
        with transaction.atomic():
            followup = FollowUp.objects.create(
                customer=customer,
                title=title,
                kind=kind,
                note=note,
                owner=owner,
                team=team,
                due_at=due_at,
                overdue_at=due_at + allowed,
                submission=submission,
                created_by=by,
            )
    except IntegrityError:
        if submission and (earlier := FollowUp.objects.filter(submission=submission).first()):
            return earlier
        raise
    _record(
        followup, "created", by, via=via, new={"due_at": due_at, "owner": owner and owner.pk, "team": team and team.pk}
    )
    open_customer(followup)
    if owner and owner != by:
        tell_new_owner(followup, by=by)
    return followup


@transaction.atomic
def log_attempt(
    followup_id: int,
    *,
    by: User,
    outcome: str,
    note: str = "",
    next_at: datetime | None = None,
    submission: UUID | None = None,
    at: datetime | None = None,
) -> Attempt:
    """One try with its outcome. With `next_at` the follow-up moves there and will remind again; without, reached and refused
    finish it, and every other outcome needs a next try."""
    if submission and (earlier := Attempt.objects.filter(submission=submission).first()):
        return earlier
    followup = _locked(followup_id)
    if not permissions.can_work(by, followup):
        raise PermissionDenied
    if submission and (earlier := Attempt.objects.filter(submission=submission).first()):
        return earlier
    _must_be_open(followup)
    now = at or timezone.now()
    if next_at is None and outcome not in FINISHING:
        raise ValidationError({"next_at": _("Say when to try again, or cancel the follow-up.")})
    if next_at is not None and next_at <= now:
        raise ValidationError({"next_at": _("The next try lies in the past.")})

    attempt = Attempt.objects.create(
        followup=followup, at=now, by=by, outcome=outcome, note=note, next_at=next_at, submission=submission
    )
    if followup.owner_id is None:
        _give(followup, by, by.team or followup.team)
    if next_at is not None:
        _move_to(followup, next_at)
        _record(followup, "tried", by, at=now, new={"outcome": outcome, "next_at": next_at})
    else:
        _close(followup, FollowUp.Status.DONE, by, at=now, result=outcome)
        _record(followup, "done", by, at=now, new={"outcome": outcome})
    ContactMade.objects.create(
        customer=followup.customer,
        at=now,
        channel=CONTACT_CHANNEL[followup.kind],
        purpose=Purpose.CARE,
        team=followup.team,
        staff=by,
    )
    timeline.record(
        followup.customer_id,
        kind="attempt",
        key=str(followup.pk),
        at=now,
        subject=note[:300],
        values={**what_values(followup), "outcome": outcome, "next_at": next_at},
        staff=by,
        team=followup.team,
    )
    return attempt


@transaction.atomic
def finish(followup_id: int, *, by: User, note: str = "") -> FollowUp:
    """Done without a call: it settled itself, or was done elsewhere."""
    followup = _locked(followup_id)
    if not permissions.can_work(by, followup):
        raise PermissionDenied
    _must_be_open(followup)
    _close(followup, FollowUp.Status.DONE, by, at=timezone.now(), result=note)
    _record(followup, "done", by, new={"note": note})
    _tell_timeline(followup, "followup-done", by, note)
    return followup


@transaction.atomic
def cancel(followup_id: int, *, by: User, reason: str) -> FollowUp:
    """It is not to be done any more, and why."""
    followup = _locked(followup_id)
    if not permissions.can_work(by, followup):
        raise PermissionDenied
    _must_be_open(followup)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is not to be done any more.")})
    _close(followup, FollowUp.Status.CANCELLED, by, at=timezone.now(), result=reason)
    _record(followup, "cancelled", by, new={"reason": reason})
    _tell_timeline(followup, "followup-cancelled", by, reason)
    return followup


@transaction.atomic
def reschedule(followup_id: int, *, by: User, due_at: datetime, reason: str = "") -> FollowUp:
    """Moves it; it reminds again at its new time."""
    followup = _locked(followup_id)
    if not permissions.can_work(by, followup):
        raise PermissionDenied
    _must_be_open(followup)
    if due_at <= timezone.now():
        raise ValidationError({"due_at": _("The new time lies in the past.")})
    before = followup.due_at
    if due_at == before:
        return followup
    _move_to(followup, due_at)
    _record(followup, "moved", by, old={"due_at": before}, new={"due_at": due_at, "reason": reason})
    return followup


@transaction.atomic
def assign(followup_id: int, *, by: User, owner: User | None, team: Team | None = None) -> FollowUp:
    """Gives it to a colleague, or with `owner=None` into the queue of `team`. The new owner is told at the bell."""
    followup = _locked(followup_id)
    if not permissions.can_assign(by, followup):
        raise PermissionDenied
    _must_be_open(followup)
    if owner is not None and not owner.is_active:
        raise ValidationError({"owner": _("This colleague does not work here any more.")})
    team = team or (owner.team if owner else None) or followup.team
    if owner is None and team is None:
        raise ValidationError({"owner": _("Say who does it, or which team.")})
    if (owner and owner.pk) == followup.owner_id and (team and team.pk) == followup.team_id:
        return followup
    before = {"owner": followup.owner_id, "team": followup.team_id}
    _give(followup, owner, team)
    _record(followup, "assigned", by, old=before, new={"owner": owner and owner.pk, "team": team and team.pk})
    if owner and owner != by:
        tell_new_owner(followup, by=by)
    return followup


@transaction.atomic
def take(followup_id: int, *, by: User) -> FollowUp:
    """Puts one's own name on it: from a queue, or a colleague's within reach."""
    followup = _locked(followup_id)
    if not permissions.can_work(by, followup):
        raise PermissionDenied
    _must_be_open(followup)
    if followup.owner_id == by.pk:
        return followup
    if followup.owner_id is not None and not permissions.can_assign(by, followup):
        raise PermissionDenied
    before = {"owner": followup.owner_id, "team": followup.team_id}
    _give(followup, by, followup.team or by.team)
    _record(followup, "taken", by, old=before, new={"owner": by.pk})
    return followup


def open_customer(followup: FollowUp) -> None:
    """Whoever has to call may open the customer, and nobody who no longer has to."""
    reason = access_reason(followup)
    withdraw_access(followup.customer, reason=reason)
    if followup.owner_id:
        give_access(followup.customer, reason=reason, user=followup.owner)
    elif followup.team_id:
        give_access(followup.customer, reason=reason, team=followup.team)


def access_reason(followup: FollowUp) -> str:
    return f"followup:{followup.pk}"


def tell_new_owner(followup: FollowUp, *, by: User | None) -> None:
    if followup.owner is None:
        return
    notify(
        followup.owner,
        key=f"followup-given:{followup.pk}:{followup.version}:{followup.owner_id}:{int(timezone.now().timestamp())}",
        kind="followup-given",
        values={**notice_values(followup), "by": str(by) if by else ""},
        url=followup.get_absolute_url(),
    )


def what_values(followup: FollowUp) -> dict:
    """What it is about, for bell and timeline: as typed, or the step's name in both languages, chosen when it is read."""
    step = followup.plan_step
    return {
        "what": followup.title,
        "what_en": step.name_en if step else "",
        "what_zh": step.name_zh if step else "",
    }


def notice_values(followup: FollowUp) -> dict:
    return {**what_values(followup), "customer": followup.customer.title, "due_at": followup.due_at}


def _locked(followup_id: int) -> FollowUp:
    return (
        FollowUp.objects.select_for_update(of=("self",))
        .select_related("customer", "customer__team", "plan_step", "team", "owner", "owner__team")
        .get(pk=followup_id)
    )


def _must_be_open(followup: FollowUp) -> None:
    if followup.status != FollowUp.Status.OPEN:
        raise AlreadyFinished(followup)


def _close(followup: FollowUp, status: str, by: User, *, at: datetime, result: str) -> None:
    followup.status = status
    followup.finished_at = at
    followup.finished_by = by
    followup.result = result[:300]
    followup.save(update_fields=["status", "finished_at", "finished_by", "result"])
    reason = access_reason(followup)
    withdraw_access(followup.customer, reason=reason)
    if followup.owner_id:
        give_access(followup.customer, reason=reason, user=followup.owner, until=at + ACCESS_AFTERWARDS)


def _move_to(followup: FollowUp, due_at: datetime) -> None:
    allowed = followup.plan_step.allowed if followup.plan_step else followup.overdue_at - followup.due_at
    followup.due_at = due_at
    followup.overdue_at = due_at + allowed
    followup.version += 1
    followup.reminded_at = None
    followup.save(update_fields=["due_at", "overdue_at", "version", "reminded_at"])


def _give(followup: FollowUp, owner: User | None, team: Team | None) -> None:
    followup.owner = owner
    followup.team = team
    followup.version += 1
    followup.reminded_at = None  # the new owner has not been reminded
    followup.save(update_fields=["owner", "team", "version", "reminded_at"])
    open_customer(followup)


def _record(
    followup: FollowUp,
    what: str,
    by: User | None,
    *,
    at: datetime | None = None,
    via: str = "web",
    old: dict | None = None,
    new: dict | None = None,
) -> None:
    FollowUpEvent.objects.create(
        followup=followup, at=at or timezone.now(), actor=by, via=via, what=what, old=old or {}, new=new or {}
    )


def _tell_timeline(followup: FollowUp, kind: str, by: User, note: str) -> None:
    timeline.record(
        followup.customer_id,
        kind=kind,
        key=str(followup.pk),
        at=timezone.now(),
        subject=note[:300],
        values=what_values(followup),
        staff=by,
        team=followup.team,
    )
