"""What was promised to the customer, and that it was kept."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from complaints.actions.history import locked, moment_of, record
from complaints.models import Complaint, ComplaintPromise
from complaints.permissions import can_work
from crm.staff.models import User


def keep_in_mind(
    complaint: Complaint, *, by: User, text: str, due_at: datetime, at: datetime, submission: UUID | None = None
) -> ComplaintPromise:
    """Writes a promise down, inside an action that has asked who may."""
    if not (text := text.strip()):
        raise ValidationError({"text": _("Say what was promised.")})
    if due_at <= at:
        raise ValidationError({"due_at": _("Choose a time that is still to come.")})
    promise = ComplaintPromise.objects.create(
        complaint=complaint, text=text[:300], due_at=due_at, by=by, at=at, submission=submission
    )
    record(complaint, "promised", by=by, at=at, note=promise.text, new={"promise": promise.pk, "due_at": due_at})
    return promise


@transaction.atomic
def promise_to_customer(
    complaint_id: int,
    *,
    by: User,
    text: str,
    due_at: datetime,
    submission: UUID | None = None,
    at: datetime | None = None,
) -> ComplaintPromise:
    """What the customer was told would happen, and until when. Promises keep the wall clock."""
    complaint = locked(complaint_id)
    if not can_work(by, complaint):
        raise PermissionDenied
    if submission and (first := ComplaintPromise.objects.filter(submission=submission).first()):
        return first
    return keep_in_mind(complaint, by=by, text=text, due_at=due_at, at=moment_of(at), submission=submission)


@transaction.atomic
def keep_promise(promise_id: int, *, by: User, at: datetime | None = None) -> ComplaintPromise:
    """It was kept. Saying so twice changes nothing."""
    at = moment_of(at)
    complaint = locked(ComplaintPromise.objects.values_list("complaint_id", flat=True).get(pk=promise_id))
    if not can_work(by, complaint):
        raise PermissionDenied
    promise = ComplaintPromise.objects.get(pk=promise_id)
    if promise.kept_at is None:
        promise.kept_at = at
        promise.save(update_fields=["kept_at"])
        record(
            complaint, "kept", by=by, at=at, note=promise.text, new={"promise": promise.pk, "late": at > promise.due_at}
        )
    return promise
