"""Staff: taken on, changed, given other roles, their open work handed over, deactivated. Never deleted."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.staff import open_items
from crm.staff.actions.password import invite
from crm.staff.actions.trail import audit
from crm.staff.models import Role, User
from crm.staff.people_import import Plan
from crm.staff.permissions import can_manage_people
from crm.staff.roles import ADMINISTRATOR

OWN_FIELDS = ("name", "email", "phone", "language", "timezone")
PERSON_FIELDS = ("username", *OWN_FIELDS, "team")


class StillNeeded(Exception):
    """Somebody cannot leave yet: `items` are (kind, rows) with open work that carries their name."""

    def __init__(self, items: list[tuple[open_items.OpenItems, list[Any]]]) -> None:
        super().__init__("open items")
        self.items = items


class LastAdministrator(Exception):
    """Nobody would be left who can open the settings."""

    words = _("This is the last administrator. Give the role to somebody else first.")


def _check_manager(by: User | None) -> None:
    if by is not None and not can_manage_people(by):
        raise PermissionDenied


def _lock(user_id: int) -> User:
    return User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)


def _lock_with_administrators(user_id: int) -> tuple[User, bool]:
    """The person, and whether anybody else administrates. All locked in one order: two administrators cannot take the role
    from each other at once."""
    whom = Q(pk=user_id) | Q(is_superuser=True, is_active=True)
    rows = list(User.objects.select_for_update(of=("self",), no_key=True).filter(whom).order_by("pk"))
    user = next(row for row in rows if row.pk == user_id)
    return user, len(rows) > 1


def _put(user: User, values: dict[str, Any]) -> list[str]:
    changed = [name for name, value in values.items() if getattr(user, name) != value]
    for name in changed:
        setattr(user, name, values[name])
    return changed


@transaction.atomic
def add_person(*, by: User | None, values: dict[str, Any], roles: Iterable[str], with_invitation: bool = True) -> User:
    """Takes somebody on. Without a password; the invitation lets them set one. `roles` are keys."""
    _check_manager(by)
    user = User(**{name: value for name, value in values.items() if name in PERSON_FIELDS})
    user.set_unusable_password()
    user.save(force_insert=True)
    audit(by, "person-added", user.username, team=user.team_id)
    set_roles(user.pk, by=by, roles=roles)
    user.refresh_from_db()
    if with_invitation:
        invite(user, by=by)
    return user


@transaction.atomic
def create_administrator(*, username: str, email: str, name: str, password: str) -> User:
    """The first account of an installation, by whoever may run commands on its machine."""
    user = User(username=username, email=email, name=name)
    user.set_password(password)
    user.save(force_insert=True)
    set_roles(user.pk, by=None, roles=[ADMINISTRATOR])
    audit(None, "administrator-created", username)
    user.refresh_from_db()
    return user


@transaction.atomic
def change_person(user_id: int, *, by: User | None, values: dict[str, Any], roles: Iterable[str] | None = None) -> User:
    """Changes what an administrator may change; only the fields named in `values`."""
    _check_manager(by)
    user = _lock(user_id)
    changed = _put(user, {name: value for name, value in values.items() if name in PERSON_FIELDS})
    if changed:
        user.save(update_fields=changed)
        audit(by, "person-changed", user.username, fields=changed)
    if roles is not None:
        set_roles(user.pk, by=by, roles=roles)
    return user


@transaction.atomic
def set_roles(user_id: int, *, by: User | None, roles: Iterable[str]) -> None:
    """Gives exactly these roles. The administrator's is what opens the settings."""
    _check_manager(by)
    user, others = _lock_with_administrators(user_id)
    wanted = {role.key: role for role in Role.objects.filter(key__in=list(roles)).select_related("group")}
    before = set(Role.objects.filter(group__user=user).values_list("key", flat=True))
    if before != set(wanted):
        # Groups that are no role stay: only roles are given here.
        user.groups.remove(*user.groups.filter(role__isnull=False))
        user.groups.add(*(role.group for role in wanted.values()))
        added, taken = sorted(set(wanted) - before), sorted(before - set(wanted))
        audit(by, "roles-changed", user.username, added=added, taken=taken)
    administrates = ADMINISTRATOR in wanted
    if (user.is_staff, user.is_superuser) != (administrates, administrates):
        if not administrates and user.is_active and not others:
            raise LastAdministrator
        user.is_staff = user.is_superuser = administrates
        user.save(update_fields=["is_staff", "is_superuser"])


@transaction.atomic
def update_profile(user_id: int, *, by: User, values: dict[str, Any]) -> User:
    """What people change about themselves."""
    if by.pk != user_id:
        raise PermissionDenied
    user = _lock(user_id)
    changed = _put(user, {name: value for name, value in values.items() if name in OWN_FIELDS})
    if changed:
        user.save(update_fields=changed)
    if "email" in changed:
        audit(by, "own-email-changed", user.username)
    return user


def set_language(user_id: int, *, language: str) -> None:
    """Follows the switch in the top bar; the cookie decides, the profile is for mails and the next browser."""
    User.objects.filter(pk=user_id).exclude(language=language).update(language=language)


def open_work(user: User) -> list[tuple[open_items.OpenItems, list[Any]]]:
    """All open work that carries this person's name, by kind."""
    found = [(kind, list(kind.rows(user))) for kind in open_items.all_kinds()]
    return [(kind, rows) for kind, rows in found if rows]


@transaction.atomic
def deactivate(user_id: int, *, by: User | None) -> User:
    """Ends somebody's access. Refused while open work carries their name (`StillNeeded`), or if nobody could administrate."""
    _check_manager(by)
    user, others = _lock_with_administrators(user_id)
    if not user.is_active:
        return user
    if items := open_work(user):
        raise StillNeeded(items)
    if user.is_superuser and not others:
        raise LastAdministrator
    user.is_active = False
    user.deactivated_at = timezone.now()
    user.save(update_fields=["is_active", "deactivated_at"])
    audit(by, "deactivated", user.username)
    return user


@transaction.atomic
def reactivate(user_id: int, *, by: User | None) -> User:
    _check_manager(by)
    user = _lock(user_id)
    if not user.is_active:
        user.is_active = True
        user.deactivated_at = None
        user.save(update_fields=["is_active", "deactivated_at"])
        audit(by, "reactivated", user.username)
    return user


@transaction.atomic
def reassign_item(kind: str, pk: Any, *, to: User, by: User) -> None:
    """Hands one open item to a colleague, by the action of the app that owns it. PermissionDenied from there holds."""
    items = open_items.get(kind)
    if items is None or not to.is_active:
        raise PermissionDenied
    items.reassign(pk, to=to, by=by)


@transaction.atomic
def reassign_all(user_id: int, *, to: User, by: User) -> int:
    """Hands everything open over, all or nothing, and says how many items that were."""
    _check_manager(by)
    user = User.objects.get(pk=user_id)
    moved = 0
    for kind, rows in open_work(user):
        for row in rows:
            reassign_item(kind.key, row.pk, to=to, by=by)
            moved += 1
    audit(by, "work-handed-over", user.username, to=to.username, items=moved)
    return moved


@transaction.atomic
def import_people(plan: Plan, *, by: User, with_invitation: bool = True) -> tuple[int, int]:
    """Does what a checked list says, all or nothing, and answers how many were added and changed."""
    _check_manager(by)
    if plan.problems:
        raise ValueError("a list with problems is not imported")
    for entry in plan.entries:
        if entry.user is None:
            add_person(by=by, values=entry.values, roles=entry.roles or [], with_invitation=with_invitation)
        else:
            change_person(entry.user.pk, by=by, values=entry.values, roles=entry.roles)
    audit(by, "people-imported", "", added=len(plan.added), changed=len(plan.changed))
    return len(plan.added), len(plan.changed)
