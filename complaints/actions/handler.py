"""Who has a case: taken, given to a colleague, handed over to another team."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from complaints.actions.clock import reckon
from complaints.actions.history import NotNow, change, follow, is_news, locked, moment_of, record
from complaints.actions.notice import ring
from complaints.models import Complaint
from complaints.permissions import can_assign, can_be_given, can_work
from crm.staff.models import Team, User


def _give(
    complaint: Complaint, what: str, *, by: User, at: datetime, note: str, owner: User | None, team: Team
) -> None:
    """Writes the new hands, reckons the clocks by the new team's hours where they differ, records."""
    moved = team.pk != complaint.team_id
    old, new = change(complaint, owner=owner, team=team)
    record(complaint, what, by=by, at=at, note=note, old=old, new=new)
    if moved and complaint.is_open:
        change(complaint, calendar=team.work_calendar())
        reckon(complaint, by=by, at=at, why="team")
    follow(complaint)


def _home_of(person: User, team: Team) -> Team:
    """The case's team, or the person's own where they belong to another part of the house."""
    return team if person.team is None or person.team.path.startswith(team.path) else person.team


@transaction.atomic
def assign(complaint_id: int, *, by: User, to: User, note: str = "", at: datetime | None = None) -> Complaint:
    """Gives the case to a colleague, who hears of it."""
    at = moment_of(at)
    complaint = locked(complaint_id)
    if not can_assign(by, complaint):
        raise PermissionDenied
    if not can_be_given(by, to):
        raise ValidationError({"to": _("%(name)s cannot be given this case.") % {"name": to}})
    if not complaint.is_open:
        raise NotNow(complaint)
    if complaint.owner_id == to.pk:
        return complaint
    _give(complaint, "assigned", by=by, at=at, note=note.strip(), owner=to, team=_home_of(to, complaint.team))
    if is_news(at):
        key = f"given:{complaint.pk}:{complaint.events.count()}"
        ring(complaint, "complaint_given", key=key, at=at, but=by, by=str(by))
    return complaint


@transaction.atomic
def take(complaint_id: int, *, by: User, at: datetime | None = None) -> Complaint:
    """“Assign to me”: what nobody has, or a colleague's within reach. Taking one's own changes nothing."""
    at = moment_of(at)
    complaint = locked(complaint_id)
    if not can_work(by, complaint):
        raise PermissionDenied
    if not complaint.is_open:
        raise NotNow(complaint)
    if complaint.owner_id != by.pk:
        _give(complaint, "taken", by=by, at=at, note="", owner=by, team=_home_of(by, complaint.team))
    return complaint


@transaction.atomic
def hand_over(complaint_id: int, *, by: User, team: Team, note: str, at: datetime | None = None) -> Complaint:
    """Passes the case to another team's queue, with the reason. The team's lead hears of it."""
    at, note = moment_of(at), note.strip()
    if not note:
        raise ValidationError({"note": _("Say why it goes there, and what is to be done.")})
    complaint = locked(complaint_id)
    if not can_assign(by, complaint):
        raise PermissionDenied
    if not complaint.is_open:
        raise NotNow(complaint)
    if team.retired_at is not None:
        raise ValidationError({"team": _("This team exists no more.")})
    if team.pk == complaint.team_id and complaint.owner_id is None:
        return complaint
    _give(complaint, "handed_over", by=by, at=at, note=note, owner=None, team=team)
    if is_news(at):
        key = f"handed:{complaint.pk}:{complaint.events.count()}"
        ring(complaint, "complaint_handed", key=key, at=at, but=by, by=str(by))
    return complaint
