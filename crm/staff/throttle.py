"""How often somebody may try: counters shared by all processes through Redis, in windows of fixed length.

Losing Redis loses counters, never rows: callers decide what then (`Away`). Keys hold digests, never names or addresses.
"""

import hashlib

from django.core.cache import cache


class Away(Exception):
    """Redis does not answer: nothing was counted."""


def _key(scope: str, who: str) -> str:
    return f"throttle:{scope}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"


def add(scope: str, who: str, seconds: int) -> int:
    """Counts one, starts the window with the first, and answers how many it is now."""
    key = _key(scope, who)
    try:
        cache.add(key, 0, timeout=seconds)
        return cache.incr(key)
    except ValueError:  # the window ended between the two
        return 1
    except Exception as error:  # the client raises errors of several libraries; each means the same here
        raise Away from error


def give_back(scope: str, who: str) -> None:
    """Takes back one that turned out harmless."""
    try:
        cache.decr(_key(scope, who))
    except ValueError:
        pass
    except Exception as error:
        raise Away from error


def forget(scope: str, who: str) -> None:
    """Ends a window early, after a success."""
    try:
        cache.delete(_key(scope, who))
    except Exception as error:
        raise Away from error


def allow(scope: str, who: str, limit: int, seconds: int, *, when_away: bool = True) -> bool:
    """Counts one and says whether it is within the limit; `when_away` is the answer while Redis is away."""
    try:
        return add(scope, who, seconds) <= limit
    except Away:
        return when_away
