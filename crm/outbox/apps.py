"""The promise to send, and its delivery."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "crm.outbox"
    label = "outbox"
    verbose_name = _("Outbox")

    def ready(self) -> None:
        import crm.celery  # noqa: F401 - else tasks called from the web know no broker
        from crm.outbox import kinds

        kinds.register(kinds.FOOTER)
        kinds.register(kinds.TEST)
