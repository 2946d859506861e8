"""Pages about customers: list, one customer, form, history."""

from django.http import HttpRequest, HttpResponse


def customer_list(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def customer_new(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def customer_detail(request: HttpRequest, number: str) -> HttpResponse:
    return HttpResponse("")


customer_edit = timeline = history = archive = restore = log_contact = withdraw_opt_out = customer_detail
search = caller = customer_list


def opt_out(request: HttpRequest, code: str) -> HttpResponse:
    return HttpResponse("")
