"""The form of a customer, new and standing."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.actions import EditedMeanwhile, create_customer, update_customer
from customers.forms.customer import CustomerForm
from customers.models import Customer
from customers.permissions import can_add, can_change, can_open
from customers.views.customer import visible_customer

PREFILLED = ("name", "region", "kind")


def customer_new(request: HttpRequest) -> HttpResponse:
    if not can_add(request.user):
        raise PermissionDenied
    asked = request.GET
    points = [
        {"kind": kind, "value": asked[kind], "preferred": False} for kind in ("phone", "email") if asked.get(kind)
    ]
    form = CustomerForm(
        request.POST or None,
        user=request.user,
        initial={name: asked[name] for name in PREFILLED if asked.get(name)},
        points=points,
        cancel_url=reverse("customers:list"),
    )
    if request.method == "POST" and form.is_valid():
        customer = create_customer(
            by=request.user,
            values=form.values(),
            contact_points=form.contact_points(),
            submission=form.cleaned_data["submission"],
        )
        return _saved(request, customer, _("%(customer)s is made, with the number %(number)s."))
    return render(request, "customers/form.html", {"title": _("New customer"), "form": form})


def customer_edit(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request, number)
    if not can_change(request.user, customer):
        raise PermissionDenied
    back = customer.get_absolute_url()
    form = CustomerForm(request.POST or None, user=request.user, customer=customer, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            customer = update_customer(
                customer.pk,
                by=request.user,
                values=form.values(),
                contact_points=form.contact_points(),
                version=form.cleaned_data["version"] or 0,
            )
            return _saved(request, customer, _("%(customer)s is saved."))
        except EditedMeanwhile as meanwhile:
            form = form.merged_with(meanwhile, cancel_url=back)
    title = _("Change %(customer)s") % {"customer": customer.title}
    status = 409 if form.events else 200
    return render(request, "customers/form.html", {"title": title, "form": form, "customer": customer}, status=status)


def _saved(request: HttpRequest, customer: Customer, words: str) -> HttpResponse:
    """To the customer's page; to the list where it was given away to somebody else's reach."""
    said = {"customer": customer.title, "number": customer.number}
    messages.success(request, words % said)
    if can_open(request.user, customer):
        return redirect(customer)
    messages.info(request, _("It belongs to another team now, so it is not in your lists."))
    return redirect("customers:list")
