"""The people who work here, and the admin site they configure."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class RevisitAdminConfig(AdminConfig):
    default_site = "crm.staff.admin_site.RevisitAdminSite"


class StaffConfig(AppConfig):
    name = "crm.staff"
    label = "staff"
    verbose_name = _("Staff and teams")
