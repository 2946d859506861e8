"""The settings' pages of this app, by noun."""

from customers.admin import customer

__all__ = ["customer"]
