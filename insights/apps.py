"""What it adds up to: reads everything, writes nothing."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightsConfig(AppConfig):
    name = "insights"
    verbose_name = _("Insights")

    def ready(self) -> None:
        from crm.look import frame
        from insights.permissions import can_see_dashboard

        frame.register_nav(
            frame.NavItem("insights", _("Insights"), "chart-bar", "insights:dashboard", 60, allowed=can_see_dashboard)
        )
