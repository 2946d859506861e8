"""Signing in and out: throttled by account, address and browser, and written into the audit trail."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import authenticate
from django.db.models import Count, Q
from django.utils import timezone

from crm.staff import throttle
from crm.staff.actions.trail import audit
from crm.staff.addresses import network
from crm.staff.backends import find
from crm.staff.known_browsers import Browser
from crm.staff.models import AuditEntry, User

WINDOW_SECONDS = 300
SCOPE = "sign-in"
PER_ADDRESS = 4  # times what one account is allowed: a whole office stands behind one address


@dataclass(frozen=True)
class SignIn:
    """Who may come in; None with `throttled` when there were too many tries."""

    user: User | None
    throttled: bool = False


def _account(user: User | None, typed: str) -> str:
    """How tries at one account are counted and recorded. What was typed may be a password in the wrong field: a digest."""
    if user:
        return user.username
    return f"unknown:{hashlib.sha256(typed.strip().lower().encode()).hexdigest()[:16]}"


def _buckets(account: str, user: User | None, address: str | None, browser: Browser | None) -> list[str]:
    """What a try counts against: the known browser alone, else the account and the address.

    A browser in which this person signed in before has a count of its own, so that nobody can lock them out by guessing
    from elsewhere, and an office behind one address does not share its mistakes with them.
    """
    if user and browser and browser.user_id == user.pk:
        return [f"browser:{browser.token}"]
    return [f"account:{account}"] + ([f"address:{network(address)}"] if address else [])


def _too_many(buckets: list[str], account: str, address: str | None) -> bool:
    """Counts this try everywhere. Without Redis the audit trail counts: neither open to all nor closed to all."""
    try:
        counts = {bucket: throttle.add(SCOPE, bucket, WINDOW_SECONDS) for bucket in buckets}
        return any(count > _allowed(bucket) for bucket, count in counts.items())
    except throttle.Away:
        since = timezone.now() - timedelta(seconds=WINDOW_SECONDS)
        tries = AuditEntry.objects.filter(what="sign-in-failed", at__gte=since)
        counted = tries.aggregate(
            account=Count("pk", filter=Q(about=account)), address=Count("pk", filter=Q(address=address))
        )
        by_address = counted["address"] if address else 0
        return counted["account"] >= _allowed("account") or by_address >= _allowed("address:")


def _allowed(bucket: str) -> int:
    return settings.SIGN_IN_ATTEMPTS * (PER_ADDRESS if bucket.startswith("address:") else 1)


def _forgive(buckets: list[str]) -> None:
    """After a success the account's count ends, and the address gets this one try back, not those at other accounts."""
    try:
        for bucket in buckets:
            if bucket.startswith("address:"):
                throttle.give_back(SCOPE, bucket)
            else:
                throttle.forget(SCOPE, bucket)
    except throttle.Away:
        pass


def try_sign_in(typed: str, password: str, *, address: str | None, browser: Browser | None = None) -> SignIn:
    """Whether user name (or e-mail) and password open the door. Each answer is written into the audit trail."""
    user = find(typed)
    account = _account(user, typed)
    buckets = _buckets(account, user, address, browser)
    if _too_many(buckets, account, address):
        # Once a window, not once a try: a flood of tries must not become a flood of rows.
        if throttle.allow("sign-in-stopped", buckets[0], 1, WINDOW_SECONDS, when_away=False):
            audit(None, "sign-in-stopped", account, address=address)
        return SignIn(None, throttled=True)
    found = authenticate(None, username=typed, password=password)
    if not isinstance(found, User):
        audit(None, "sign-in-failed", account, address=address)
        return SignIn(None)
    _forgive(buckets)
    audit(found, "sign-in", found.username, address=address)
    return SignIn(found)


def record_sign_out(*, by: User, address: str | None) -> None:
    audit(by, "sign-out", by.username, address=address)
