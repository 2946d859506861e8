"""The tree of teams: added, moved with all that lies below, retired. Never deleted, and never below itself."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.staff.actions.trail import audit
from crm.staff.models import Team, User
from crm.staff.permissions import may_open_settings

TEAM_FIELDS = ("name_en", "name_zh", "parent", "calendar", "lead")


class TeamInUse(Exception):
    """A team cannot be retired while people or teams in use belong to it."""

    def __init__(self, members: int, children: int) -> None:
        super().__init__("team in use")
        self.members, self.children = members, children


def _check(by: User | None) -> None:
    if by is not None and not may_open_settings(by):
        raise PermissionDenied


def _lock_tree() -> dict[int, Team]:
    """The whole tree, in one order: two moves at once could otherwise make a circle. Rows that point at teams go on."""
    return {team.pk: team for team in Team.objects.select_for_update(of=("self",), no_key=True).order_by("pk")}


@transaction.atomic
def save_team(team_id: int | None, *, by: User | None, values: dict[str, Any]) -> Team:
    """Adds a team (`team_id` None) or changes one; a new `parent` moves it with everything below it."""
    _check(by)
    tree = _lock_tree()
    values = {name: value for name, value in values.items() if name in TEAM_FIELDS}
    parent = tree[values["parent"].pk] if values.get("parent") else None
    if team_id is None:
        team = Team.objects.create(**values)
        team.path = f"{parent.path if parent else '/'}{team.pk}/"
        team.save(update_fields=["path"])
        audit(by, "team-added", str(team), team=team.pk)
        return team
    team = tree[team_id]
    if parent and parent.path.startswith(team.path):
        raise ValidationError({"parent": _("A team cannot be part of itself or of a team below it.")})
    changed = [name for name, value in values.items() if getattr(team, name) != value]
    for name in changed:
        setattr(team, name, values[name])
    if changed:
        team.save(update_fields=changed)
        audit(by, "team-changed", str(team), team=team.pk, fields=changed)
    if "parent" in changed:
        _move(team, f"{parent.path if parent else '/'}{team.pk}/")
    return team


def _move(team: Team, path: str) -> None:
    """The new way for the team and all below it, in one statement."""
    old = team.path
    below = Substr(F("path"), len(old) + 1)
    Team.objects.filter(path__startswith=old).update(path=Concat(Value(path), below))
    team.path = path


@transaction.atomic
def retire_team(team_id: int, *, by: User | None) -> Team:
    """No new work goes there; what it had stays readable. Refused while people or teams in use belong to it."""
    _check(by)
    team = _lock_tree()[team_id]
    members = User.objects.active().filter(team=team).count()
    children = Team.objects.active().filter(parent=team).count()
    if members or children:
        raise TeamInUse(members, children)
    if team.retired_at is None:
        team.retired_at = timezone.now()
        team.save(update_fields=["retired_at"])
        audit(by, "team-retired", str(team), team=team.pk)
    return team


@transaction.atomic
def restore_team(team_id: int, *, by: User | None) -> Team:
    _check(by)
    team = _lock_tree()[team_id]
    if team.retired_at:
        team.retired_at = None
        team.save(update_fields=["retired_at"])
        audit(by, "team-restored", str(team), team=team.pk)
    return team
