"""The signed cookie of a browser in which somebody signed in before: who it was, and a token of its own.

It opens nothing. What was typed while signed out is kept for that person only, and a stranger who guesses passwords, or a
colleague behind the same address, cannot lock out a browser that is known.
"""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "__Host-known" if settings.SECURE_COOKIES else "known"
SALT = "crm.staff.known_browsers"
MAX_AGE = 60 * 60 * 24 * 90


@dataclass(frozen=True)
class Browser:
    user_id: int
    token: str


def known(request: HttpRequest) -> Browser | None:
    """Who signed in here last, None when nobody did or the cookie is not ours."""
    try:
        user_id, token = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=MAX_AGE)
        return Browser(int(user_id), str(token))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def remember(request: HttpRequest, response: HttpResponse, user_id: int) -> None:
    """Marks the browser at sign-in; the token stays when it is the same person again."""
    before = known(request)
    token = before.token if before and before.user_id == user_id else secrets.token_urlsafe(12)
    response.set_cookie(
        COOKIE,
        signing.dumps([user_id, token], salt=SALT),
        max_age=MAX_AGE,
        secure=settings.SECURE_COOKIES,
        httponly=True,
        samesite="Lax",
    )
