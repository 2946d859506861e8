"""Pages about customers: the list, one customer, its timeline and history, archiving."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from crm.look.filters import Tab
from crm.look.paging import Sort, count_up_to, paginate
from crm.staff.models import Scope
from crm.staff.scopes import reach
from customers import caller_card, columns, contact_guard, history, phones, profile, stream
from customers.actions import archive_customer, mark_seen, opt_out, restore_customer, withdraw_opt_out
from customers.forms.filters import CustomerFilters
from customers.forms.interaction import InteractionForm
from customers.models import Customer
from customers.permissions import can_add, can_archive, can_change, can_log_contact, can_use, can_withdraw_opt_out

SORTS = [
    Sort("name", gettext_lazy("Customer"), ("sort_key", "pk")),
    Sort("newest", gettext_lazy("Since"), ("-created_at", "-pk")),
]
NEWEST = [Sort("newest", gettext_lazy("When"), ("-at", "-pk"))]


def visible_customer(request: HttpRequest, number: str) -> Customer:
    """The customer that ever had this number, if its record may be opened; else there is none."""
    if not can_use(request.user):
        raise PermissionDenied
    rows = Customer.objects.visible_to(request.user).select_related("tier", "owner", "team", "merged_into")
    return get_object_or_404(rows, numbers__number=number.upper())


def customer_list(request: HttpRequest) -> HttpResponse:
    if not can_use(request.user):
        raise PermissionDenied
    if "phone" in request.GET:
        typed = request.GET["phone"]
        # Telephone systems forget to write a plus as %2B: it arrives as a blank.
        return _screen_pop(request, f"+{typed.strip()}" if typed.startswith(" ") else typed.strip())
    filters = CustomerFilters(request.GET, user=request.user)
    visible = Customer.objects.unmerged().visible_to(request.user)
    rows = filters.narrow(visible)
    page = paginate(rows.select_related("tier", "owner", "team"), request, SORTS)
    context = {
        "title": _("Customers"),
        "page": page,
        "count": count_up_to(rows),
        "filters": filters,
        "tabs": _tabs(request),
        "facts": profile.list_facts(page.rows),
        "columns": [(column, column.cells(request.user, page.rows)) for column in columns.all_columns()],
        "may_add": can_add(request.user),
        "may_import": request.user.has_perm("customers.import_purchases"),
    }
    return render(request, "customers/list.html", context)


def _tabs(request: HttpRequest) -> list[Tab]:
    """Mine, my team's, all: as far as they differ for this reader."""
    user, asked = request.user, request.GET
    scope = reach(user, "customers").scope
    tabs = [Tab(_("All"), reverse("customers:list"), current=not asked.get("owner") and not asked.get("team"))]
    if user.team_id and scope >= Scope.TEAM:
        current = asked.get("team") == str(user.team_id) and not asked.get("owner")
        tabs.insert(0, Tab(_("My team's"), f"?team={user.team_id}", current=current))
    tabs.insert(0, Tab(_("Mine"), f"?owner={user.pk}", current=asked.get("owner") == str(user.pk)))
    return tabs


def _screen_pop(request: HttpRequest, typed: str) -> HttpResponse:
    """Where a telephone system sends the browser: the caller's page, a list, the caller's card, or a new customer."""
    phone = phones.read(typed) or phones.read(typed.removeprefix("+"))
    visible = Customer.objects.unmerged().visible_to(request.user)
    if phone:
        points = caller_card.points_of(phone)
        found = list(visible.filter(contact_points__in=points).distinct()[:50])
        if len(found) == 1:
            return redirect(found[0])
        cards = caller_card.cards_for(request.user, typed)
        if not cards and not found and can_add(request.user):
            messages.info(request, _("Nobody has this number yet. It is filled in below."))
            return redirect(f"{reverse('customers:new')}?phone={phones.plain(typed).replace('+', '%2B')}")
    else:
        cards = []
    context = {
        "title": _("Who is calling?"),
        "typed": typed,
        "phone": phone,
        "cards": cards,
        "may_add": can_add(request.user),
    }
    return render(request, "customers/caller.html", context)


def customer_detail(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request, number)
    if customer.number != number:  # a number of the time before a merge, or of an earlier system
        return redirect(customer)
    mark_seen(customer.pk, by=request.user)
    user = request.user
    context = {
        "title": customer.title,
        "customer": customer,
        "points": profile.points(customer),
        "references": list(customer.references.all()),
        "purchases": (purchases := profile.purchase_facts(customer)),
        "contact": profile.list_facts([customer])[customer.pk],
        "since": min([customer.created_at, *(facts.first_at for facts in purchases)]),
        "guard": (guard := contact_guard.look(customer, purpose="care")),
        "opt_out": None if guard else customer.opt_outs.filter(withdrawn_at__isnull=True).select_related("by").first(),
        "contact_form": InteractionForm(action=reverse("customers:log_contact", args=[customer.number]), prefix=None)
        if can_log_contact(user, customer)
        else None,
        "may_change": can_change(user, customer),
        "may_archive": can_archive(user, customer),
        "may_withdraw": can_withdraw_opt_out(user, customer),
        "may_purchase": user.has_perm("customers.add_purchase"),
        "may_complain": user.has_perm("complaints.add_complaint"),
        "may_followup": user.has_perm("followups.add_followup"),
    }
    return render(request, "customers/detail.html", context | _stream(request, customer))


def _stream(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """A page of the timeline, with the chips that narrow it."""
    entries = customer.timeline.visible_to(request.user)
    chips = stream.chips(entries, request.GET.get("show", ""))
    page = paginate(stream.narrowed(entries, request.GET.get("show", "")), request, NEWEST, size=stream.PAGE)
    return {"customer": customer, "chips": chips, "page": page, "days": stream.by_day(page.rows)}


def timeline(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request, number)
    if not request.htmx:
        return redirect(f"{customer.get_absolute_url()}?{request.GET.urlencode()}")
    more = bool(request.GET.get("after"))
    template = "customers/_timeline_more.html" if more else "customers/_timeline.html"
    return render(request, template, _stream(request, customer))


def customer_history(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request, number)
    page = paginate(customer.events.select_related("actor"), request, NEWEST)
    context = {"title": _("Changes"), "customer": customer, "page": page, "lines": history.lines(page.rows)}
    return render(request, "customers/history.html", context)


def archive(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request, number)
    if not can_archive(request.user, customer):
        raise PermissionDenied
    if request.method == "POST":
        archive_customer(customer.pk, by=request.user)
        words = _("%(customer)s is archived: out of the lists, not written to any more. It can be restored.")
        messages.success(request, words % {"customer": customer.title})
        return redirect(customer)
    context = {
        "title": _("Archive %(customer)s?") % {"customer": customer.title},
        "effects": [
            _("It leaves the lists and is found by search and by its number."),
            _("Nobody is written to any more: surveys and letters are refused."),
            _("Nothing is deleted, and it can be restored at any time."),
        ],
        "verb": _("Archive"),
        "back_url": customer.get_absolute_url(),
    }
    return render(request, "components/confirm.html", context)


@require_POST
def restore(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request, number)
    restore_customer(customer.pk, by=request.user)
    messages.success(request, _("%(customer)s is back in the lists.") % {"customer": customer.title})
    return redirect(customer)


@require_POST
def opt_out_withdraw(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request, number)
    if withdraw_opt_out(customer.pk, by=request.user):
        messages.success(request, _("Written down: %(customer)s wants messages again.") % {"customer": customer.title})
    return redirect(customer)


@require_POST
def opt_out_note(request: HttpRequest, number: str) -> HttpResponse:
    """The customer told somebody that they want no more messages."""
    customer = visible_customer(request, number)
    opt_out(customer.pk, source="staff", by=request.user)
    messages.success(request, _("Written down: %(customer)s gets no more e-mails.") % {"customer": customer.title})
    return redirect(customer)
