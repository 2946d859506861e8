"""Who may look at people, and who may open the settings."""

from django.http import HttpRequest

from crm.staff.models import Notice, Role, User
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


def roles_with(permission: str) -> list[str]:
    """The names of the roles that have a permission ("complaints.assign_complaint"), for the page "no access"."""
    app, _dot, codename = permission.partition(".")
    rows = Role.objects.filter(
        retired_at__isnull=True, group__permissions__codename=codename, group__permissions__content_type__app_label=app
    )
    return [role.name for role in rows]
