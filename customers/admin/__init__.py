"""The settings' pages of this app, by noun."""

from customers.admin import customer, purchase

__all__ = ["customer", "purchase"]
