"""What must hold of the told months, whatever day they end on: nothing before its cause, nothing after now, sums that add up."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Max, Min, Sum
from django.db.models.functions import Round

from complaints.models import Complaint, ComplaintEvent, ComplaintMessage
from crm.outbox.models import Message
from crm.staff.models import Notice
from customers.models import ContactMade, Customer, ImportRun, Interaction, Purchase, TimelineEntry
from followups.models import Attempt, FollowUp, FollowUpEvent
from satisfaction.models import Invitation, Response

HAPPENED = (
    (Complaint, "received_at"),
    (Complaint, "resolved_at"),
    (Complaint, "closed_at"),
    (ComplaintEvent, "at"),
    (ComplaintMessage, "at"),
    (ContactMade, "at"),
    (Attempt, "at"),
    (FollowUp, "created_at"),
    (FollowUp, "finished_at"),
    (FollowUpEvent, "at"),
    (Interaction, "at"),
    (Invitation, "created_at"),
    (Response, "answered_at"),
    (Message, "finished_at"),
    (Notice, "at"),
    (Notice, "read_at"),
    (Purchase, "happened_at"),
    (TimelineEntry, "at"),
    (Customer, "created_at"),
)


def problems(now: datetime) -> Iterator[str]:
    """One sentence for each thing that cannot be."""
    yield from _after_now(now)
    yield from _before_its_cause()
    yield from _unfinished(now)
    yield from _sums()


def _after_now(now: datetime) -> Iterator[str]:
    for model, field in HAPPENED:
        latest = model._base_manager.aggregate(latest=Max(field))["latest"]
        if latest and latest > now:
            yield f"{model._meta.label}.{field} lies ahead: {latest}"


def _before_its_cause() -> Iterator[str]:
    for row in Complaint.objects.filter(purchase__happened_at__gte=F("received_at")):
        yield f"{row} complains of what was not bought yet"
    for row in Complaint.objects.filter(resolved_at__lt=F("round_started_at")):
        yield f"{row} was resolved before its round began"
    for row in ComplaintEvent.objects.filter(at__lt=F("complaint__received_at")).exclude(what="received"):
        yield f"{row.complaint}: {row.what} before it was received"
    for row in Response.objects.filter(answered_at__lte=F("invitation__created_at")):
        yield f"answer {row.pk} came before its question"
    for row in FollowUpEvent.objects.filter(at__lt=F("followup__created_at")):
        yield f"follow-up {row.followup_id}: {row.what} before it was created"
    for row in Customer.objects.annotate(first=Min("purchases__happened_at")).filter(created_at__gt=F("first")):
        yield f"{row} bought before they were known"
    bought = dict(Purchase.objects.values_list("pk", "happened_at"))
    for row in Invitation.objects.filter(source_kind="purchase"):
        if row.created_at <= bought[row.source_id]:
            yield f"invitation {row.pk} asks about what was not bought yet"
    resolved = {
        (pk, new["round"]): at
        for pk, new, at in ComplaintEvent.objects.filter(what="resolved").values_list("complaint", "new", "at")
    }
    for row in Invitation.objects.filter(source_kind="complaint"):
        if row.created_at <= resolved[row.source_id, row.round]:
            yield f"invitation {row.pk} asks about what was not resolved yet"
    causes = {"purchase": bought, "response": dict(Response.objects.values_list("pk", "answered_at"))}
    for row in FollowUp.objects.filter(source_kind__in=causes):
        if row.created_at < causes[row.source_kind][row.source_id]:
            yield f"follow-up {row.pk} was created before its {row.source_kind}"
    for row in Attempt.objects.filter(at__lt=F("followup__created_at")):
        yield f"attempt {row.pk} was made before its follow-up was there"


def _unfinished(now: datetime) -> Iterator[str]:
    pending = Message.objects.pending()
    if pending.count() > 5:
        yield f"{pending.count()} messages of the past would leave now"
    if pending.filter(next_try_at__lt=now).exists():
        yield "a message waits since before now"
    if FollowUp.objects.to_remind(now).exists():
        yield "a follow-up that fell due was never reminded of"
    if FollowUp.objects.to_escalate(now).exists():
        yield "an overdue follow-up was never told of"
    if Complaint.objects.untold(now).exists():
        yield "an overdue complaint was never told of"


def _sums() -> Iterator[str]:
    lines = Purchase.objects.annotate(total=Round(Sum("lines__amount"), 2)).exclude(total=F("amount"))
    for row in lines:
        yield f"{row}: its lines are not its amount"
    run = ImportRun.objects.get()
    net = Purchase.objects.aggregate(net=Sum("amount"))["net"]
    if run.counts["net_total"] != {"GBP": str(net)} or net <= Decimal(0):
        yield f"the import says {run.counts['net_total']}, the purchases {net}"
