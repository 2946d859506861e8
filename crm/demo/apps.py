"""A believable company to look at: seeded on the embedded database only."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "crm.demo"
    label = "demo"
