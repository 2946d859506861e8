"""How far a reader sees: the one place where roles, scopes and the team tree become a row filter.

Resolved once a request (cached on the user object) to plain lists of team ids, so that no list joins the tree per row.
"""

from dataclasses import dataclass, field

from django.db.models import Q

from crm.staff.models import RecordKind, RoleScope, Scope, Team, User


@dataclass(frozen=True)
class Reach:
    """What one reader reaches of one kind of record."""

    scope: int
    user_id: int | None = None
    team_ids: tuple[int, ...] = ()  # own team and those below; filled for the scope TEAM
    own_team_ids: tuple[int, ...] = field(default=())  # the own team and those above: what is given to a team is theirs

    @classmethod
    def all(cls) -> "Reach":
        return cls(Scope.ALL)

    @property
    def everything(self) -> bool:
        return self.scope == Scope.ALL

    @property
    def nothing(self) -> bool:
        return self.scope == Scope.NONE

    def rows(self, team: str = "team_id", owner: str = "owner_id") -> Q:
        """The filter for rows that carry a team and an owner."""
        if self.everything:
            return Q()
        if self.nothing:
            return Q(pk__in=[])
        mine = Q(**{owner: self.user_id})
        return mine | Q(**{f"{team}__in": self.team_ids}) if self.scope == Scope.TEAM else mine

    def covers(self, team_id: int | None, owner_id: int | None) -> bool:
        """The same rule for one row in hand."""
        if self.everything:
            return True
        if self.nothing:
            return False
        return owner_id == self.user_id or (self.scope == Scope.TEAM and team_id in self.team_ids)


def _resolve(user: User) -> dict[str, Reach]:
    widest = dict.fromkeys(RecordKind.values, int(Scope.NONE))
    for kind, scope in RoleScope.objects.filter(role__group__user=user).values_list("kind", "scope"):
        widest[kind] = max(widest[kind], scope)
    if user.is_superuser:
        widest = dict.fromkeys(RecordKind.values, int(Scope.ALL))
    team_ids: tuple[int, ...] = ()
    own: tuple[int, ...] = ()
    if user.team:
        own = (user.team.pk,)
        team_ids = tuple(Team.objects.within(user.team).values_list("pk", flat=True))
    return {kind: Reach(scope, user.pk, team_ids, own) for kind, scope in widest.items()}


def reach(user: User, kind: str) -> Reach:
    """How far `user` sees records of `kind`; nothing for anonymous and deactivated people."""
    if not user.is_authenticated or not user.is_active:
        return Reach(Scope.NONE)
    cached = getattr(user, "_reaches", None)
    if cached is None:
        cached = _resolve(user)
        user._reaches = cached  # type: ignore[attr-defined]
    return cached[kind]
