"""What somebody typed when their session had ended: kept at the door, given back after signing in as the same person.

The form is put back into the page it came from: the page is fetched as always, and its fields are filled in the answer, so
that no view knows of it and nothing is saved that was not sent again. Once, within an hour; no files, no passwords.
"""

import json
import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, resolve_url
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from crm.staff import actions
from crm.staff.actions.forms import KEPT_FOR
from crm.staff.filling import Values, fill, is_own
from crm.staff.known_browsers import known
from crm.staff.models import KeptForm, User

MAX_BYTES = 100_000
SESSION_KEY = "kept_form"
DOOR = ("staff:sign_in", "staff:sign_out", "staff:password_change", "staff:password_reset", "staff:language")


def is_ours(request: HttpRequest, url: str) -> bool:
    """Whether an address leads back to this site and nowhere else."""
    return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())


def page_of(request: HttpRequest) -> str:
    """The page that somebody has in front of them: for a form the one it stands on, for a fragment the one around it."""
    here = request.headers.get("hx-current-url", "") or (
        request.headers.get("referer", "") if request.method not in ("GET", "HEAD") else ""
    )
    if here and is_ours(request, here):
        parts = urlsplit(here)
        return parts.path + (f"?{parts.query}" if parts.query else "")
    return request.get_full_path()


def _storable(text: str) -> str:
    """Without what a database cannot hold: NUL, and halves of letters."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def _typed(request: HttpRequest) -> Values:
    return {
        _storable(name): [_storable(value) for value in values]
        for name, values in request.POST.lists()
        if "password" not in name.lower() and (not is_own(name) or name.endswith("_FORMS"))
    }


def keep(request: HttpRequest, user_id: int) -> uuid.UUID | None:
    """Keeps what was sent for this person; None where there is nothing to keep or it is too much."""
    values = _typed(request)
    if not any(any(value) for value in values.values()) or request.path in [reverse(name) for name in DOOR]:
        return None
    if len(json.dumps(values)) > MAX_BYTES:
        return None
    return actions.keep_form(user_id, path=page_of(request), fields={"action": request.path, "values": values})


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Sends a signed-out reader to the door, remembers where they wanted to go and, in a known browser, what they typed."""
    query = QueryDict(mutable=True)
    query["next"] = page_of(request)
    browser = known(request) if request.method == "POST" else None
    if browser and User.objects.filter(pk=browser.user_id).exists() and (key := keep(request, browser.user_id)):
        query["kept"] = str(key)
    url = f"{resolve_url(settings.LOGIN_URL)}?{query.urlencode(safe='/')}"
    if request.headers.get("hx-request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})  # the whole page, not a fragment of it
    return redirect(url)


def waiting_for(user: User, key: str | None) -> str | None:
    """The key of a kept form, when it is this person's and not too old."""
    try:
        number = uuid.UUID(key or "")
    except ValueError:
        return None
    since = timezone.now() - KEPT_FOR
    return str(number) if KeptForm.objects.filter(pk=number, user=user, at__gte=since).exists() else None


def _is_page(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        request.method == "GET"
        and response.status_code == 200
        and not response.streaming
        and response.get("Content-Type", "").startswith("text/html")
        and not request.headers.get("hx-request")
    )


def give_back(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Fills the first page after signing in with what was kept; shows as a list what has no field there."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not _is_page(request, response):
        return response
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or SESSION_KEY not in request.session:
        return response
    key = waiting_for(user, request.session.pop(SESSION_KEY))
    form = KeptForm.objects.filter(pk=key).first() if key else None
    if form is None or not actions.drop_kept_form(form.pk):
        return response
    action, values = form.fields["action"], form.fields["values"]
    html = response.content.decode(response.charset)
    page = request.get_full_path()
    filled = fill(html, page=page, action=action, values=values)
    shown = [(name, " · ".join(value)) for name, value in filled.left_over.items() if any(value)]
    note = render_to_string("staff/_given_back.html", {"filled": filled.found, "left_over": shown})
    if filled.found:
        html = fill(html, page=page, action=action, values=values, note=note).html
    else:
        place = html.find("</header>", html.find("<main"))
        place = place + len("</header>") if place > 0 else len(html)
        html = html[:place] + note + html[place:]
    response.content = html.encode(response.charset)
    return response
