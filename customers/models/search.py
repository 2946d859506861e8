"""What search looks into: one entry per findable thing, with n-grams under one GIN index."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from crm.staff.models import Team
from customers.models.customer import Customer


class SearchEntry(models.Model):
    """`text` holds what may be matched, lower-case, one form a line; `grams` its n-grams; `label` is what is shown."""

    kind = models.SlugField(max_length=20)
    key = models.CharField(max_length=120, help_text="Id of the row within its kind.")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    label = models.CharField(max_length=300)
    text = models.TextField()
    grams = ArrayField(models.CharField(max_length=12))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_search_entry_per_row")]
        indexes = [
            GinIndex(fields=["grams"], name="search_grams"),
            models.Index(fields=["customer"], name="search_of_customer"),
        ]
