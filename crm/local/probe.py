"""Asks the running product how it is, beside the loop, and says which part must be frozen. Only the loop kills."""

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

EVERY = 5.0  # seconds
IN_A_ROW = 3  # one bad answer proves nothing
CLOCK_TOO_OLD = 190  # three ticks of a minute and 10 s
LEFT_ALONE_FOR = 90.0  # seconds that a part gets after its start: beat needs up to a full minute for its first tick


@dataclass(frozen=True)
class Finding:
    """One look at /healthz, and how many kicks wait in the broker (None when it could not be asked)."""

    code: int | None  # None: no answer
    health: dict
    waiting: int | None = None

    @property
    def ready(self) -> bool:
        """Well, or 503 for mail that is stuck, which no start can help."""
        age = self.health.get("clock_age_s")
        alive = (
            self.health.get("database") is True and self.health.get("redis") is True and age is not None and age < 150
        )
        return self.code == 200 or (self.code == 503 and alive)

    @property
    def suspect(self) -> str | None:
        """The part that this one look speaks against."""
        if self.code is None:
            return "web"
        age = self.health.get("clock_age_s")
        if not (self.health.get("database") and self.health.get("redis")) or age is None or age < CLOCK_TOO_OLD:
            return None
        if self.waiting is None:
            return None
        return "worker" if self.waiting > 3 else "beat"  # the kicks pile up, or nobody kicks


def verdict(findings: list[Finding]) -> str | None:
    suspects = {finding.suspect for finding in findings[-IN_A_ROW:]}
    return suspects.pop() if len(findings) >= IN_A_ROW and len(suspects) == 1 else None


def look(host: str, port: int, *, name: str = "", seconds: float = 10) -> Finding:
    connection = http.client.HTTPConnection(host, port, timeout=seconds)
    try:
        connection.request("GET", "/healthz", headers={"Host": name or f"{host}:{port}", "X-Forwarded-Proto": "https"})
        answer = connection.getresponse()
        text = answer.read()
    except (OSError, http.client.HTTPException):
        return Finding(None, {})
    finally:
        connection.close()
    try:
        health = json.loads(text)
    except ValueError:
        health = {}
    return Finding(answer.status, health if isinstance(health, dict) else {})


def waiting_kicks(redis_url: str) -> int | None:
    import redis

    try:
        with redis.Redis.from_url(redis_url, socket_timeout=3, socket_connect_timeout=3) as client:
            return int(client.llen("rv:celery"))
    except (redis.RedisError, OSError):
        return None


class Probe(threading.Thread):
    """Looks every few seconds; never starts a process (those must come from the main thread)."""

    def __init__(self, look: Callable[[], Finding], every: float) -> None:
        super().__init__(daemon=True, name="probe")
        self.look, self.every = look, every
        self.findings: list[Finding] = []
        self.start()

    def run(self) -> None:
        while True:
            self.findings = [*self.findings[-IN_A_ROW:], self.look()]
            time.sleep(self.every)

    @property
    def latest(self) -> Finding | None:
        return self.findings[-1] if self.findings else None
