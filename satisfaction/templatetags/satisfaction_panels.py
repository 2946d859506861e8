"""How answers are shown on pages: the customer page's panel, scores, the figures above the list."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from complaints.models import Complaint
from crm.look.templatetags.look import status
from crm.look.words import number
from customers.models import Purchase
from satisfaction import permissions
from satisfaction.models import Invitation, LowScoreRule, Response
from satisfaction.words import REFUSALS, points

register = template.Library()

SHOWN = 3


@register.inclusion_tag("satisfaction/_panel.html", takes_context=True)
def satisfaction_panel(context, customer) -> dict:
    user = context["request"].user
    if not permissions.can_read(user):
        return {"rows": [], "last": None}
    rows = Response.objects.visible_to(user).filter(customer=customer).order_by("-answered_at", "-pk")[:SHOWN]
    last = Invitation.objects.visible_to(user).filter(customer=customer).order_by("-created_at", "-pk").first()
    return {"rows": list(rows), "rule": LowScoreRule.current(), "last": last}


@register.simple_tag
def score(value, of: int, low: int) -> str:
    """A score with what it is out of; a low one in red, and not by colour alone."""
    if value is None:
        return format_html('<span class="t3" title="{}">–</span>', _("left blank"))
    text = _("%(n)s of %(of)s") % {"n": value, "of": of}
    if value <= low:
        return format_html('<span class="bad b nw">{} <span class="visually-hidden">{}</span></span>', text, _("low"))
    return format_html('<span class="nw">{}</span>', text)


@register.simple_tag
def invitation_status(row: Invitation) -> str:
    tone = {"sent": "work", "answered": "done", "refused": "wait"}[row.state]
    dot = status(row.state, row.get_state_display(), tone)
    if row.refusal:
        return format_html('{} <span class="t3">{}</span>', dot, REFUSALS.get(row.refusal, row.refusal))
    return dot


@register.simple_tag(takes_context=True)
def source_link(context, invitation: Invitation) -> str:
    """What the customer was asked about, as a link where the reader may open it."""
    user = context["request"].user
    label = invitation.get_source_kind_display()
    if invitation.source_kind == Invitation.Source.COMPLAINT:
        case = Complaint.objects.visible_to(user).filter(pk=invitation.source_id).first()
        return format_html('<a href="{}">{} {}</a>', case.get_absolute_url(), label, case.number) if case else label
    purchase = Purchase.objects.visible_to(user).filter(pk=invitation.source_id).first()
    url = reverse("customers:purchase", args=[invitation.source_id])
    return format_html('<a href="{}">{} {}</a>', url, label, purchase.reference) if purchase else label


@register.inclusion_tag("satisfaction/_tiles.html", takes_context=True)
def result_tiles(context, results) -> dict:
    """Each figure with its n and interval; every tile leads to the rows it counts."""
    query = context["request"].GET.copy()
    for gone in ("after", "before", "score", "answered"):
        query.pop(gone, None)

    def url(**changes) -> str:
        copied = query.copy()
        for key, value in changes.items():
            copied[key] = value
        return f"?{copied.urlencode()}"

    return {
        "tiles": [_nps_tile(results, url), _csat_tile(results, url), _mean_tile(results, url), _rate_tile(results, url)]
    }


def _few(results, n: int) -> str:
    return _("too few to say much") if n < results.threshold else ""


def _nps_tile(results, url) -> dict:
    tile = {
        "label": _("NPS"),
        "info": _("Share of 9–10 minus share of 0–6; 95 % interval, adjusted Wald"),
        "url": url(answered="nps"),
    }
    if results.nps is None:
        return {**tile, "value": "–", "note": _("no answer yet")}
    return {
        **tile,
        "value": points(results.nps.score),
        "unit": _("%(low)s to %(high)s · n %(n)s")
        % {"low": points(results.nps.low), "high": points(results.nps.high), "n": number(results.nps.n)},
        "note": _few(results, results.nps.n),
    }


def _csat_tile(results, url) -> dict:
    tile = {
        "label": _("Satisfied, 4 or 5 of 5"),
        "info": _("Share of 4 and 5; 95 % Wilson interval"),
        "url": url(answered="overall"),
    }
    if results.csat is None:
        return {**tile, "value": "–", "note": _("no answer yet")}
    return {
        **tile,
        "value": f"{results.csat.share * 100:.0f}%",
        "unit": _("%(low)s–%(high)s · n %(n)s")
        % {
            "low": f"{results.csat.low * 100:.0f}",
            "high": f"{results.csat.high * 100:.0f}",
            "n": number(results.csat.n),
        },
        "note": _few(results, results.csat.n),
    }


def _mean_tile(results, url) -> dict:
    value = f"{results.mean:.1f}" if results.mean is not None else "–"
    counts = " · ".join(f"{score}: {count}" for score, count in results.overall.items())
    return {
        "label": _("Mean of 1–5"),
        "value": value,
        "note": counts if results.mean else "",
        "url": url(answered="overall"),
    }


def _rate_tile(results, url) -> dict:
    refused = sum(results.refused.values())
    return {
        "label": _("Response rate"),
        "info": _("Answered of what was delivered"),
        "value": f"{results.rate * 100:.0f}%" if results.rate is not None else "–",
        "unit": _("%(answered)s of %(asked)s") % {"answered": number(results.answered), "asked": number(results.asked)},
        "note": _("%(n)s not asked") % {"n": number(refused)} if refused else "",
        "url": url(view="invitations"),
    }
