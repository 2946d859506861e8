"""The promise to send, and its delivery."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "crm.outbox"
    label = "outbox"
    verbose_name = _("Outbox")

    def ready(self) -> None:
        from crm.look.frame import NavItem, register_banner, register_beat, register_nav
        from crm.outbox import frame, kinds
        from crm.outbox.permissions import can_see_messages

        kinds.register(kinds.FOOTER)
        kinds.register(kinds.TEST)
        register_banner(frame.banner)
        register_beat(frame.beat_line)
        register_nav(
            NavItem(
                key="outbox",
                label=_("Outbox"),
                icon="send",
                url_name="outbox:list",
                position=80,
                allowed=can_see_messages,
                also=("/mailbox/", "/health/"),
            )
        )
