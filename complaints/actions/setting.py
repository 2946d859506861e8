"""Which severity a case gets that nobody has weighed yet."""

from django.db import transaction

from complaints.models import Severity


@transaction.atomic
def make_default(severity_id: int) -> Severity:
    """This severity instead of the one that was it."""
    rows = {row.pk: row for row in Severity.objects.select_for_update().order_by("pk")}
    for row in rows.values():
        if row.is_default and row.pk != severity_id:
            row.is_default = False
            row.save(update_fields=["is_default"])
    chosen = rows[severity_id]
    if not chosen.is_default:
        chosen.is_default = True
        chosen.save(update_fields=["is_default"])
    return chosen
