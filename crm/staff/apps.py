"""The people who work here, and the admin site they configure."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class RevisitAdminConfig(AdminConfig):
    default_site = "crm.staff.admin_site.RevisitAdminSite"


class StaffConfig(AppConfig):
    name = "crm.staff"
    label = "staff"
    verbose_name = _("Staff and teams")

    def ready(self) -> None:
        from crm.look.frame import NavItem, register_bell, register_nav, register_who_may
        from crm.outbox import kinds, links
        from crm.staff import message_kinds, password_links
        from crm.staff.permissions import can_see_people, may_open_settings, roles_with, unread_notices
        from crm.staff.shipped import ship

        post_migrate.connect(ship, sender=self)
        kinds.register(message_kinds.PASSWORD_RESET)
        kinds.register(message_kinds.INVITATION)
        links.register("password-reset", password_links.reset_url)
        links.register("staff-invitation", password_links.invitation_url)
        register_bell(unread_notices)
        register_who_may(roles_with)
        register_nav(
            NavItem(
                key="settings",
                label=_("Settings"),
                icon="settings",
                url_name="admin:index",
                position=90,
                allowed=may_open_settings,
            )
        )
        register_nav(
            NavItem(
                key="staff",
                label=_("Staff"),
                icon="users-group",
                url_name="staff:people",
                position=85,
                allowed=can_see_people,
            )
        )
