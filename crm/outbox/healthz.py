"""`/healthz`: answered before all else, so that no session, redirect, host name or hanging store stands before it."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse

from crm.outbox.health import measure

PATH = "/healthz"


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """200 or 503 and what is the matter, for machines."""
    health = measure()
    response: HttpResponse = JsonResponse(health.as_json(), status=200 if health.well else 503)
    response["Cache-Control"] = "no-store"
    # Whoever asks every few seconds reads the answer; the log needs no line for each time.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


class HealthzFirst:
    """The outermost middleware: probes come by an address of the machine, over plain HTTP, and must not wait."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == PATH and request.method in ("GET", "HEAD"):
            return healthz(request)
        return self.get_response(request)
