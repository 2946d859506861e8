"""Asks customers once about what happened, says why not, and takes their answer."""

import logging
import secrets as random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import Complaint
from crm.bilingual import pick
from customers import timeline
from customers.letters import write_to
from customers.models import Customer, Purchase
from satisfaction.models import Invitation, LowScoreRule, Response, Survey

log = logging.getLogger(__name__)

BATCH = 100
# What lies further back is not asked about any more: nobody remembers.
TOO_OLD = timedelta(days=14)
OPEN_COMPLAINT = "open_complaint"


class Expired(Exception):
    """The link ran out; nothing was kept."""


class AlreadyAnswered(Exception):
    """An answer was given before; it stays as it is."""


@dataclass(frozen=True)
class Occasion:
    """What is asked about: one resolution, one purchase."""

    kind: str
    pk: int
    round: int
    at: datetime
    customer: Customer
    owner: Any
    team: Any


def invite_due(*, at: datetime | None = None, seconds: float = 20) -> int:
    """Asks, or notes why not, for everything that is due; at most for `seconds`. Returns how many invitations were made."""
    until = time.monotonic() + seconds
    now = at or timezone.now()
    made = 0
    for survey in Survey.objects.filter(retired_at__isnull=True).order_by("pk"):
        for occasions in (_resolutions, _purchases):
            while batch := list(occasions(survey, now)):
                before = made
                for occasion in batch:
                    if time.monotonic() > until:
                        return made
                    made += _invite_safely(survey, occasion, now)
                if len(batch) < BATCH or made == before:
                    break
    return made


def _invite_safely(survey: Survey, occasion: Occasion, now: datetime) -> int:
    """One that cannot be asked stops nobody else; the next tick tries it again."""
    try:
        return invite(survey, occasion, at=now)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one must not keep the others waiting
        log.error("no invitation for %s %s: %s", occasion.kind, occasion.pk, type(error).__name__)
        return 0


@transaction.atomic
def invite(survey: Survey, occasion: Occasion, *, at: datetime) -> int:
    """One invitation for one occasion, sent or refused with its reason; 0 when somebody else was first."""
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=occasion.customer.pk)
    invitation, made = Invitation.objects.get_or_create(
        survey=survey,
        source_kind=occasion.kind,
        source_id=occasion.pk,
        round=occasion.round,
        defaults={
            "customer": customer,
            "state": Invitation.State.SENT,
            "language": customer.language,
            "team": occasion.team,
            "owner": occasion.owner,
            "nonce": random.token_hex(8),
            "created_at": at,
            "expires_at": at + timedelta(days=survey.valid_days),
        },
    )
    if not made:
        return 0
    refusal = _refusal_of_ours(occasion, customer)
    if not refusal:
        letter = write_to(
            customer,
            purpose="survey",
            key=f"survey:{survey.pk}:{occasion.kind}:{occasion.pk}:{occasion.round}",
            kind="survey-invitation",
            values={"customer": _addressed(customer), "company": settings.COMPANY_NAME, "days": str(survey.valid_days)},
            secrets={"link": ("survey", invitation.pk)},
            team=occasion.team,
        )
        refusal = letter.refusal or ""
        invitation.message = letter.message
    if refusal:
        invitation.state, invitation.refusal, invitation.expires_at = Invitation.State.REFUSED, refusal, None
    invitation.save(update_fields=["message", "state", "refusal", "expires_at"])
    if not refusal:
        timeline.record(
            customer.pk,
            kind="survey-sent",
            key=str(invitation.pk),
            at=at,
            values={"source": occasion.kind},
            team=occasion.team,
            staff=occasion.owner,
        )
    return 1


@transaction.atomic
def answer(
    invitation_id: int, *, overall: int | None, nps: int | None, comment: str, language: str, at: datetime | None = None
) -> Response:
    """Keeps the customer's answer. A blank is not a zero. Raises Expired, AlreadyAnswered, or ValidationError for an answer
    that says nothing or lies outside its scale (refused, not clamped)."""
    now = at or timezone.now()
    invitation = Invitation.objects.select_for_update(of=("self",)).select_related("customer").get(pk=invitation_id)
    if invitation.state == Invitation.State.ANSWERED:
        raise AlreadyAnswered
    if invitation.is_over(now):
        raise Expired
    comment = comment.strip()
    if overall is None and nps is None and not comment:
        raise ValidationError(_("Please answer at least one question."))
    if overall is not None and not 1 <= overall <= 5:
        raise ValidationError(_("Please choose one of 1 to 5."))
    if nps is not None and not 0 <= nps <= 10:
        raise ValidationError(_("Please choose one of 0 to 10."))
    response = Response.objects.create(
        invitation=invitation,
        customer=invitation.customer,
        overall=overall,
        nps=nps,
        comment=comment,
        language=language,
        answered_at=now,
        team=invitation.team,
        owner=invitation.owner,
    )
    invitation.state = Invitation.State.ANSWERED
    invitation.save(update_fields=["state"])
    low = response.is_low(LowScoreRule.current())
    timeline.record(
        invitation.customer_id,
        kind="response-low" if low else "response",
        key=str(response.pk),
        at=now,
        subject=comment[:300],
        values={"overall": overall, "nps": nps},
        staff=invitation.owner,
        team=invitation.team,
    )
    if low:
        transaction.on_commit(_nudge_rescue)
    return response


def _addressed(customer: Customer) -> str:
    """How a letter begins: by name, or kindly without one."""
    return customer.name or pick("customer", "尊敬的客户", customer.language)


def _nudge_rescue() -> None:
    """A convenience: the rescue is found by the next tick all the same."""
    from crm.celery import app

    try:
        app.send_task("followups.tasks.apply_plans", expires=55, retry=False)
    except Exception as error:  # noqa: BLE001 - whatever the broker says, the next tick does it
        log.warning("the rescue waits for the next tick: %s", type(error).__name__)


def _refusal_of_ours(occasion: Occasion, customer: Customer) -> str:
    """Nobody is asked how they like us while their complaint is open."""
    if Complaint.objects.complaints_only().open().filter(customer=customer).exists():
        return OPEN_COMPLAINT
    return ""


def _resolutions(survey: Survey, now: datetime) -> Iterable[Occasion]:
    if not survey.after_resolution:
        return
    due = now - survey.resolution_delay
    rows = (
        Complaint.objects.complaints_only()
        .filter(
            _not_asked(survey, Invitation.Source.COMPLAINT, OuterRef("round")),
            resolved_at__gte=max(survey.active_from, due - TOO_OLD),
            resolved_at__lte=due,
            customer__merged_into__isnull=True,
        )
        .select_related("customer", "owner", "team")
        .order_by("resolved_at", "pk")[:BATCH]
    )
    for row in rows:
        yield Occasion(
            Invitation.Source.COMPLAINT, row.pk, row.round, row.resolved_at, row.customer, row.owner, row.team
        )


def _purchases(survey: Survey, now: datetime) -> Iterable[Occasion]:
    if not survey.after_purchase:
        return
    due = now - survey.purchase_delay
    rows = (
        Purchase.objects.filter(
            _not_asked(survey, Invitation.Source.PURCHASE, 1),
            kind=Purchase.Kind.SALE,
            # People type times to the minute: what was sold in the minute of activation counts.
            happened_at__gte=max(survey.active_from.replace(second=0, microsecond=0), due - TOO_OLD),
            happened_at__lte=due,
            customer__merged_into__isnull=True,
        )
        .select_related("customer", "customer__owner", "customer__team", "staff", "team")
        .order_by("happened_at", "pk")[:BATCH]
    )
    for row in rows:
        owner = row.customer.owner or row.staff
        yield Occasion(
            Invitation.Source.PURCHASE, row.pk, 1, row.happened_at, row.customer, owner, row.customer.team or row.team
        )


def _not_asked(survey: Survey, kind: str, round_: Any):
    return ~Exists(Invitation.objects.filter(survey=survey, source_kind=kind, source_id=OuterRef("pk"), round=round_))
