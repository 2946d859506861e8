"""The real thing: a Celery worker of its own, killed with -9 holding a batch, changes only the hour of arrival."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from crm.outbox import broker
from crm.outbox.models import Heartbeat, Message, State

COMMAND = "-A crm.celery worker -c 2 -O fair --without-gossip --without-mingle -l WARNING -n outbox-test@localhost"


def until(true: Callable[[], bool], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def start_worker(transactional_db, sink, monkeypatch) -> Iterator[Callable[[], subprocess.Popen]]:
    """Starts a worker on the test's database, broker and mail server; whatever still lives is ended."""
    with broker.client(5) as store:
        store.flushdb()
    monkeypatch.setattr(broker, "_no_nudge_before", 0.0)
    address, _slash, _name = os.environ["DATABASE_URL"].rpartition("/")
    database = f"{address}/{connection.settings_dict['NAME']}"
    environment = os.environ | {"DATABASE_URL": database, "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}"}
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", *COMMAND.split()],
            cwd=Path(settings.BASE_DIR),
            env=environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        _end(worker, signal.SIGTERM)


def _end(worker: subprocess.Popen, how: int) -> None:
    """End the worker and its children: their session has its number."""
    if worker.poll() is None:
        worker.send_signal(how)
    try:
        worker.wait(10)
    except subprocess.TimeoutExpired:
        pass
    try:
        os.killpg(worker.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    worker.wait(10)


def test_a_promise_leaves_at_once_through_broker_and_worker(start_worker, note, sink):
    start_worker()
    until(lambda: Heartbeat.objects.exists())  # what was missed is done at start: the chain is well without a tick

    with transaction.atomic():
        for number in range(60):  # more than a batch: the delivery asks for the next one itself
            note(f"note:{number}", to=f"to{number}@example.com")

    until(lambda: len(sink.taken) == 60)
    assert Counter(sink.to) == Counter(f"to{number}@example.com" for number in range(60))
    until(lambda: not Message.objects.pending().exists())


def test_a_worker_killed_with_a_batch_in_hand_loses_and_doubles_nothing(start_worker, note, sink):
    note("first", to="hang-once@example.com", send_after=timezone.now() - timedelta(minutes=1))
    for number in range(20):
        note(f"note:{number}", to=f"to{number}@example.com")
    worker = start_worker()
    assert sink.hanging.wait(40)
    assert Message.objects.filter(lease_token__isnull=False).count() == 21

    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(10)
    Message.objects.update(lease_until=timezone.now() - timedelta(seconds=1))  # two minutes later
    start_worker()

    until(lambda: Message.objects.filter(state=State.SENT).count() == 21)
    assert Counter(sink.to) == Counter(["hang-once@example.com", *(f"to{number}@example.com" for number in range(20))])
    assert {message.attempts for message in Message.objects.all()} == {2}
