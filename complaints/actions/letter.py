"""Letters of a case to its customer, and notes among ourselves."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from complaints.actions.history import locked, moment_of, record
from complaints.models import Complaint, ComplaintEvent, ComplaintMessage
from complaints.permissions import can_work
from crm.staff.models import User
from customers import letters
from customers.models.guard import Purpose

LONGEST = 5000


def send(
    complaint: Complaint,
    kind: str,
    *,
    by: User | None,
    at: datetime,
    values: dict[str, str],
    body: str = "",
    submission: UUID | None = None,
) -> ComplaintMessage:
    """Writes to the customer where the contact guard allows it, and keeps what became of it. Inside an action's transaction."""
    row = ComplaintMessage.objects.create(
        complaint=complaint,
        direction=ComplaintMessage.Direction.OUT,
        kind=kind,
        at=at,
        by=by,
        body=body,
        submission=submission,
    )
    customer = complaint.customer
    with override(customer.language):
        unnamed = _("customer")
    letter = letters.write_to(
        customer,
        purpose=Purpose.COMPLAINT,
        key=f"complaint-{kind}:{row.pk}",
        kind=f"complaint-{kind}",
        values={
            "name": customer.name or unnamed,
            "number": complaint.number,
            "subject": complaint.subject,
            **values,
        },
        secrets={"link": ("complaint", complaint.pk)},
        by=by,
        team=complaint.team,
    )
    row.message, row.refusal = letter.message, letter.refusal or ""
    row.save(update_fields=["message", "refusal"])
    return row


def written(text: str) -> str:
    """What was typed, or the reason why it cannot go out."""
    text = text.strip()
    if not text:
        raise ValidationError({"text": _("Write something first.")})
    if len(text) > LONGEST:
        raise ValidationError({"text": _("At most %(most)s characters, please.") % {"most": LONGEST}})
    return text


def write(
    complaint_id: int, *, by: User, text: str, submission: UUID | None = None, at: datetime | None = None
) -> ComplaintMessage:
    """A letter to the customer in our own words. The same `submission` again gives the first one back."""
    text, at = written(text), moment_of(at)
    try:
        with transaction.atomic():
            complaint = locked(complaint_id)
            if not can_work(by, complaint):
                raise PermissionDenied
            if submission and (first := ComplaintMessage.objects.filter(submission=submission).first()):
                return first
            kind = ComplaintMessage.Kind.LETTER
            values = {"text": text, "staff": str(by)}
            row = send(complaint, kind, by=by, at=at, values=values, body=text, submission=submission)
            record(complaint, "wrote", by=by, at=at, new={"message": row.pk, "refusal": row.refusal})
    except IntegrityError:
        if submission and (first := ComplaintMessage.objects.filter(submission=submission).first()):
            return first
        raise
    return row


@transaction.atomic
def note(
    complaint_id: int, *, by: User, text: str, submission: UUID | None = None, at: datetime | None = None
) -> ComplaintEvent:
    """A note that only colleagues read. The same `submission` again gives the first one back."""
    text, at = written(text), moment_of(at)
    complaint = locked(complaint_id)
    if not can_work(by, complaint):
        raise PermissionDenied
    sent = {"submission": str(submission)} if submission else {}
    # The case is locked: the second of two waits here until the first is written.
    if sent and (first := complaint.events.filter(what="noted", new=sent).first()):
        return first
    return record(complaint, "noted", by=by, at=at, note=text, new=sent)
