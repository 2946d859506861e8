"""A believable company to look at: laid out on the embedded database, or on one marked as a demo."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "crm.demo"
    label = "demo"
