"""Working time: calendars, and the clocks that run by them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorktimeConfig(AppConfig):
    name = "crm.worktime"
    label = "worktime"
    verbose_name = _("Working time")
