"""An import from upload to report, and the mapping remembered for its source."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ImportRun(models.Model):
    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Waits for its columns")
        QUEUED = "queued", _("Waits for its turn")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    kind = models.SlugField(default="purchases")
    source = models.CharField(_("source"), max_length=60)
    file_name = models.CharField(max_length=200)
    file_path = models.CharField(max_length=500, help_text="Below the uploads folder.")
    file_sha256 = models.CharField(max_length=64, blank=True)
    file_bytes = models.BigIntegerField(default=0)
    mapping = models.JSONField(default=dict)
    dry_run = models.BooleanField(
        default=False, help_text="The pass that waits or runs writes nothing: counts go to `trial`."
    )
    trial = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="Counts of the last dry run.")
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    step = models.CharField(max_length=40, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    counts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    problem = models.CharField(max_length=500, blank=True)
    error_path = models.CharField(max_length=500, blank=True, help_text="Below the uploads folder.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True, help_text="Last sign of life of the worker that runs it.")
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="Starts so far: a file that kills its worker ends."
    )
    submission = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["uploaded", "queued", "running"], finished_at__isnull=True)
                | Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False),
                name="import_run_finished_has_time",
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("customers:import_run", args=[self.pk])


class ImportMapping(models.Model):
    """The mapping confirmed last for a source: guessed once, remembered after."""

    kind = models.SlugField()
    source = models.CharField(max_length=60)
    mapping = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "source"], name="one_mapping_per_kind_and_source")]
