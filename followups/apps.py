"""What we promised to do, and what it tells the other parts of the product."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class FollowupsConfig(AppConfig):
    name = "followups"
    verbose_name = _("Follow-ups")

    def ready(self) -> None:
        from followups import words
        from followups.shipped import ship

        words.register_all()
        post_migrate.connect(ship, sender=self)
