"""That the demo was laid out here, when, and which rows its house is made of."""

from django.db import models
from django.db.models import Q


class Seeding(models.Model):
    """The one row that says so. Later runs add what is missing by what stands in it, and touch nothing else."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    now = models.DateTimeField(
        help_text="What time it was in the house: what came before has happened, the rest has not."
    )
    made = models.JSONField(default=dict, help_text="Key of a team, person, branch or calendar → its id.")
    told = models.BooleanField(default=False, help_text="Whether customers and their story were laid out, too.")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(only=True), name="one_seeding")]

    def __str__(self) -> str:
        return str(self.now)
