"""What somebody may see and do, in words: the scope of each kind of record with the role it comes from, and why one may."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.staff import why
from crm.staff.models import RecordKind, Role, RoleScope, Scope, Team, User
from crm.staff.roles import PERMISSIONS
from crm.staff.scopes import reach

FLAG = _("administrator")


@dataclass(frozen=True)
class ScopeLine:
    """How far somebody sees one kind of record: the widest of their roles, which roles those are, how many rows today."""

    kind: str
    label: Any
    scope: int
    words: Any
    roles: list[str]
    count: int | None


@dataclass(frozen=True)
class TeamNode:
    """A team with those below it, and whether its records are within reach."""

    name: str
    within: bool
    own: bool
    below: list["TeamNode"] = field(default_factory=list)


def roles_of(user: User) -> list[Role]:
    return list(Role.objects.filter(group__user=user).select_related("group"))


def scopes(user: User) -> list[ScopeLine]:
    """One line per kind of record. With several roles the widest counts, and all roles that are as wide are named."""
    given: dict[str, dict[str, int]] = {kind: {} for kind in RecordKind.values}
    for scope in RoleScope.objects.filter(role__group__user=user).select_related("role"):
        given[scope.kind][scope.role.name] = scope.scope
    lines = []
    for kind in RecordKind:
        far = reach(user, kind).scope
        names = [name for name, scope in given[kind].items() if scope == far and far]
        if user.is_superuser and user.is_active and not names:
            names = [str(FLAG)]
        lines.append(ScopeLine(kind, kind.label, far, Scope(far).label, names, why.count(user, kind) if far else 0))
    return lines


def permissions(user: User) -> list[tuple[Any, list[Any]]]:
    """What somebody may do, by kind of record."""
    groups: dict[Any, list[Any]] = {}
    for permission in PERMISSIONS:
        if user.is_active and user.has_perm(permission.name):
            groups.setdefault(permission.group, []).append(permission.label)
    return list(groups.items())


def tree(user: User) -> list[TeamNode]:
    """All teams in use, those that the widest scope of this person reaches marked."""
    reaches = [reach(user, kind) for kind in RecordKind.values]
    everything = any(one.everything for one in reaches)
    within = {pk for one in reaches if one.scope == Scope.TEAM for pk in one.team_ids}
    nodes: dict[int, TeamNode] = {}
    roots: list[TeamNode] = []
    for team in Team.objects.active().order_by("path"):  # those above come before those below
        node = nodes[team.pk] = TeamNode(team.name, everything or team.pk in within, team.pk == user.team_id)
        above = nodes.get(team.parent_id or 0)
        (above.below if above else roots).append(node)
    return roots
