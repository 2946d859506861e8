"""Who we care for."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from customers import shipped
        from customers.ready import customer, purchase

        customer.fill()
        purchase.fill()
        post_migrate.connect(shipped.ship, sender=self)
