"""`make run` for real: ready, well, stopped within ten seconds, and nothing left, however it ends."""

import json
import os
import re
import signal
import socket
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from crm.local import leftovers
from crm.local.keeper import is_kept
from crm.local.places import Places
from crm.local.tests.clean import run, start, wait_for

READY = re.compile(r"^Ready: (http://127\.0\.0\.1:\d+/)$", re.MULTILINE)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Running:
    """A `python -m crm.local up` whose output is read until it is ready."""

    def __init__(self, data: Path, **more: str) -> None:
        self.port = free_port()
        # Without the demo data, which have tests of their own and take longer than all the rest.
        self.process = start("-m", "crm.local", "up", data=data, PORT=str(self.port), REVISIT_DEMO="0", **more)
        self.said = ""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said += line
            if READY.search(line):
                break

    def family(self) -> list[int]:
        """Everything with our data folder in its environment: whatever a session was left for."""
        return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if self._is_ours(pid)]

    def _is_ours(self, pid: int) -> bool:
        try:
            names = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except OSError:
            return False
        return f"PORT={self.port}".encode() in names and leftovers.is_running(pid, None)

    def health(self) -> tuple[int, dict]:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            return error.code, json.load(error)

    def end(self, number: int = signal.SIGTERM) -> float:
        """Seconds until it is gone."""
        begun = time.monotonic()
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=60)
        self.said += rest
        return time.monotonic() - begun


@pytest.mark.slow
def test_the_product_runs_stops_in_time_and_survives_being_killed(tmp_path):
    places = Places(tmp_path / "data")

    # It comes up, well.
    first = Running(places.data)
    assert first.process.poll() is None, first.said
    assert READY.search(first.said) and "Demo data: skipped, REVISIT_DEMO=0." in first.said
    assert first.health()[0] == 200

    # A second one in the same folder says who is there, another command joins the servers.
    code, said = run("-m", "crm.local", "up", data=places.data, PORT=str(free_port()))
    assert code == 1 and f"Already running here (pid {first.process.pid}" in said
    code, said = run("manage.py", "migrate", "--check", data=places.data)
    assert code == 0, said

    # Killed, it takes everything along.
    family = first.family()
    assert len(family) >= 6
    first.process.kill()
    first.process.communicate(timeout=60)
    assert wait_for(lambda: not first.family(), 15), first.family()
    assert wait_for(lambda: not is_kept(places), 15)

    # The next start finds its data, cleans up, and ends well when asked.
    second = Running(places.data)
    assert second.health()[0] == 200, second.said
    assert "migrations applied" not in second.said
    assert second.end() < 10
    assert second.process.returncode == 0, second.said
    assert not second.family() and not is_kept(places)
    assert not places.sockets.exists()


@pytest.mark.slow
def test_a_part_that_is_killed_comes_back(tmp_path):
    running = Running(tmp_path / "data")
    written = json.loads((tmp_path / "data/run/up.json").read_text())

    os.kill(written["worker"][0], signal.SIGKILL)
    redis = json.loads((tmp_path / "data/run/stores.json").read_text())["redis"][0]
    os.kill(redis, signal.SIGKILL)

    def again() -> bool:
        now = json.loads((tmp_path / "data/run/up.json").read_text())
        return now.get("worker", written["worker"]) != written["worker"]

    assert wait_for(again, 15)
    assert wait_for(lambda: running.health()[1].get("redis") is True, 30)
    assert running.end(signal.SIGINT) < 10
    assert running.process.returncode == 0, running.said


def test_a_port_that_is_taken_is_named_and_nothing_is_started(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        code, said = run("-m", "crm.local", "up", data=tmp_path / "data", PORT=str(port))

    assert code == 1
    assert said.strip().splitlines() == [
        f"Port {port} on 127.0.0.1 cannot be had (Address already in use); name another: PORT={port + 1} make run"
    ]
    assert not (tmp_path / "data" / "postgres").exists()


@pytest.mark.parametrize("port", ["http", "0", "70000"])
def test_a_port_that_is_none_is_refused(tmp_path, port):
    code, said = run("-m", "crm.local", "up", data=tmp_path / "data", PORT=port)

    assert code == 1 and said.startswith(f"PORT={port} is no port")


def test_a_folder_that_cannot_be_written_is_refused_in_one_line(tmp_path):
    (tmp_path / "file").write_text("")

    code, said = run("-m", "crm.local", "up", data=tmp_path / "file" / "data", PORT=str(free_port()))

    assert code == 1 and said.startswith("Cannot write to ") and len(said.strip().splitlines()) == 1


def test_production_names_everything_that_is_missing(tmp_path):
    code, said = run("-m", "crm.local", "serve", data=tmp_path / "data", DATABASE_URL="postgres://x@127.0.0.1:1/x")

    assert code == 1
    assert said.strip() == (
        "Missing in the environment: REDIS_URL, SECRET_KEY, ALLOWED_HOSTS, EMAIL_URL, DEFAULT_FROM_EMAIL."
        " See .env.example and docs/operations.md."
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_servers_of_ones_own_are_used_and_never_get_demo_data(tmp_path):
    from django.db import connection

    name = f"own_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    address = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    try:
        running = Running(tmp_path / "data", DATABASE_URL=address, REDIS_URL=os.environ["REDIS_URL"])
        health = running.health()
        seconds = running.end()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")

    assert health[0] == 200 and "Demo data: skipped, DATABASE_URL names a database of yours." in running.said
    assert "password demo" not in running.said
    assert running.process.returncode == 0 and seconds < 10
    assert not (tmp_path / "data" / "postgres").exists()
