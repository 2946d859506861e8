"""Two imports at once, a worker that dies, a disk that is full: nothing doubled, nothing half done."""

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from customers.actions import imports
from customers.models import (
    Customer,
    CustomerNumber,
    ExternalReference,
    ImportRun,
    Product,
    Purchase,
    PurchaseLine,
    SearchEntry,
    TimelineEntry,
)
from customers.purchase_import import read_mapping, writing
from customers.tasks import resume_imports
from customers.tests.files_to_import import DATA, MAPPING, imported, rows_of, text, written
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)

State = ImportRun.State


def together(*acts) -> list:
    """What each act returned or raised, all started at the same moment in connections of their own."""
    gate, found = threading.Barrier(len(acts)), [None] * len(acts)

    def act(place, one):
        try:
            gate.wait()
            found[place] = one()
        except BaseException as error:  # noqa: BLE001
            found[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act, args=(place, one)) for place, one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def uploaded(content: str | bytes, *, source: str = "till", name: str = "file.csv") -> ImportRun:
    path = written(content)
    return imports.upload(by=make_user(role="manager"), source=source, file_name=name, chunks=[path.read_bytes()])


def queued(content: str, *, source: str = "till", **mapping) -> ImportRun:
    run = uploaded(content, source=source)
    return imports.start(run.pk, by=run.created_by, mapping=read_mapping({**MAPPING, **mapping}))


def test_two_imports_of_the_same_file_at_once_import_it_once():
    lines = [f"{n},K{n % 5},2026-11-03,A{n % 7},,1,2," for n in range(200)]

    reports = together(lambda: imported(text(*lines)), lambda: imported(text(*lines)))

    assert sorted(map(str, map(rows_of, reports))) == ["{'imported': 200}", "{'unchanged': 200}"]
    assert Purchase.objects.count() == PurchaseLine.objects.count() == TimelineEntry.objects.count() == 200
    assert Customer.objects.count() == ExternalReference.objects.count() == CustomerNumber.objects.count() == 5


def test_two_sources_at_once_share_their_products():
    lines = [f"{n},K{n % 5},2026-11-03,A{n % 50},,1,2," for n in range(300)]

    reports = together(
        lambda: imported(text(*lines), source="one"), lambda: imported(text(*reversed(lines)), source="two")
    )

    assert [rows_of(report) for report in reports] == [{"imported": 300}] * 2
    assert Product.objects.count() == 50 and Customer.objects.count() == 10


def test_a_queued_import_runs_once_however_often_it_is_asked():
    run = queued(text("1,K1,2026-11-03,A,,1,1,"))

    results = together(*[lambda: imports.run_queued(run.pk)] * 3)

    assert len([result for result in results if result is not None]) == 1
    run.refresh_from_db()
    assert (run.state, run.attempts, Purchase.objects.count()) == (State.DONE, 1, 1)


def test_while_a_source_is_taken_the_next_import_of_it_waits_without_holding_the_worker():
    run = queued(text("1,K1,2026-11-03,A,,1,1,"))
    taken, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext('till'))", [writing.KEY_OF_LOCKS])
            taken.set()
            done.wait(30)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait(30)
    assert imports.run_queued(run.pk) is None
    run.refresh_from_db()
    assert (run.state, run.attempts) == (State.QUEUED, 0)

    done.set()
    holder.join()
    assert imports.resume() == [run.pk]
    imports.run_queued(run.pk)
    run.refresh_from_db()
    assert run.state == State.DONE


def test_an_import_that_breaks_in_the_middle_writes_nothing_and_is_run_again(monkeypatch):
    run = queued(text("1,K1,2026-11-03,A,,1,1,"))

    def full(self):
        raise OperationalError("could not extend file: No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(writing.Writing, "write_timeline", full)
        assert imports.run_queued(run.pk) is None
    assert (
        not Customer.objects.exists()
        and not Purchase.objects.exists()
        and not SearchEntry.objects.filter(kind="purchase").exists()
    )
    assert imports.resume() == [run.pk]

    imports.run_queued(run.pk)

    run.refresh_from_db()
    assert (run.state, run.attempts, Purchase.objects.count()) == (State.DONE, 2, 1)


def test_an_import_that_breaks_every_time_is_given_up_and_says_so(monkeypatch):
    run = queued(text("1,K1,2026-11-03,A,,1,1,"))

    def full(self):
        raise OperationalError("No space left on device")

    monkeypatch.setattr(writing.Writing, "write_timeline", full)
    for _attempt in range(imports.MOST_ATTEMPTS + 1):
        imports.run_queued(run.pk)

    run.refresh_from_db()
    assert (run.state, run.problem) == (State.FAILED, "given_up")
    assert imports.resume() == [] and not Purchase.objects.exists()


def test_a_run_whose_worker_died_waits_again_and_a_living_one_does_not():
    run = queued(text("1,K1,2026-11-03,A,,1,1,"))
    long_ago = timezone.now() - imports.SILENT_AFTER - timedelta(seconds=1)
    ImportRun.objects.filter(pk=run.pk).update(state=State.RUNNING, started_at=long_ago, beat_at=timezone.now())
    assert imports.resume() == []

    ImportRun.objects.filter(pk=run.pk).update(beat_at=long_ago)
    assert imports.resume() == [run.pk]


def test_a_worker_killed_in_the_middle_changes_only_the_hour_of_arrival(clock_parts):
    run = queued(text(*[f"{n},K{n % 50},2026-11-03 10:00,A{n % 90},Thing,1,2.50,UK" for n in range(500)]))
    with transaction.atomic():
        with connection.cursor() as cursor:  # the worker comes as far as the timeline and no further
            cursor.execute("LOCK TABLE customers_timelineentry IN EXCLUSIVE MODE")
        clock_parts.start("long")
        _until(lambda: ImportRun.objects.get(pk=run.pk).step == "timeline")
        clock_parts.kill("long")
    _until(lambda: imports.is_free("till"))
    assert not Purchase.objects.exists() and not Customer.objects.exists()

    ImportRun.objects.filter(pk=run.pk).update(beat_at=timezone.now() - imports.SILENT_AFTER - timedelta(seconds=1))
    clock_parts.start("long")
    resume_imports()
    _until(lambda: ImportRun.objects.get(pk=run.pk).state == State.DONE)

    assert Purchase.objects.count() == PurchaseLine.objects.count() == TimelineEntry.objects.count() == 500
    assert Customer.objects.count() == 50 and Product.objects.count() == 90
    assert ImportRun.objects.get(pk=run.pk).attempts == 2


def test_progress_is_seen_by_others_while_the_import_is_running(monkeypatch):
    run = queued((DATA / "slice.csv").read_text(), columns={}, currency="GBP")
    seen = []
    real_sort = writing.Writing.sort

    def sort(self):
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT state, step, done FROM customers_importrun WHERE id = %s", [run.pk])
            seen.append(cursor.fetchone())
        other.close()
        return real_sort(self)

    monkeypatch.setattr(writing.Writing, "sort", sort)
    imports.run_queued(run.pk)

    assert seen == [("running", "sort", 427)]


def test_the_uploaded_file_goes_when_it_is_imported_or_called_off():
    first, second = queued(text("1,K1,2026-11-03,A,,1,1,")), queued(text("2,K1,2026-11-03,A,,1,1,"))
    paths = [Path(settings.MEDIA_ROOT) / run.file_path for run in (first, second)]
    assert all(path.is_file() for path in paths)

    imports.run_queued(first.pk)
    imports.cancel(second.pk, by=second.created_by)

    assert not any(path.exists() for path in paths)


def test_what_has_begun_cannot_be_called_off():
    run = queued(text("1,K1,2026-11-03,A,,1,1,"))
    ImportRun.objects.filter(pk=run.pk).update(state=State.RUNNING)

    with pytest.raises(imports.WrongState):
        imports.cancel(run.pk, by=run.created_by)


def _until(true, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
