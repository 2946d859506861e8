"""Everything that changes people, teams, roles, notices and the audit trail, by noun."""

from crm.staff.actions.forms import drop_kept_form, forget_expired, keep_form
from crm.staff.actions.password import LinkNotValid, ask_reset, change_password, invite, set_password_by_link
from crm.staff.actions.people import (
    LastAdministrator,
    StillNeeded,
    add_person,
    change_person,
    create_administrator,
    deactivate,
    import_people,
    open_work,
    reactivate,
    reassign_all,
    reassign_item,
    set_language,
    set_roles,
    update_profile,
)
from crm.staff.actions.roles import RoleInUse, permissions_of, restore_role, retire_role, save_role
from crm.staff.actions.session import SignIn, record_sign_out, try_sign_in
from crm.staff.actions.teams import TeamInUse, restore_team, retire_team, save_team
from crm.staff.actions.trail import audit, notify, read_all_notices, read_notice

__all__ = [
    "LastAdministrator",
    "LinkNotValid",
    "RoleInUse",
    "SignIn",
    "StillNeeded",
    "TeamInUse",
    "add_person",
    "ask_reset",
    "audit",
    "change_password",
    "change_person",
    "create_administrator",
    "deactivate",
    "drop_kept_form",
    "forget_expired",
    "import_people",
    "invite",
    "keep_form",
    "notify",
    "open_work",
    "permissions_of",
    "reactivate",
    "read_all_notices",
    "read_notice",
    "reassign_all",
    "reassign_item",
    "record_sign_out",
    "restore_role",
    "restore_team",
    "retire_role",
    "retire_team",
    "save_role",
    "save_team",
    "set_language",
    "set_password_by_link",
    "set_roles",
    "try_sign_in",
    "update_profile",
]
