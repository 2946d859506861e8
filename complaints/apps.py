"""What went wrong."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    name = "complaints"
    verbose_name = _("Complaints")

    def ready(self) -> None:
        from complaints import bridges, shipped

        bridges.fill()
        post_migrate.connect(shipped.ship, sender=self)
