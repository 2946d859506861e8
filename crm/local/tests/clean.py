"""For tests that start programs of ours: an environment without the servers of the test run."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from crm.local.places import CHECKOUT
from crm.local.stores import before_exec

OF_THE_RUN = {
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "REVISIT_EMBEDDED",
    "REVISIT_TESTING",
    "REVISIT_DATA",
    "EMAIL_URL",
    "CI",
}


def environment(data: Path | None = None, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in OF_THE_RUN}
    return {**kept, **({"REVISIT_DATA": str(data)} if data else {}), **more}


def start(*words: str, data: Path | None = None, **more: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=CHECKOUT,
        env=environment(data, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=before_exec(signal.SIGTERM),  # a test run that is killed takes it along
    )


def run(*words: str, data: Path | None = None, seconds: float = 120, **more: str) -> tuple[int, str]:
    process = start(*words, data=data, **more)
    said, _ = process.communicate(timeout=seconds)
    return process.returncode, said


def wait_for(true: Callable[[], object], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
