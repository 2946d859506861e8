"""Roles: what they may do and how far they see, per kind of record."""

import uuid
from collections.abc import Iterable, Mapping

from django.contrib.auth.models import Group
from django.contrib.auth.models import Permission as GroupPermission
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.text import slugify

from crm.staff.actions.trail import audit
from crm.staff.models import RecordKind, Role, RoleScope, User
from crm.staff.permissions import may_open_settings
from crm.staff.roles import PERMISSIONS


class RoleInUse(Exception):
    """A role cannot be retired while active people have it."""

    def __init__(self, people: int) -> None:
        super().__init__("role in use")
        self.people = people


def _check(by: User | None) -> None:
    if by is not None and not may_open_settings(by):
        raise PermissionDenied


def permissions_of(role: Role) -> set[str]:
    """The names of our permissions that a role gives."""
    given = role.group.permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in given} & {permission.name for permission in PERMISSIONS}


@transaction.atomic
def save_role(
    role_id: int | None,
    *,
    by: User | None,
    names: Mapping[str, str],
    scopes: Mapping[str, int],
    permissions: Iterable[str],
) -> Role:
    """Adds a role (`role_id` None) or changes one: its names, its scope per kind, its permissions out of our list."""
    _check(by)
    if role_id is None:
        base = slugify(names.get("name_en", ""))[:30] or "role"
        key = base if not Group.objects.filter(name=base).exists() else f"{base}-{uuid.uuid4().hex[:6]}"
        last = Role.objects.aggregate(last=Max("position"))["last"] or 0
        role = Role.objects.create(group=Group.objects.create(name=key), key=key, position=last + 1, **names)
    else:
        role = Role.objects.select_for_update(of=("self",)).get(pk=role_id)
        for name, value in names.items():
            setattr(role, name, value)
        role.save(update_fields=list(names))
    before = {
        "scopes": dict(role.scopes.values_list("kind", "scope")),
        "permissions": sorted(permissions_of(role)),
    }
    for kind in RecordKind.values:
        RoleScope.objects.update_or_create(role=role, kind=kind, defaults={"scope": scopes.get(kind, 0)})
    ours = {permission.name for permission in PERMISSIONS}
    wanted = set(permissions) & ours
    known = GroupPermission.objects.annotate(full=Concat("content_type__app_label", Value("."), "codename"))
    role.group.permissions.remove(*known.filter(full__in=ours - wanted))
    role.group.permissions.add(*known.filter(full__in=wanted))
    after = {"scopes": dict(role.scopes.values_list("kind", "scope")), "permissions": sorted(wanted)}
    if before != after or role_id is None:
        audit(by, "role-changed" if role_id else "role-added", role.key, before=before, after=after)
    return role


@transaction.atomic
def retire_role(role_id: int, *, by: User | None) -> Role:
    _check(by)
    role = Role.objects.select_for_update(of=("self",)).get(pk=role_id)
    if people := User.objects.active().filter(groups=role.group).count():
        raise RoleInUse(people)
    if role.retired_at is None:
        role.retired_at = timezone.now()
        role.save(update_fields=["retired_at"])
        audit(by, "role-retired", role.key)
    return role


@transaction.atomic
def restore_role(role_id: int, *, by: User | None) -> Role:
    _check(by)
    role = Role.objects.select_for_update(of=("self",)).get(pk=role_id)
    if role.retired_at:
        role.retired_at = None
        role.save(update_fields=["retired_at"])
        audit(by, "role-restored", role.key)
    return role
