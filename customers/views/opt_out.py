"""The public page on which a customer says that they want no more messages: a GET asks, a POST does it."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from crm import secret_links
from crm.staff import throttle
from crm.staff.addresses import client_address, network
from customers import actions
from customers.letters import OPT_OUT
from customers.models import Customer

PER_HOUR = 60  # from one address: a mail scanner may fetch many customers' links


@csrf_exempt  # the code is the secret; a mail program's one-click POST (RFC 8058) brings no cookie
@login_not_required
@never_cache
def opt_out(request: HttpRequest, code: str) -> HttpResponse:
    if not throttle.allow("opt_out", network(client_address(request)), PER_HOUR, 3600):
        return render(
            request, "customers/opt_out.html", {"title": _("Please try again later"), "state": "later"}, status=429
        )
    pk = secret_links.read(OPT_OUT, code)
    customer = Customer.objects.filter(pk=pk, merged_into__isnull=True).first() if pk else None
    if customer is None:
        return render(
            request, "customers/opt_out.html", {"title": _("This link is not valid"), "state": "wrong"}, status=404
        )
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(customer.language)
        request.LANGUAGE_CODE = customer.language
    if request.method == "POST":
        one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        actions.opt_out(customer.pk, source="one-click" if one_click else "link")
        if one_click:
            return HttpResponse(status=204)
    done = customer.opt_outs.filter(channel="email", withdrawn_at__isnull=True).exists()
    title = _("You will get no more messages") if done else _("No more messages?")
    return render(request, "customers/opt_out.html", {"title": title, "state": "done" if done else "ask"})
