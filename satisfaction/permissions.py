"""Who may read answers. Which answers exist for a reader says `Response.objects.visible_to`."""

from crm.staff.models import RecordKind, User
from crm.staff.scopes import reach


def can_read(user: User) -> bool:
    return user.has_perm("satisfaction.view_response") and not reach(user, RecordKind.SATISFACTION).nothing
