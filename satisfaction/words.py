"""What satisfaction puts into the registries below it: timeline, messages, links, navigation, reasons."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from crm import secret_links
from crm.look import frame
from crm.outbox import kinds, links
from crm.staff import why
from crm.staff.models import RecordKind, User
from crm.staff.scopes import reach
from customers import contact_guard, timeline_kinds
from satisfaction import permissions
from satisfaction.models import Invitation, Response

PURPOSE = "survey"

# The guard's reasons, and our own.
REFUSALS = {**contact_guard.REASONS, "open_complaint": _("A complaint of this customer is open.")}


def token_of(invitation: Invitation) -> str:
    return secret_links.code_for(PURPOSE, invitation.pk, invitation.nonce)


def invitation_of(token: str) -> Invitation | None:
    """The invitation that this token opens, compared in constant time; None when it opens none."""
    pk = secret_links.id_in(token.strip().lower())
    invitation = (
        Invitation.objects.select_related("survey", "customer").filter(pk=pk).first() if pk is not None else None
    )
    nonce = invitation.nonce if invitation else ""
    return invitation if secret_links.read(PURPOSE, token, nonce) and invitation else None


def _link(pk: int) -> str:
    token = token_of(Invitation.objects.only("pk", "nonce").get(pk=pk))
    return settings.SITE_URL + reverse("satisfaction:answer", args=[token])


def register_all() -> None:
    links.register("survey", _link)
    group = _("Satisfaction")

    def response_url(entry) -> str:
        return reverse("satisfaction:response", args=[entry.key])

    for key, words, icon, tone, url in (
        ("survey-sent", _("Asked how satisfied they are"), "mail", "", None),
        ("response", _("Answered: %(scores)s"), "mood-smile", "ok", response_url),
        ("response-low", _("Answered, low score: %(scores)s"), "mood-sad", "bad", response_url),
    ):
        timeline_kinds.register(
            timeline_kinds.TimelineKind(
                key=key,
                words=words,
                icon=icon,
                records=RecordKind.SATISFACTION,
                group=group,
                url=url,
                tone=tone,
                fill=timeline_values,
            )
        )
    kinds.register(
        kinds.MessageKind(
            key="survey-invitation",
            label=_("Invitation to a survey"),
            variables={
                "customer": (_("Customer"), "Zhang San"),
                "company": (_("Our company"), "Revisit"),
                "days": (_("How many days the link works"), "30"),
            },
            secrets={"link": (_("Secret link to the survey"), "https://care.example.com/s/abc/")},
            subject={"en": "{company}: how was it?", "zh-hans": "{company}：想听听您的评价"},
            body={
                "en": "Dear {customer},\n\nhow satisfied are you with us? Three questions, about a minute:\n\n{link}\n\n"
                "The link works for {days} days.\n\nThank you\n{company}\n",
                "zh-hans": "{customer}，您好：\n\n想请您评价一下我们的服务，三个问题，大约一分钟：\n\n{link}\n\n链接 {days} 天内有效。\n\n谢谢！\n{company}\n",
            },
            button={"en": "Answer", "zh-hans": "去填写"},
            to_customer=True,
        )
    )
    frame.register_nav(
        frame.NavItem(
            "satisfaction", _("Satisfaction"), "mood-smile", "satisfaction:list", 40, allowed=permissions.can_read
        )
    )
    why.register(RecordKind.SATISFACTION, explain, count=lambda user: Response.objects.visible_to(user).count())


def points(value: float) -> str:
    """A score in points with its sign, the minus as it is printed: +33, −7, 0."""
    whole = round(value)
    return f"{whole:+d}".replace("-", "−") if whole else "0"


def score_words(overall, nps) -> str:
    parts = []
    if overall is not None:
        parts.append(_now("overall %(n)s of 5") % {"n": overall})
    if nps is not None:
        parts.append(_now("would recommend %(n)s of 10") % {"n": nps})
    return " · ".join(parts) or _now("a comment")


def timeline_values(values: dict) -> dict:
    return {**values, "scores": score_words(values.get("overall"), values.get("nps"))}


def explain(user: User, typed: str) -> why.Verdict | None:
    """Why somebody sees one answer (typed as A12) or does not."""
    number = typed.strip().upper().removeprefix("A")
    if not typed.strip().upper().startswith("A") or not number.isdecimal() or len(number) > 18:
        return None
    response = Response.objects.filter(pk=number).first()
    if response is None:
        return None
    scope = reach(user, RecordKind.SATISFACTION)
    rules = (
        why.Rule(_now("The role sees every answer."), scope.everything),
        why.Rule(_now("It is about their own work."), not scope.nothing and response.owner_id == user.pk),
        why.Rule(_now("It belongs to their team or a team below."), scope.covers(response.team_id, None)),
    )
    sees = Response.objects.visible_to(user).filter(pk=response.pk).exists()
    sentence = _now("sees answer A%(pk)s") if sees else _now("does not see answer A%(pk)s")
    return why.Verdict(sees, sentence % {"pk": response.pk}, rules, response.get_absolute_url())
