"""The dashboard's figures in words: tiles, charts, and the links of each."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.look.charts import Chart, ChartRow
from crm.look.words import day, number
from insights import figures, links
from insights.figures import Scope
from satisfaction.words import points


@dataclass(frozen=True)
class Tile:
    """`rows` is the number of rows behind `url`; a test opens the link and counts."""

    key: str
    label: Any
    value: str
    url: str
    rows: int
    unit: str = ""
    unit_tone: str = ""
    note: str = ""
    info: Any = ""


def tiles_of(scope: Scope, now: datetime) -> list[Tile]:
    return [*_complaint_tiles(scope, now), *_followup_tiles(scope, now), *_satisfaction_tiles(scope)]


def _complaint_tiles(scope: Scope, now: datetime) -> list[Tile]:
    found = figures.complaint_figures(scope, now)
    share = f"{found.on_time / found.resolved * 100:.0f}%" if found.resolved else "–"
    return [
        Tile(
            "open",
            _("Open complaints"),
            number(found.open),
            links.complaints(scope, "open"),
            found.open,
            note=_("%(n)s without a handler") % {"n": number(found.unassigned)} if found.unassigned else "",
            info=_("Complaints that are neither resolved nor closed, now"),
        ),
        Tile(
            "overdue",
            _("Overdue complaints"),
            number(found.overdue),
            links.complaints(scope, "overdue"),
            found.overdue,
            unit_tone="bad b" if found.overdue else "",
            unit=_("now") if found.overdue else "",
            info=_("Open complaints with a missed clock, now"),
        ),
        Tile(
            "resolved",
            _("Resolved on time"),
            share,
            links.complaints(scope, "all", resolved_from=scope.since, resolved_to=scope.until),
            found.resolved,
            unit=_("%(met)s of %(all)s") % {"met": number(found.on_time), "all": number(found.resolved)},
            note=_("%(n)s came in") % {"n": number(found.received)},
            info=_("Of the complaints resolved in the period: resolved before their clock ran out"),
        ),
    ]


def _followup_tiles(scope: Scope, now: datetime) -> list[Tile]:
    found = figures.followup_figures(scope, now)
    return [
        Tile(
            "due",
            _("Follow-ups due"),
            number(found.due),
            links.followups(scope, "due"),
            found.due,
            note=_("%(n)s open, %(queued)s in a queue") % {"n": number(found.open), "queued": number(found.queued)},
            info=_("Open follow-ups whose time has come, now"),
        ),
        Tile(
            "followups-overdue",
            _("Follow-ups overdue"),
            number(found.overdue),
            links.followups(scope, "overdue"),
            found.overdue,
            unit_tone="bad b" if found.overdue else "",
            unit=_("now") if found.overdue else "",
            info=_("Open follow-ups past the time that their step allows, now"),
        ),
        Tile(
            "done",
            _("Follow-ups done"),
            number(found.done),
            links.followups(scope, "done", finished_from=scope.since, finished_to=scope.until),
            found.done,
            info=_("Follow-ups done in the period"),
        ),
    ]


def _satisfaction_tiles(scope: Scope) -> list[Tile]:
    found = figures.satisfaction_figures(scope)
    few = _("too few to say much") if found.few else ""
    nps, csat = found.nps, found.csat
    return [
        Tile(
            "nps",
            _("NPS"),
            points(nps.score) if nps else "–",
            links.responses(scope, answered="nps"),
            nps.n if nps else 0,
            unit=_("%(low)s to %(high)s · n %(n)s")
            % {"low": points(nps.low), "high": points(nps.high), "n": number(nps.n)}
            if nps
            else "",
            note=few if nps else _("no answer yet"),
            info=_("Share of 9–10 minus share of 0–6; 95 % interval, adjusted Wald"),
        ),
        Tile(
            "csat",
            _("Satisfied, 4 or 5 of 5"),
            f"{csat.share * 100:.0f}%" if csat else "–",
            links.responses(scope, answered="overall"),
            csat.n if csat else 0,
            unit=_("%(low)s–%(high)s · n %(n)s")
            % {"low": f"{csat.low * 100:.0f}", "high": f"{csat.high * 100:.0f}", "n": number(csat.n)}
            if csat
            else "",
            note=few if csat else _("no answer yet"),
            info=_("Share of 4 and 5; 95 % Wilson interval"),
        ),
    ]


def charts_of(scope: Scope) -> list[Chart]:
    bought = figures.purchases_over_time(scope)
    complained = figures.complaints_over_time(scope)
    period = _("%(since)s to %(until)s") % {"since": _day(scope.since), "until": _day(scope.until)}
    total = sum(bucket.counts[0] for bucket in bought)
    came = sum(bucket.counts[0] for bucket in complained)
    return [
        Chart(
            kind="line",
            question=_("Do our customers keep buying?"),
            note=_("Purchases and customers who bought; %(period)s; n %(n)s") % {"period": period, "n": number(total)},
            columns=(_("From"), _("Purchases"), _("Active customers")),
            rows=[
                ChartRow(
                    _day(bucket.since),
                    bucket.counts,
                    links.purchases(scope, bucket.since, bucket.until),
                    urls=(
                        links.purchases(scope, bucket.since, bucket.until),
                        links.customers(scope, bucket.since, bucket.until),
                    ),
                )
                for bucket in bought
            ],
        ),
        Chart(
            kind="columns",
            question=_("Do we resolve as many complaints as come in?"),
            note=_("Complaints; %(period)s; n %(n)s") % {"period": period, "n": number(came)},
            columns=(_("From"), _("Came in"), _("Resolved")),
            rows=[
                ChartRow(
                    _day(bucket.since),
                    bucket.counts,
                    links.complaints(scope, "all", received_from=bucket.since, received_to=bucket.until),
                    urls=(
                        links.complaints(scope, "all", received_from=bucket.since, received_to=bucket.until),
                        links.complaints(scope, "all", resolved_from=bucket.since, resolved_to=bucket.until),
                    ),
                )
                for bucket in complained
            ],
        ),
    ]


def links_of_person(scope: Scope, row: dict[str, Any]) -> dict[str, str]:
    owner = row["owner_id"]
    return {
        "open": links.followups(scope, "open", owner=owner),
        "due": links.followups(scope, "due", owner=owner),
        "overdue": links.followups(scope, "overdue", owner=owner),
        "done": links.followups(scope, "done", owner=owner, finished_from=scope.since, finished_to=scope.until),
    }


def _day(on: date) -> str:
    return day(on, timezone.now())
