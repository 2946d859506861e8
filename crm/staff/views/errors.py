"""What is said when a form is older than the sign-in, or the database was away before a view was reached."""

import sys

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import defaults

from crm.staff import kept_forms
from crm.staff.known_browsers import known
from crm.staff.middleware import away_response, is_away


def _from_here(request: HttpRequest) -> bool:
    """Whether the browser itself says that a page of ours sent this."""
    return request.headers.get("origin") == f"{request.scheme}://{request.get_host()}"


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from before the sign-in, mostly: nothing was saved, and what was typed waits in the form."""
    if request.path == reverse("staff:sign_in"):
        return redirect(request.get_full_path())
    user, back = request.user, ""
    if _from_here(request):
        if not user.is_authenticated and known(request):
            return kept_forms.sign_in_first(request)
        if user.is_authenticated and (key := kept_forms.keep(request, user.pk)):
            request.session[kept_forms.SESSION_KEY] = str(key)
            back = kept_forms.page_of(request)
    get_token(request)
    return render(request, "staff/csrf_failed.html", {"back": back}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """The 500 page, or the 503 page when the database was away before a view was reached."""
    return away_response() if is_away(sys.exc_info()[1]) else defaults.server_error(request)
