"""Logging a contact: from the customer's page, and from the caller card with somebody out of reach."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from customers import caller_card
from customers.actions import log_interaction
from customers.forms.interaction import InteractionForm
from customers.models import Customer
from customers.permissions import can_log_contact, can_open


def log_contact(request: HttpRequest, number: str) -> HttpResponse:
    """For whoever may open the customer, or came by the caller card; the rest of the record stays out of reach."""
    customer = get_object_or_404(
        Customer.objects.select_related("tier", "owner", "team"), numbers__number=number.upper()
    )
    opens = can_open(request.user, customer)
    if not can_log_contact(request.user, customer):
        if opens:
            raise PermissionDenied
        raise Http404
    back = customer.get_absolute_url() if opens else f"{reverse('customers:search')}?q={customer.number}"
    form = InteractionForm(request.POST or None, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        log_interaction(customer.pk, by=request.user, **form.cleaned_data)
        messages.success(request, _("The contact with %(customer)s is written down.") % {"customer": customer.title})
        return redirect(back)
    context = {
        "title": _("Log a contact"),
        "form": form,
        "customer": customer,
        "opens": opens,
        "card": None if opens else caller_card.card_of(request.user, customer),
    }
    return render(request, "customers/log_contact.html", context)
