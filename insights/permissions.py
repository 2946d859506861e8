"""Who may open the dashboard. What its figures count is narrowed by each kind of record's own scope besides."""

from crm.staff.models import RecordKind, User
from crm.staff.scopes import reach


def can_see_dashboard(user: User) -> bool:
    return not reach(user, RecordKind.INSIGHTS).nothing
