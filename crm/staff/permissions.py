"""Who may look at people, and who may open the settings."""

from django.http import HttpRequest

from crm.staff.models import Notice, User
from crm.staff.scopes import reach


def may_open_settings(user: User) -> bool:
    return user.is_active and user.is_staff


def can_see_people(user: User) -> bool:
    """The list of staff: administrators and managers whole, leads their own team and those below."""
    return user.has_perm("staff.view_user")


def people_of(user: User):
    """Whom this reader may look at: figures about people and people themselves go by the same scope."""
    return User.objects.filter(reach(user, "insights").rows(team="team_id", owner="pk"))


def can_see_access(user: User, person: User) -> bool:
    """Whether the reader may ask what `person` may see."""
    return can_see_people(user) and reach(user, "insights").covers(person.team_id, person.pk)


def can_manage_people(user: User) -> bool:
    """Deactivate, reassign, import: administrators."""
    return may_open_settings(user)


def unread_notices(request: HttpRequest) -> int:
    """The number at the bell."""
    return Notice.objects.filter(user_id=request.user.pk, read_at__isnull=True).count()
