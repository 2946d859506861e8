"""The look: frame, lists, forms and words that every page is made of. Knows no business and has no rows."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LookConfig(AppConfig):
    name = "crm.look"
    label = "look"
    verbose_name = _("Look")
