"""Around every request: a database that is away, the reader's language and time zone, and signing in first."""

import logging
from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.db import Error, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control

from crm.staff import kept_forms

RETRY_AFTER_SECONDS = 10
# Connection lost, shutting down or starting up, no connection free. A statement that took too long (57014) is not "away".
AWAY_CODES = ("08", "53", "57P")

log = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]


def is_away(error: BaseException | None) -> bool:
    """Whether this error means that the database cannot be reached, not that a statement was wrong."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    code = getattr(error.__cause__, "pgcode", None)
    return code is None or code.startswith(AWAY_CODES)


def away_response() -> HttpResponse:
    """503 with a page in both languages that asks neither the database nor the session for anything."""
    log.warning("the database is away: answered 503")
    response = HttpResponse(render_to_string("503.html"), status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


class StoreAway:
    """Answers 503 when the database is away. What is raised outside a view arrives at `crm.staff.views.server_error`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return away_response() if isinstance(error, Error) and is_away(error) else None


class NoNul:
    """Takes NUL out of an address: no text of the database can hold it, so nothing is found by it and nothing breaks."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        request.META["QUERY_STRING"] = request.META.get("QUERY_STRING", "").replace("%00", "")
        return self.get_response(request)


def zone_of(name: str) -> ZoneInfo:
    """A time zone by name; the house's when nobody knows it (any more)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(settings.TIME_ZONE)


class ReaderZone:
    """Shows times in the reader's zone. The cookie decides the language; where there is none, the profile does."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
        if signed_in and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(zone_of(request.user.timezone if signed_in else settings.TIME_ZONE)):
            return self.get_response(request)


class SignInFirst(LoginRequiredMiddleware):
    """Everything but public pages asks for a sign-in first; what was typed meanwhile is kept and given back."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable) -> HttpResponse:
        return kept_forms.sign_in_first(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        known = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
        if known and not response.has_header("Cache-Control"):
            # Nothing in between keeps it, and the browser asks again. Not `no-store`: going back would lose what was typed.
            patch_cache_control(response, private=True, no_cache=True)
        return kept_forms.give_back(request, response)
