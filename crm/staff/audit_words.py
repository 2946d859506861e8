"""What the entries of the audit trail are called."""

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "sign-in": _("Signed in"),
    "sign-out": _("Signed out"),
    "sign-in-failed": _("Sign-in failed"),
    "sign-in-stopped": _("Sign-in stopped after too many tries"),
    "password-changed": _("Changed the own password"),
    "password-reset-asked": _("Link to set a password asked for"),
    "password-set-by-link": _("Password set by link"),
    "invited": _("Link to set a password sent"),
    "own-email-changed": _("Changed the own e-mail address"),
    "person-added": _("Colleague added"),
    "person-changed": _("Colleague changed"),
    "people-imported": _("List of staff imported"),
    "roles-changed": _("Roles of a colleague changed"),
    "deactivated": _("Colleague deactivated"),
    "reactivated": _("Colleague activated again"),
    "work-handed-over": _("Open work handed over"),
    "team-added": _("Team added"),
    "team-changed": _("Team changed"),
    "team-retired": _("Team retired"),
    "team-restored": _("Team offered again"),
    "role-added": _("Role added"),
    "role-changed": _("Role changed"),
    "role-retired": _("Role retired"),
    "role-restored": _("Role offered again"),
    "settings-added": _("Setting added"),
    "settings-changed": _("Setting changed"),
    "settings-deleted": _("Setting deleted"),
    "administrator-created": _("First administrator created"),
}


def words(what: str) -> str:
    return str(WORDS.get(what, what))
