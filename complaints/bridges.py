"""What this app puts into the registries of the lower ones: navigation, letters, bell, timeline, search, open items, why."""

from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints import permissions
from complaints.models import Complaint
from crm import secret_links
from crm.look import frame
from crm.outbox import kinds, links
from crm.outbox.kinds import MessageKind
from crm.staff import notices, open_items, why
from crm.staff.models import User
from crm.staff.notices import NoticeKind
from crm.staff.scopes import reach
from customers import columns, search, timeline_kinds
from customers.columns import Cell, Column
from customers.models import SearchEntry
from customers.timeline_kinds import TimelineKind

SECRET = "complaint"
MOST_COUNTED = 99  # the number at the navigation; more is "a lot"


def fill() -> None:
    _frame()
    _letters()
    _bell()
    _timeline()
    _search()
    open_items.register(
        open_items.OpenItems(
            key="complaints",
            label=gettext_lazy("Open complaints"),
            rows=lambda user: Complaint.objects.open().filter(owner=user).order_by("received_at", "pk"),
            reassign=_reassign,
            describe=lambda complaint: f"{complaint.number} {complaint.subject}",
        )
    )
    columns.register(Column("complaints", gettext_lazy("Open complaints"), open_cells, position=40))
    why.register("complaints", explain, count=lambda user: Complaint.objects.open().visible_to(user).count())


def _reassign(pk: int, *, to: User, by: User) -> None:
    from complaints.actions import assign

    assign(pk, to=to, by=by)


def status_url(complaint_id: int) -> str:
    """The absolute address of the customer's own page about this case."""
    return settings.SITE_URL + status_path(complaint_id)


def status_path(complaint_id: int) -> str:
    return reverse("complaints:public_status", args=[secret_links.code_for(SECRET, complaint_id)])


def overdue_count(user: User) -> tuple[int, str] | None:
    found = Complaint.objects.visible_to(user).overdue()[: MOST_COUNTED + 1].count()
    return (found, "bad") if found else None


def open_cells(user: User, customers: list[Any]) -> dict[int, Cell]:
    """How many open cases of each customer the reader may see; red where one of them is overdue."""
    if not permissions.can_read_any(user):
        return {}
    rows = Complaint.objects.visible_to(user).open().filter(customer__in=[customer.pk for customer in customers])
    late = Count("pk", filter=Q(next_due_at__lt=timezone.now()))
    counted = rows.order_by().values("customer").annotate(number=Count("pk"), late=late)
    said = {row["customer"]: (row["number"], row["late"]) for row in counted}
    return {
        pk: Cell(number, "bad" if late else "", _("%(number)s overdue") % {"number": late} if late else "")
        for pk, (number, late) in said.items()
    }


def _frame() -> None:
    frame.register_nav(
        frame.NavItem(
            "complaints",
            gettext_lazy("Complaints"),
            "message-report",
            "complaints:list",
            30,
            allowed=permissions.can_read_any,
            count=overdue_count,
        )
    )
    frame.register_new(
        frame.NewItem(
            "complaint",
            gettext_lazy("Complaint"),
            "message-report",
            "complaints:new",
            10,
            allowed=permissions.can_take_in,
            shortcut="c",
        )
    )


def _letters() -> None:
    links.register(SECRET, status_url)
    about = {
        "name": (gettext_lazy("name of the customer"), "陈雅琴"),
        "number": (gettext_lazy("number of the complaint"), "CP-100147"),
        "subject": (gettext_lazy("what happened"), "Brakes squeal after the repair"),
    }
    link = {"link": (gettext_lazy("page on which the customer follows it"), "https://example.com/complain/…")}
    button = {"en": "See how it stands", "zh-hans": "查看进度"}
    kinds.register(
        MessageKind(
            "complaint-receipt",
            gettext_lazy("Complaint: we have received it"),
            variables={**about, "until": (gettext_lazy("by when it is acknowledged"), "Tue 17 Nov 14:30")},
            secrets=link,
            subject={"en": "We have received it: {number}", "zh-hans": "已收到您的反馈：{number}"},
            body={
                "en": (
                    "Dear {name},\n\nthank you for telling us: {subject}\n\nSomebody will look after it by {until}. "
                    "Its number is {number}. On this page you can see how it stands, and add what else we should know:\n\n"
                    "{link}\n\nThis link is yours alone; please do not pass it on."
                ),
                "zh-hans": (
                    "尊敬的{name}：\n\n感谢您告诉我们：{subject}\n\n我们会在 {until} 前安排专人受理，编号 {number}。"
                    "您可以随时在下面的页面查看进度、补充说明：\n\n{link}\n\n这个链接只属于您，请勿转发。"
                ),
            },
            button=button,
            to_customer=True,
        )
    )
    kinds.register(
        MessageKind(
            "complaint-letter",
            gettext_lazy("Complaint: a letter from the handler"),
            variables={
                **about,
                "text": (gettext_lazy("what the handler wrote"), "We have checked the part."),
                "staff": (gettext_lazy("who wrote it"), "Callum Boyd"),
            },
            secrets=link,
            subject={"en": "About {number}: {subject}", "zh-hans": "关于 {number}：{subject}"},
            body={
                "en": "{text}\n\n{staff}\n\nYou can answer on this page, and see how it stands:\n\n{link}",
                "zh-hans": "{text}\n\n{staff}\n\n您可以在下面的页面回复并查看进度：\n\n{link}",
            },
            button=button,
            to_customer=True,
        )
    )
    kinds.register(
        MessageKind(
            "complaint-resolution",
            gettext_lazy("Complaint: it is resolved"),
            variables={
                **about,
                "resolution": (gettext_lazy("how it was resolved"), "The disc was replaced free of charge."),
            },
            secrets=link,
            subject={"en": "Resolved: {number}", "zh-hans": "已解决：{number}"},
            body={
                "en": (
                    "Dear {name},\n\n{subject}: this is how it was resolved.\n\n{resolution}\n\n"
                    "If it is not settled for you, please tell us here, and we take it up again:\n\n{link}"
                ),
                "zh-hans": (
                    "尊敬的{name}：\n\n“{subject}”的处理结果如下：\n\n{resolution}\n\n"
                    "如果您觉得还没有解决，请在这里告诉我们，我们会重新处理：\n\n{link}"
                ),
            },
            button=button,
            to_customer=True,
        )
    )
    kinds.register(
        MessageKind(
            "complaint-overdue",
            gettext_lazy("Complaint: a clock was missed (to the lead)"),
            variables={
                "name": (gettext_lazy("name of the lead"), "Helen Marsh"),
                "number": about["number"],
                "subject": about["subject"],
                "missed": (gettext_lazy("what was missed"), "not acknowledged"),
                "due": (gettext_lazy("when it was due"), "Tue 17 Nov 10:20"),
                "handler": (gettext_lazy("who has it"), "Mark Ellery"),
                "url": (gettext_lazy("page of the complaint"), "https://example.com/complaints/CP-100147/"),
            },
            subject={"en": "Overdue, {missed}: {number}", "zh-hans": "逾期{missed}：{number}"},
            body={
                "en": "{name},\n\n{number} {subject}\n\nis {missed}; it was due {due}. With: {handler}.\n\n{url}",
                "zh-hans": "{name}：\n\n{number} {subject}\n\n{missed}，应于 {due} 完成。负责人：{handler}。\n\n{url}",
            },
        )
    )

    kinds.register(
        MessageKind(
            "complaints-overdue-long",
            gettext_lazy("Complaints: clocks missed long ago (to the lead)"),
            variables={
                "name": (gettext_lazy("name of the lead"), "Helen Marsh"),
                "url": (gettext_lazy("list of what is overdue"), "https://example.com/complaints/?view=overdue"),
            },
            subject={"en": "Complaints are overdue since more than a day", "zh-hans": "有投诉逾期超过一天"},
            body={
                "en": (
                    "{name},\n\nthe clocks of some complaints of your teams ran out more than a day ago, and you have not "
                    "heard of them yet. They stand here, the longest overdue first:\n\n{url}"
                ),
                "zh-hans": "{name}：\n\n您团队有投诉的时限已逾期超过一天，此前未能及时通知您。请在这里查看：\n\n{url}",
            },
        )
    )


def _bell() -> None:
    for key, words, icon in (
        ("complaint_new", gettext_lazy("New: %(number)s %(subject)s"), "message-report"),
        ("complaint_given", gettext_lazy("%(by)s gave you %(number)s %(subject)s"), "user-check"),
        ("complaint_handed", gettext_lazy("%(by)s handed over %(number)s %(subject)s"), "arrows-exchange"),
        ("complaint_customer_wrote", gettext_lazy("The customer wrote about %(number)s %(subject)s"), "mail"),
        ("complaint_reopened", gettext_lazy("Reopened: %(number)s %(subject)s"), "arrow-back-up"),
        ("complaint_resumed", gettext_lazy("The waiting is over: %(number)s %(subject)s"), "clock"),
        (
            "complaint_late_acknowledge",
            gettext_lazy("Not acknowledged in time: %(number)s %(subject)s"),
            "alert-triangle",
        ),
        ("complaint_late_resolve", gettext_lazy("Not resolved in time: %(number)s %(subject)s"), "alert-triangle"),
    ):
        notices.register(NoticeKind(key, words, icon))


def _timeline() -> None:
    group = gettext_lazy("Complaints")
    for key, words, icon, tone in (
        ("complaint-received", gettext_lazy("%(number)s taken in: %(subject)s"), "message-report", "acc"),
        ("complaint-customer-wrote", gettext_lazy("Wrote about %(number)s: %(subject)s"), "mail", "acc"),
        ("complaint-resolved", gettext_lazy("%(number)s resolved: %(subject)s"), "check", "ok"),
        ("complaint-reopened", gettext_lazy("%(number)s reopened: %(subject)s"), "arrow-back-up", "warn"),
    ):
        timeline_kinds.register(
            TimelineKind(
                key,
                words,
                icon,
                "complaints",
                group,
                url=lambda entry: reverse("complaints:detail", args=[entry.key]),
                tone=tone,
            )
        )


def _search() -> None:
    search.register(
        search.SearchSource(
            "complaint",
            label=gettext_lazy("Complaints"),
            icon="message-report",
            visible=visible_entries,
            url=lambda entry: reverse("complaints:detail", args=[_number(entry)]),
            number=_number,
            details=_details,
            position=20,
            line="complaints/_search_line.html",
        )
    )


def visible_entries(user: User) -> Q:
    """The rule of `visible_to`, on the index's own columns."""
    return reach(user, "complaints").rows() if permissions.can_read_any(user) else Q(pk__in=[])


def _number(entry: SearchEntry) -> str:
    """The number of the case: it heads the label."""
    return entry.label.partition(" ")[0]


def _details(entries: list[SearchEntry]) -> dict[str, Any]:
    """The case of each entry, for its second line; one query."""
    rows = Complaint.objects.select_related("customer", "owner", "team").in_bulk([int(entry.key) for entry in entries])
    return {str(pk): row for pk, row in rows.items()}


def explain(user: User, typed: str) -> why.Verdict | None:
    """Why `user` may or may not open the case with this number, rule by rule. Names it by its number only."""
    complaint = Complaint.objects.filter(number=typed.upper()).first()
    if complaint is None:
        return None
    scope = reach(user, "complaints")
    uses = user.has_perm("complaints.view_complaint")
    rules = (
        why.Rule(_("A role that opens complaints"), uses),
        why.Rule(_("Has the complaint"), complaint.owner_id == user.pk and not scope.nothing),
        why.Rule(
            _("Sees the complaints of the team it belongs to"),
            not scope.everything and scope.covers(complaint.team_id, None),
        ),
        why.Rule(_("Sees all complaints"), scope.everything),
    )
    sees = permissions.can_open(user, complaint)
    shown = {"name": str(user), "number": complaint.number}
    if sees:
        sentence = _("%(name)s may open the complaint %(number)s.") % shown
    else:
        sentence = _("%(name)s may not open the complaint %(number)s.") % shown
    return why.Verdict(sees, sentence, rules, complaint.get_absolute_url())
