"""pytest plugin: Celery's worker and beat as real processes on the test database, to be killed where a test wants that.

For tests marked `django_db(transaction=True)`: what another process is to see must be committed.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from crm.local import leftovers, stores
from crm.local.places import CHECKOUT

CELERY = [sys.executable, "-m", "celery", "--quiet", "-A", "crm.celery"]
WORKER = ["worker", "-O", "fair", "--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
COMMANDS = {
    "worker": [*CELERY, *WORKER, "-Q", "celery", "-c", "1", "-n", f"worker@{os.getpid()}"],
    "long": [*CELERY, *WORKER, "-Q", "long", "-c", "1", "-n", f"long@{os.getpid()}"],
    "beat": [*CELERY, "beat", "-S", "celery.beat:Scheduler", "--pidfile=", "--loglevel", "WARNING"],
}


class ClockParts:
    """`start("worker")`, `kill("worker")`, `stop("beat")`; `said("worker")` is its log."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.running: dict[str, subprocess.Popen] = {}

    def start(self, name: str, *, seconds: float = 30) -> None:
        with open(self.folder / f"{name}.log", "w") as log:
            self.running[name] = subprocess.Popen(
                COMMANDS[name],
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=stores.before_exec(signal.SIGTERM),
            )
        deadline = time.monotonic() + seconds
        while name != "beat" and not answers(f"{name}@{os.getpid()}"):
            assert self.running[name].poll() is None and time.monotonic() < deadline, self.said(name)

    def said(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def kill(self, name: str) -> None:
        """As a machine that loses power: no goodbye, children included."""
        process = self.running.pop(name)
        leftovers.kill_session(process.pid)
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait(10)

    def stop(self, name: str, *, seconds: float = 20) -> None:
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        leftovers.kill_session(process.pid)

    def stop_all(self) -> None:
        for name in reversed(list(self.running)):
            self.stop(name)


def answers(node: str) -> bool:
    """Whether a worker of this name takes orders."""
    from crm.celery import app

    return bool(app.control.ping(destination=[node], timeout=0.3))


@pytest.fixture
def clock_parts(transactional_db, tmp_path, request) -> Iterator[ClockParts]:
    """Nothing runs yet; everything that was started is stopped before the tables are emptied."""
    import redis
    from django.db import connection

    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.flushdb()  # kicks of tests before, which nobody carried out
    address = urlsplit(os.environ["DATABASE_URL"])
    folder = address.path.rpartition("/")[0]
    database = urlunsplit(address._replace(path=f"{folder}/{connection.settings_dict['NAME']}"))
    environment = {**os.environ, "DATABASE_URL": database}
    if "live_server" in request.fixturenames:
        environment["SITE_URL"] = request.getfixturevalue("live_server").url
    parts = ClockParts(tmp_path, environment)
    yield parts
    parts.stop_all()


@pytest.fixture
def real_worker(clock_parts) -> ClockParts:
    clock_parts.start("worker")
    return clock_parts


@pytest.fixture
def real_beat(clock_parts) -> ClockParts:
    clock_parts.start("beat")
    return clock_parts
