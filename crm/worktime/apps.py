"""Working time: calendars, and the clocks that run by them."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class WorktimeConfig(AppConfig):
    name = "crm.worktime"
    label = "worktime"
    verbose_name = _("Working time")

    def ready(self) -> None:
        from crm.worktime.shipped import ship

        post_migrate.connect(ship, sender=self)
