"""The one stream of everything that happened to a customer, written by whoever writes the fact."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from crm.staff.models import Team
from customers import timeline_kinds
from customers.models.customer import Customer


class TimelineQuerySet(models.QuerySet["TimelineEntry"]):
    def visible_to(self, user):
        """Entries whose kind's scope reaches them; the customer itself is checked by the page."""
        rows = Q(pk__in=[])
        for scope, kinds in timeline_kinds.by_reach(user):
            rows |= Q(kind__in=kinds) if scope.everything else Q(kind__in=kinds) & scope.rows(owner="staff_id")
        return self.filter(rows)


class TimelineEntry(models.Model):
    """One entry. `subject` and `values` are data; the words around them come from the kind, in the reader's words."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="timeline")
    at = models.DateTimeField()
    kind = models.SlugField(max_length=40)
    key = models.CharField(max_length=80, help_text="What it is about: id of the row, or its number in a link.")
    subject = models.CharField(max_length=300, blank=True)
    values = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")

    objects = TimelineQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-at", "-id"], name="timeline_newest"),
            models.Index(fields=["kind", "key"], name="timeline_of_row"),
        ]
