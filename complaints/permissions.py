"""Who may do what with a case. `visible_to` says which cases exist for a reader (404), these what they may do (403)."""

from complaints.models import Complaint, Status
from crm.staff.models import Team, User
from crm.staff.scopes import reach


def can_take_in(user: User) -> bool:
    """Take in a case of any customer, also of one out of reach: whoever is on the phone is served."""
    return user.has_perm("complaints.add_complaint")


def can_read_any(user: User) -> bool:
    """Whether the pages of cases are there at all."""
    return user.has_perm("complaints.view_complaint") and not reach(user, "complaints").nothing


def can_open(user: User, complaint: Complaint) -> bool:
    return user.has_perm("complaints.view_complaint") and reach(user, "complaints").covers(
        complaint.team_id, complaint.owner_id
    )


def can_work(user: User, complaint: Complaint) -> bool:
    """Move it along, write to the customer, promise, edit: whoever has it within reach."""
    return user.has_perm("complaints.work_complaint") and can_open(user, complaint)


def can_assign(user: User, complaint: Complaint) -> bool:
    """Give it to a colleague or another team."""
    return user.has_perm("complaints.assign_complaint") and can_open(user, complaint)


def can_take(user: User, complaint: Complaint) -> bool:
    """Put one's own name on it."""
    return complaint.is_open and complaint.owner_id != user.pk and can_work(user, complaint)


def can_be_given(by: User, to: User) -> bool:
    """Whether `to` may get a case from `by`: active, works on cases, and among the people within `by`'s reach."""
    if not to.is_active or not to.has_perm("complaints.work_complaint"):
        return False
    scope = reach(by, "complaints")
    return scope.everything or to.pk == by.pk or to.team_id in scope.team_ids


def colleagues(by: User):
    """Who may get a case from `by`, as far as a query can say; `can_be_given` decides."""
    scope = reach(by, "complaints")
    people = User.objects.active().filter(groups__permissions__codename="work_complaint").distinct()
    return people if scope.everything else people.filter(team__in=scope.team_ids)


def teams_to_hand_to(complaint: Complaint):
    """A case may pass to any department that exists: nobody has to reach what they hand over to."""
    return Team.objects.active().exclude(pk=complaint.team_id)


# Which verb needs which right, and from which states it leads where. Templates and views ask `verbs`.
WORKING = {
    "acknowledge": (Status.NEW,),
    "start": (Status.NEW, Status.ACKNOWLEDGED),
    "wait": (Status.NEW, Status.ACKNOWLEDGED, Status.IN_PROGRESS),
    "resume": (Status.WAITING,),
    "resolve": (Status.NEW, Status.ACKNOWLEDGED, Status.IN_PROGRESS, Status.WAITING),
    "close": (Status.RESOLVED,),
    "reopen": (Status.RESOLVED, Status.CLOSED),
}


def verbs(user: User, complaint: Complaint) -> frozenset[str]:
    """What this reader may do with this case now."""
    now = set()
    if can_work(user, complaint):
        now |= {verb for verb, states in WORKING.items() if complaint.status in states}
        now |= {"write", "promise", "keep", "note", "edit"}
        if can_take(user, complaint):
            now.add("take")
    if complaint.is_open and can_assign(user, complaint):
        now |= {"assign", "hand_over"}
    return frozenset(now)
