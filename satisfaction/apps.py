"""What they thought, and what it tells the other parts of the product."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SatisfactionConfig(AppConfig):
    name = "satisfaction"
    verbose_name = _("Satisfaction")

    def ready(self) -> None:
        from satisfaction import words
        from satisfaction.shipped import ship

        words.register_all()
        post_migrate.connect(ship, sender=self)
