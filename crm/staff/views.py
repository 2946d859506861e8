"""Pages around people: the door, the profile, the bell, colleagues and what they may see."""

import sys

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import defaults

from crm.staff.middleware import away_response, is_away


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose page is older than the sign-in: said kindly, nothing was saved."""
    return render(request, "staff/csrf_failed.html", status=403)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """The 500 page, or the 503 page when the database was away before a view was reached."""
    return away_response() if is_away(sys.exc_info()[1]) else defaults.server_error(request)


@login_not_required
def not_yet(request: HttpRequest, **kwargs) -> HttpResponse:
    return HttpResponse("soon")
