"""Pages of purchases: the list, one purchase with its lines, typing one, taking one back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.look.paging import Sort, count_up_to, paginate
from customers import profile
from customers.actions import PurchaseRefused, record_purchase
from customers.forms.purchase import OFFERED, PurchaseFilters, PurchaseForm, ReturnForm
from customers.models import Customer, Product, Purchase, PurchaseLine
from customers.purchase_permissions import can_add_purchase, can_import, can_see_purchases, can_take_back
from customers.views.whose import choose

SORTS = [Sort("newest", gettext_lazy("When"), ("-happened_at", "-pk"))]
IN_ORDER = [Sort("position", gettext_lazy("Line"), ("position", "pk"))]
LINES_AT_ONCE = 100


def visible_purchase(request: HttpRequest, pk: int) -> Purchase:
    """The purchase, if its customer's record may be opened; else there is none."""
    if not can_see_purchases(request.user):
        raise PermissionDenied("customers.view_customer")
    rows = Purchase.objects.visible_to(request.user).select_related(
        "customer__tier", "branch", "staff", "team", "returns_of", "import_run", "created_by"
    )
    return get_object_or_404(rows, pk=pk)


def purchase_list(request: HttpRequest) -> HttpResponse:
    if not can_see_purchases(request.user):
        raise PermissionDenied("customers.view_customer")
    filters = PurchaseFilters(request.GET, user=request.user)
    rows = filters.narrow(Purchase.objects.visible_to(request.user))
    page = paginate(rows.select_related("customer", "branch", "staff", "team"), request, SORTS)
    counted = PurchaseLine.objects.filter(purchase__in=[row.pk for row in page]).values_list("purchase")
    context = {
        "title": _("Purchases"),
        "page": page,
        "count": count_up_to(rows),
        "filters": filters,
        "lines": dict(counted.annotate(Count("position"))),
        "may_add": can_add_purchase(request.user),
        "may_import": can_import(request.user),
    }
    return render(request, "customers/purchases.html", context)


def purchase_detail(request: HttpRequest, pk: int) -> HttpResponse:
    purchase = visible_purchase(request, pk)
    lines = paginate(purchase.lines.select_related("product"), request, IN_ORDER, size=LINES_AT_ONCE)
    left = purchase.left_to_return() if not purchase.is_return else {}
    context = {
        "title": purchase.reference,
        "purchase": purchase,
        "page": lines,
        "count": purchase.lines.count(),
        "returns": purchase.returned_by.order_by("happened_at", "pk"),
        "may_take_back": can_take_back(request.user, purchase) and any(left.values()),
        "may_add": can_add_purchase(request.user, purchase.customer),
    }
    return render(request, "customers/purchase.html", context)


def purchase_new(request: HttpRequest) -> HttpResponse:
    """Typing a purchase: first whose it is (`?customer=`), then its lines; `?returns=` takes one back."""
    if not can_add_purchase(request.user):
        raise PermissionDenied("customers.add_purchase")
    if returns := request.GET.get("returns"):
        return _take_back(request, returns)
    number = request.GET.get("customer", "").strip()
    if not number:
        crumbs = [(reverse("customers:list"), _("Customers")), (reverse("customers:purchases"), _("Purchases"))]
        return choose(request, title=_("New purchase"), question=_("Who bought?"), crumbs=crumbs)
    customer = get_object_or_404(
        Customer.objects.visible_to(request.user).select_related("tier"), numbers__number=number
    )
    if not can_add_purchase(request.user, customer):
        raise PermissionDenied("customers.add_purchase")
    form = PurchaseForm(_posted(request), user=request.user, customer=customer, cancel_url=customer.get_absolute_url())
    context = {"title": _("New purchase"), "customer": customer, "facts": profile.purchase_facts(customer)}
    return _typed(request, form, context, {"customer": customer})


def _take_back(request: HttpRequest, pk: str) -> HttpResponse:
    bought = visible_purchase(request, int(pk) if pk.isdecimal() and len(pk) < 18 else 0)
    if not can_take_back(request.user, bought):
        raise PermissionDenied("customers.add_purchase")
    form = ReturnForm(_posted(request), user=request.user, bought=bought, cancel_url=bought.get_absolute_url())
    context = {
        "title": _("Return of %(number)s") % {"number": bought.reference},
        "customer": bought.customer,
        "bought": bought,
    }
    more = {"customer": bought.customer, "returns_of": bought, "currency": bought.currency}
    return _typed(request, form, context, more)


def _posted(request: HttpRequest) -> QueryDict | None:
    """What was sent; a product that was taken from those offered (`take` is "row:code") stands in its row."""
    if request.method != "POST":
        return None
    row, _colon, code = request.POST.get("take", "").partition(":")
    if not code:
        return request.POST
    data = request.POST.copy()
    data[f"lines-{row}-product"] = code
    return data


def _typed(
    request: HttpRequest, form: PurchaseForm | ReturnForm, context: dict[str, Any], more: dict[str, Any]
) -> HttpResponse:
    """The form of a purchase or a return: shown, computed (`preview`), or saved."""
    template = "customers/purchase_form.html"
    context |= {"form": form, "lines": form.lines}
    if request.method != "POST":
        return render(request, template, context)
    valid = form.is_valid()
    if "preview" in request.POST or "take" in request.POST or request.htmx:
        if request.htmx:
            return render(request, "customers/_purchase_amounts.html", context)
        return render(request, template, context)
    if valid:
        names = ("happened_at", "branch", "staff", "reference", "note", "submission")
        values = {name: form.cleaned_data[name] for name in names}
        values |= {"currency": form.cleaned_data.get("currency")} | more
        try:
            purchase = record_purchase(by=request.user, lines=form.lines.wanted(), **values)
        except PurchaseRefused as refused:
            form.refuse(refused)
        else:
            words = _("Return %(number)s is saved.") if purchase.is_return else _("Purchase %(number)s is saved.")
            messages.success(request, words % {"number": purchase.reference})
            again = f"{reverse('customers:purchase_new')}?customer={purchase.customer.number}"
            return redirect(again if "again" in request.POST else purchase)
    return render(request, template, context)


def products(request: HttpRequest) -> HttpResponse:
    """The products that fit what is being typed into a row, as choices for its field."""
    if not can_add_purchase(request.user):
        raise PermissionDenied("customers.add_purchase")
    typed = next((value for name, value in request.GET.items() if name == "q" or name.endswith("-product")), "")
    found = Product.objects.active().matching(typed)[:OFFERED] if typed.strip() else Product.objects.none()
    return render(request, "customers/_products.html", {"products": found})
