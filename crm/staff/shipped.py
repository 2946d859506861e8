"""What a new installation begins with: the six roles with their scopes and permissions. Only when there is no role at all."""

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import transaction

from crm.staff.models import RecordKind, Role, RoleScope
from crm.staff.roles import PERMISSIONS, SHIPPED


def ship(using: str = "default", **kwargs) -> None:
    """Creates the shipped roles. Called after every migration and after a test's flush; does nothing once roles exist."""
    if Role.objects.using(using).exists():
        return
    for label in sorted({permission.name.split(".")[0] for permission in PERMISSIONS}):
        create_permissions(apps.get_app_config(label), verbosity=0, using=using)
    ours = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.using(using).select_related("content_type")
    }
    with transaction.atomic(using=using):
        for position, shipped in enumerate(SHIPPED):
            group, _ = Group.objects.using(using).get_or_create(name=shipped.key)
            group.permissions.set([ours[name] for name in sorted(shipped.permissions)])
            role = Role.objects.using(using).create(
                group=group, key=shipped.key, name_en=shipped.name_en, name_zh=shipped.name_zh, position=position
            )
            RoleScope.objects.using(using).bulk_create(
                RoleScope(role=role, kind=kind, scope=scope)
                for kind, scope in zip(RecordKind.values, shipped.scopes, strict=True)
            )
