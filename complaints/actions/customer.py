"""What the customer does on the status page: adds to the case, agrees, or is not satisfied."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from complaints.actions.course import CUSTOMERS_OWN, close, reopen, resume
from complaints.actions.history import locked, moment_of, record, tell_timeline
from complaints.actions.letter import written
from complaints.actions.notice import ring
from complaints.models import Complaint, ComplaintMessage, Status


@transaction.atomic
def customer_wrote(
    complaint_id: int,
    *,
    text: str,
    submission: UUID | None = None,
    unsatisfied: bool = False,
    at: datetime | None = None,
    via: str = CUSTOMERS_OWN,
) -> ComplaintMessage:
    """Keeps what the customer added. It ends a waiting, for that we waited; `unsatisfied` reopens a settled case."""
    text, at = written(text), moment_of(at)
    complaint = locked(complaint_id)  # the lock also makes the second copy of a submission wait for the first
    if submission and (first := ComplaintMessage.objects.filter(submission=submission).first()):
        return first
    row = ComplaintMessage.objects.create(
        complaint=complaint, direction=ComplaintMessage.Direction.IN, at=at, body=text, submission=submission
    )
    record(complaint, "customer_wrote", by=None, at=at, via=via, new={"message": row.pk})
    tell_timeline(complaint, "complaint-customer-wrote", by=None, at=at)
    if complaint.status == Status.WAITING:
        resume(complaint.pk, by=None, at=at, via=via)
    elif unsatisfied and not complaint.is_open:
        reopen(complaint.pk, by=None, reason=text, at=at, via=via)
        return row  # reopening rings
    ring(complaint, "complaint_customer_wrote", key=f"customer-wrote:{row.pk}", at=at)
    return row


@transaction.atomic
def customer_agreed(complaint_id: int, *, at: datetime | None = None) -> Complaint:
    """“It is settled, thank you”: closes a resolved case. Said twice, it changes nothing more."""
    complaint = locked(complaint_id)
    if complaint.status == Status.CLOSED:
        return complaint
    return close(complaint_id, by=None, at=at, via=CUSTOMERS_OWN)
