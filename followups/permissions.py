"""Who may do what with follow-ups. `visible_to` says which exist for a reader; these say what they may do with them."""

from crm.staff.models import User
from crm.staff.scopes import reach
from followups.models import FollowUp


def _reaches(user: User, followup: FollowUp) -> bool:
    scope = reach(user, "followups")
    if scope.covers(followup.team_id, followup.owner_id):
        return True
    return followup.owner_id is None and followup.team_id in scope.own_team_ids and not scope.nothing


def can_create(user: User) -> bool:
    return user.has_perm("followups.add_followup")


def can_work(user: User, followup: FollowUp) -> bool:
    """May log attempts, finish, move and cancel it; for one in a queue that means taking it first."""
    return user.has_perm("followups.work_followup") and _reaches(user, followup)


def can_take(user: User, followup: FollowUp) -> bool:
    """May put the own name on it: what lies in a queue, or a colleague's within reach."""
    return can_work(user, followup) and followup.owner_id != user.pk


def can_assign(user: User, followup: FollowUp) -> bool:
    return user.has_perm("followups.assign_followup") and _reaches(user, followup)


def can_assign_any(user: User) -> bool:
    return user.has_perm("followups.assign_followup")
