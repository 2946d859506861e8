"""What the customers put into the registries: navigation, timeline kinds, search, links, open items, why."""

from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import secret_links
from crm.look import frame
from crm.outbox import links, previews
from crm.staff import open_items, why
from crm.staff.models import User
from crm.staff.scopes import reach
from customers import message_preview, permissions, search, timeline_kinds
from customers.letters import OPT_OUT
from customers.models import Customer, CustomerAccess, Interaction, SearchEntry
from customers.timeline_kinds import TimelineKind

CONTACTS = {
    "phone": ("phone", gettext_lazy("Call from the customer"), gettext_lazy("Call to the customer")),
    "visit": ("map-pin", gettext_lazy("Visit by the customer"), gettext_lazy("Visit to the customer")),
    "email": ("mail", gettext_lazy("E-mail from the customer"), gettext_lazy("E-mail to the customer")),
    "message": ("message", gettext_lazy("Message from the customer"), gettext_lazy("Message to the customer")),
    "counter": ("building-store", gettext_lazy("At the counter"), gettext_lazy("Spoken to at the counter")),
}


def fill() -> None:
    _frame()
    _timeline()
    _search()
    links.register(OPT_OUT, opt_out_url)
    previews.register(gettext_lazy("Customer"), message_preview.sample)
    open_items.register(
        open_items.OpenItems(
            key="customers",
            label=gettext_lazy("Customers looked after"),
            rows=lambda user: Customer.objects.live().filter(owner=user).order_by("created_at", "pk"),
            reassign=_reassign,
            describe=lambda customer: f"{customer.title} {customer.number}" if customer.name else customer.number,
        )
    )
    why.register("customers", explain, count=lambda user: Customer.objects.live().visible_to(user).count())


def _reassign(pk: int, *, to: User, by: User) -> None:
    from customers.actions import assign_customer

    assign_customer(pk, to=to, by=by)


def opt_out_url(customer_id: int) -> str:
    """The address at which this customer says that they want no more messages."""
    return settings.SITE_URL + reverse("customers:opt_out", args=[secret_links.code_for(OPT_OUT, customer_id)])


def _frame() -> None:
    frame.register_nav(
        frame.NavItem(
            "customers",
            gettext_lazy("Customers"),
            "users",
            "customers:list",
            20,
            allowed=permissions.can_use,
            also=("/purchases/", "/search/"),
        )
    )
    frame.register_new(
        frame.NewItem(
            "customer",
            gettext_lazy("Customer"),
            "user-plus",
            "customers:new",
            20,
            allowed=permissions.can_add,
            shortcut="k",
        )
    )


def _contact_words(values: dict[str, Any]) -> dict[str, Any]:
    """Who turned to whom, and what came of it, in the reader's language."""
    channel = str(values.get("channel", "phone"))
    incoming, outgoing = CONTACTS.get(channel, CONTACTS["phone"])[1:]
    how = str(outgoing if values.get("direction") == "out" else incoming)
    outcome = values.get("outcome")
    if outcome in Interaction.Outcome.values:
        how = _("%(contact)s, %(outcome)s") % {"contact": how, "outcome": Interaction.Outcome(outcome).label}
    return {**values, "how": how}


def _timeline() -> None:
    contacts = gettext_lazy("Contacts")
    for channel, (icon, _incoming, _outgoing) in CONTACTS.items():
        timeline_kinds.register(
            TimelineKind(
                f"contact_{channel}", gettext_lazy("%(how)s"), icon, "customers", contacts, fill=_contact_words
            )
        )
    changes = gettext_lazy("Changes")
    timeline_kinds.register(
        TimelineKind("opted_out", gettext_lazy("Wants no more messages"), "mail-x", "customers", changes)
    )
    timeline_kinds.register(
        TimelineKind("opt_out_withdrawn", gettext_lazy("Wants messages again"), "mail", "customers", changes)
    )


def _search() -> None:
    search.register(
        search.SearchSource(
            search.CUSTOMER,
            label=gettext_lazy("Customers"),
            icon="user",
            visible=visible_entries,
            url=lambda entry: reverse("customers:detail", args=[entry.customer_number]),  # type: ignore[attr-defined]
            number=lambda entry: entry.customer_number,  # type: ignore[attr-defined]
            details=_details,
            position=10,
            line="customers/_hit_customer.html",
        )
    )


def visible_entries(user: User) -> Q:
    """Entries of customers whose record this reader may open: the rule of `visible_to`, on the index's own columns."""
    if not permissions.can_use(user):
        return Q(pk__in=[])
    scope = reach(user, "customers")
    if scope.everything:
        return Q()
    given = CustomerAccess.objects.open_to(user, timezone.now()).filter(customer=OuterRef("customer"))
    return scope.rows() | Q(Exists(given))


def entries_of_visible_customers(user: User) -> Q:
    """Entries of things that are seen by whoever may open their customer (purchases)."""
    if not permissions.can_use(user):
        return Q(pk__in=[])
    if reach(user, "customers").everything:
        return Q()
    return Q(customer__in=Customer.objects.visible_to(user))


def _details(entries: list[SearchEntry]) -> dict[str, Any]:
    """Number, tier, region and owner of each, and what the link needs; one query."""
    rows = Customer.objects.select_related("tier", "owner").in_bulk([entry.customer_id for entry in entries])
    for entry in entries:
        entry.customer_number = rows[entry.customer_id].number  # type: ignore[attr-defined]
    return {entry.key: rows[entry.customer_id] for entry in entries}


def explain(user: User, typed: str) -> why.Verdict | None:
    """Why `user` may or may not open the customer with this number, rule by rule. Names it by its number only."""
    customer = Customer.objects.filter(numbers__number=typed.upper()).first()
    if customer is None:
        return None
    scope = reach(user, "customers")
    shown = {"number": customer.number, "name": str(user)}
    owns = customer.owner_id == user.pk
    given = list(customer.access.open_to(user, timezone.now()).values_list("reason", flat=True))
    in_team = scope.covers(customer.team_id, None) if not scope.everything else True
    uses = permissions.can_use(user)
    rules = (
        why.Rule(_("A role that opens customers"), uses),
        why.Rule(_("Is the owner"), owns and not scope.nothing),
        why.Rule(_("Sees the customers of the team it belongs to"), in_team and not scope.everything),
        why.Rule(_("Sees all customers"), scope.everything),
        why.Rule(
            _("Access was given for a reason: %(reasons)s") % {"reasons": ", ".join(given)}
            if given
            else _("Access was given for a reason"),
            bool(given),
        ),
    )
    sees = permissions.can_open(user, customer)
    if sees:
        sentence = _("%(name)s may open the customer %(number)s.") % shown
    elif user.has_perm("customers.log_contact"):
        sentence = (
            _("%(name)s may not open the customer %(number)s; an exactly typed number or e-mail shows the caller card.")
            % shown
        )
    else:
        sentence = _("%(name)s may not open the customer %(number)s.") % shown
    return why.Verdict(sees, sentence, rules, customer.get_absolute_url())
