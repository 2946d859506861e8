"""What follow-ups put into the registries below them: timeline, bell, messages, navigation, open items, reasons."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from crm.bilingual import pick
from crm.look import frame
from crm.outbox import kinds
from crm.staff import notices, open_items, why
from crm.staff.models import RecordKind, User
from crm.staff.scopes import reach
from customers import import_report, timeline_kinds
from followups.models import FollowUp, Outcome


def register_all() -> None:
    _timeline()
    _bell()
    _messages()
    _frame()
    open_items.register(
        open_items.OpenItems(
            key="followups",
            label=_("Follow-ups"),
            rows=lambda user: (
                FollowUp.objects.open().filter(owner=user).select_related("customer", "plan_step").order_by("due_at")
            ),
            reassign=_reassign,
            describe=lambda row: f"{row.customer.title}: {row.words}",
        )
    )
    why.register(RecordKind.FOLLOWUPS, explain, count=lambda user: FollowUp.objects.visible_to(user).count())
    from followups.actions.plans import too_old

    import_report.register_line("too_old", too_old, _("Care steps not created because they lie too far back"))


def _reassign(pk: int, *, to: User, by: User) -> None:
    from followups.actions import assign

    assign(pk, by=by, owner=to)


# --- Timeline --------------------------------------------------------------------------------------------------------------------


def _url(entry) -> str:
    return reverse("followups:detail", args=[entry.key])


def _timeline() -> None:
    group = _("Follow-ups")
    for key, words, icon, tone in (
        ("attempt", _("%(what)s: %(outcome_words)s"), "phone", ""),
        ("followup-done", _("Follow-up done: %(what)s"), "check", "ok"),
        ("followup-cancelled", _("Follow-up cancelled: %(what)s"), "x", ""),
    ):
        timeline_kinds.register(
            timeline_kinds.TimelineKind(
                key=key,
                words=words,
                icon=icon,
                records=RecordKind.FOLLOWUPS,
                group=group,
                url=_url,
                tone=tone,
                fill=timeline_values,
            )
        )


def timeline_values(values: dict) -> dict:
    """The places of the timeline's words, in the reader's language."""
    outcome = values.get("outcome", "")
    return {**_what(values), "outcome_words": Outcome(outcome).label if outcome in Outcome.values else outcome}


def _what(values: dict) -> dict:
    return {**values, "what": values.get("what") or pick(values.get("what_en", ""), values.get("what_zh", ""))}


# --- Bell and messages --------------------------------------------------------------------------------------------------------------


def _bell() -> None:
    for key, words, icon in (
        ("followup-due", _("Due now: %(what)s, %(customer)s"), "clock"),
        ("followup-overdue", _("Overdue: %(what)s, %(customer)s, %(owner)s"), "alert-triangle"),
        ("followup-given", _("%(by)s gave you a follow-up: %(what)s, %(customer)s"), "arrow-right"),
    ):
        notices.register(notices.NoticeKind(key, words, icon, fill=_what))


def _messages() -> None:
    places = {
        "name": (_("Name of the colleague"), "Li Na"),
        "what": (_("What to do"), "Delivery check"),
        "customer": (_("Customer"), "Zhang San"),
        "due": (_("When it is due"), "Tue 17 Nov, 10:30"),
        "link": (_("Link to the follow-up"), "https://care.example.com/followups/12/"),
    }
    kinds.register(
        kinds.MessageKind(
            key="followup-reminder",
            label=_("Reminder of a follow-up"),
            variables=places,
            subject={"en": "Due now: {what}, {customer}", "zh-hans": "回访到期：{customer}，{what}"},
            body={
                "en": "Hello {name},\n\n{what} for {customer} is due ({due}).\n\nOpen it here:\n{link}\n",
                "zh-hans": "{name}，您好：\n\n{customer} 的“{what}”已到期（{due}）。\n\n请在此打开：\n{link}\n",
            },
        )
    )
    kinds.register(
        kinds.MessageKind(
            key="followup-overdue",
            label=_("A follow-up is overdue (to the lead)"),
            variables={**places, "owner": (_("Who should have done it"), "Wang Wei")},
            subject={"en": "Overdue: {what}, {customer}", "zh-hans": "回访逾期：{customer}，{what}"},
            body={
                "en": "Hello {name},\n\n{what} for {customer} was due {due} and is still open. It lies with {owner}.\n\n"
                "Open it here:\n{link}\n",
                "zh-hans": "{name}，您好：\n\n{customer} 的“{what}”应在 {due} 完成，目前仍未完成，负责人：{owner}。\n\n请在此打开：\n{link}\n",
            },
        )
    )
    kinds.register(
        kinds.MessageKind(
            key="followup-summary",
            label=_("Summary of follow-ups that waited long"),
            variables={
                "name": places["name"],
                "count": (_("How many"), "12"),
                "list": (_("One line for each"), "Zhang San: Delivery check (Tue 17 Nov, 10:30)"),
                "link": (_("Link to My day"), "https://care.example.com/my-day/"),
            },
            subject={"en": "{count} follow-ups have been waiting", "zh-hans": "有 {count} 项回访等待处理"},
            body={
                "en": "Hello {name},\n\nthese {count} follow-ups fell due more than a day ago:\n\n{list}\n\nOpen My day:\n{link}\n",
                "zh-hans": "{name}，您好：\n\n以下 {count} 项回访到期已超过一天：\n\n{list}\n\n打开我的工作台：\n{link}\n",
            },
        )
    )


# --- Frame and access -----------------------------------------------------------------------------------------------------------------


def _sees_any(user) -> bool:
    return not reach(user, RecordKind.FOLLOWUPS).nothing


def _due_today(user) -> tuple[int, str] | None:
    now = timezone.now()
    rows = FollowUp.objects.open().filter(owner=user, due_at__lte=now).values_list("overdue_at", flat=True)[:100]
    found = list(rows)
    return (len(found), "bad" if any(at <= now for at in found) else "") if found else None


def _frame() -> None:
    frame.register_nav(
        frame.NavItem("my-day", _("My day"), "sun", "followups:my_day", 10, allowed=_sees_any, count=_due_today)
    )
    frame.register_nav(
        frame.NavItem("followups", _("Follow-ups"), "calendar-check", "followups:list", 50, allowed=_sees_any)
    )
    frame.register_new(
        frame.NewItem(
            "followup",
            _("Follow-up"),
            "calendar-plus",
            "followups:new",
            40,
            lambda user: user.has_perm("followups.add_followup"),
            "f",
        )
    )


def explain(user: User, typed: str) -> why.Verdict | None:
    """Why somebody sees one follow-up (typed as #12 or 12) or does not."""
    number = typed.strip().lstrip("#")
    followup = FollowUp.objects.filter(pk=number).first() if number.isdecimal() and len(number) < 18 else None
    if followup is None:
        return None
    scope = reach(user, RecordKind.FOLLOWUPS)
    rules = (
        why.Rule(_now("The role sees every follow-up."), scope.everything),
        why.Rule(_now("It is their own."), not scope.nothing and followup.owner_id == user.pk),
        why.Rule(
            _now("It belongs to their team or a team below."),
            followup.team_id in scope.team_ids and scope.covers(followup.team_id, None),
        ),
        why.Rule(
            _now("It lies in their team’s queue and nobody has taken it."),
            not scope.nothing and followup.owner_id is None and followup.team_id in scope.own_team_ids,
        ),
    )
    sees = FollowUp.objects.visible_to(user).filter(pk=followup.pk).exists()
    sentence = _now("sees follow-up #%(pk)s") if sees else _now("does not see follow-up #%(pk)s")
    return why.Verdict(sees, sentence % {"pk": followup.pk}, rules, followup.get_absolute_url())
