"""Links that set a password: signed, single-use, for a limited time; made at sending and stored nowhere.

A link carries a digest of what it changes (the password) and of the last sign-in: once either changes, the link is used up.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from crm.staff.models import User

SALT = "crm.staff.password_links"
INVITATION_SECONDS = 60 * 60 * 24 * 7
WRONG, EXPIRED, USED = "wrong", "expired", "used"


@dataclass(frozen=True)
class Reading:
    """Whom a link lets set a password, or why it does not: "wrong", "expired" or "used"."""

    user: User | None = None
    problem: str = ""


def _state(user: User) -> str:
    seen = user.last_login.isoformat() if user.last_login else ""
    return salted_hmac(SALT, f"{user.pk}:{user.password}:{seen}:{user.email}", algorithm="sha256").hexdigest()[:24]


def _code(user_id: int, purpose: str) -> str:
    user = User.objects.get(pk=user_id)
    return signing.dumps([user.pk, _state(user), purpose], salt=SALT)


def reset_url(user_id: int) -> str:
    """The absolute address in a mail to somebody who forgot the password; works PASSWORD_RESET_TIMEOUT seconds."""
    return settings.SITE_URL + reverse("staff:password_reset_confirm", args=[_code(user_id, "reset")])


def invitation_url(user_id: int) -> str:
    """The absolute address in a mail to a new colleague; works a week."""
    return settings.SITE_URL + reverse("staff:password_reset_confirm", args=[_code(user_id, "invitation")])


def read(code: str) -> Reading:
    """Who may set a password with this code now. Reading uses nothing up: mail scanners open links."""
    try:
        user_id, state, purpose = signing.loads(code, salt=SALT, max_age=INVITATION_SECONDS)
        if purpose != "invitation":
            signing.loads(code, salt=SALT, max_age=settings.PASSWORD_RESET_TIMEOUT)
    except signing.SignatureExpired:
        return Reading(problem=EXPIRED)
    except (signing.BadSignature, ValueError, TypeError):
        return Reading(problem=WRONG)
    user = User.objects.active().filter(pk=user_id).first()
    if user is None or not constant_time_compare(_state(user), state):
        return Reading(problem=USED)
    return Reading(user)
