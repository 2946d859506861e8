"""Setting passwords: changed by their owner, asked for by mail, set by a link."""

import uuid

from django.db import transaction
from django.db.models import Q

from crm.outbox.actions import promise
from crm.staff import password_links, throttle
from crm.staff.actions.trail import audit
from crm.staff.addresses import network
from crm.staff.models import User

RESET_ASKED_SECONDS = 900
RESETS_PER_ACCOUNT = 3
RESETS_PER_ADDRESS = 10


class LinkNotValid(Exception):
    """The link was used, has expired or was never ours."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@transaction.atomic
def change_password(user_id: int, *, by: User, password: str) -> User:
    """Sets one's own new password; the old one was checked by the form. Other sessions of this person end."""
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit(by, "password-changed", user.username)
    return user


@transaction.atomic
def set_password_by_link(code: str, *, password: str, address: str | None) -> User:
    """Uses a link up. `LinkNotValid` when somebody was quicker, or the link was no good."""
    reading = password_links.read(code)
    if reading.user is None:
        raise LinkNotValid(reading.problem)
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=reading.user.pk)
    again = password_links.read(code)  # under the lock: of two at once, the second finds it used
    if again.user is None:
        raise LinkNotValid(again.problem)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit(user, "password-set-by-link", user.username, address=address)
    return user


def _promise_link(user: User, kind: str, key: str) -> None:
    promise(
        key,
        kind=kind,
        to=user.email,
        language=user.language,
        values={"name": str(user), "username": user.username},
        secrets={"link": (kind, user.pk)},
    )


@transaction.atomic
def ask_reset(typed: str, *, address: str | None) -> None:
    """Promises a link to whoever has this user name or e-mail; says nothing about whether there is anybody."""
    if address and not throttle.allow("reset-address", network(address), RESETS_PER_ADDRESS, RESET_ASKED_SECONDS):
        return
    typed = typed.strip().replace("\0", "")
    whom = Q(username__iexact=typed) | Q(email__iexact=typed)
    for user in User.objects.active().filter(whom).exclude(email="").order_by("pk")[:5]:
        if throttle.allow("reset-account", user.username, RESETS_PER_ACCOUNT, RESET_ASKED_SECONDS):
            audit(None, "password-reset-asked", user.username, address=address)
            _promise_link(user, "password-reset", f"password-reset:{user.pk}:{uuid.uuid4()}")


def invite(user: User, *, by: User | None) -> bool:
    """Promises the mail with which a new colleague sets a password; False when there is no address to send it to."""
    if not user.email:
        return False
    _promise_link(user, "staff-invitation", f"staff-invitation:{user.pk}:{uuid.uuid4()}")
    audit(by, "invited", user.username)
    return True
