"""An import from upload to report: what is kept of the file, who starts and cancels it, what the worker does with it."""

import contextlib
import hashlib
import logging
import time
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from celery import current_app
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from crm.staff.actions import audit, notify
from crm.staff.models import User
from customers import import_report
from customers.models import ImportMapping, ImportRun
from customers.models.purchase import TYPED
from customers.purchase_import.engine import Busy, Progress, Report, count_anew, import_file, team_of
from customers.purchase_import.mapping import Mapping, MappingError, read_mapping
from customers.purchase_import.opening import Opened, open_file
from customers.purchase_import.reasons import Unusable
from customers.purchase_import.writing import KEY_OF_LOCKS
from customers.purchase_permissions import can_import

logger = logging.getLogger(__name__)

KIND = "purchases"
FOLDER, ERRORS = "imports", "import-errors"
MOST_ATTEMPTS = 3
PROGRESS_EVERY = 1.0  # seconds
SILENT_AFTER = timedelta(seconds=30)
KEPT = timedelta(days=30)
State = ImportRun.State


class TooLarge(Exception):
    """The upload is larger than what may be imported."""


class WrongState(Exception):
    """The run is not where this verb begins: somebody, or the worker, was quicker."""


def source_of(text: str) -> str:
    """The name of a source as it is stored; ValueError for what no file may be called."""
    name = " ".join(text.split())
    if not name or len(name) > 60 or name.casefold() == TYPED:
        raise ValueError(text)
    return name


# --- Upload, mapping, start ---------------------------------------------------------------------------------------------------------


def upload(
    *, by: User, source: str, file_name: str, chunks: Iterable[bytes], submission: uuid.UUID | None = None
) -> ImportRun:
    """Keeps the file below the uploads folder, by a name of our own. Raises Unusable when it is no text, or too large a one."""
    if not can_import(by):
        raise PermissionDenied
    if submission and (earlier := ImportRun.objects.filter(submission=submission).first()):
        return earlier
    path = Path(FOLDER) / f"{uuid.uuid4()}.upload"
    target = Path(settings.MEDIA_ROOT) / path
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    try:
        with open(target, "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > settings.IMPORT_MAX_BYTES:
                    raise TooLarge
                digest.update(chunk)
                file.write(chunk)
        _look_through(target)
        with transaction.atomic():
            run, made = ImportRun.objects.get_or_create(
                submission=submission or uuid.uuid4(),
                defaults={
                    "kind": KIND,
                    "source": source_of(source),
                    "file_name": Path(file_name).name[:200],
                    "file_path": str(path),
                    "file_sha256": digest.hexdigest(),
                    "file_bytes": size,
                    "mapping": remembered(source) or {},
                    "created_by": by,
                },
            )
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    if not made:
        target.unlink(missing_ok=True)
    return run


def _look_through(path: Path) -> None:
    try:
        open_file(path, Mapping())
    except Unusable as problem:
        if problem.code != "no_known_encoding":  # that one can still be named
            raise


def remembered(source: str) -> dict[str, Any] | None:
    """The mapping confirmed last for this source."""
    return ImportMapping.objects.filter(kind=KIND, source=source_of(source)).values_list("mapping", flat=True).first()


@transaction.atomic
def start(run_id: int, *, by: User, mapping: Mapping, dry_run: bool = False) -> ImportRun:
    """Queues the file with this mapping, for the import itself or for a dry run that only counts."""
    run = ImportRun.objects.select_for_update().get(pk=run_id)
    if not can_import(by):
        raise PermissionDenied
    if run.state != State.UPLOADED:
        raise WrongState(run.state)
    team_of(mapping)
    run.mapping = mapping.as_dict()
    run.state, run.dry_run, run.attempts, run.step, run.problem = State.QUEUED, dry_run, 0, "", ""
    run.done, run.total = 0, None
    run.save(update_fields=["mapping", "state", "dry_run", "attempts", "step", "problem", "done", "total"])
    if not dry_run:
        remember(run.source, mapping)
    _nudge(run.pk)
    return run


def remember(source: str, mapping: Mapping) -> None:
    ImportMapping.objects.update_or_create(kind=KIND, source=source, defaults={"mapping": mapping.as_dict()})


@transaction.atomic
def cancel(run_id: int, *, by: User) -> ImportRun:
    """Takes back what has not begun: nothing of it is written, the file goes."""
    run = ImportRun.objects.select_for_update().get(pk=run_id)
    if not can_import(by):
        raise PermissionDenied
    if run.state not in (State.UPLOADED, State.QUEUED):
        raise WrongState(run.state)
    run.state, run.finished_at = State.CANCELLED, timezone.now()
    run.save(update_fields=["state", "finished_at"])
    transaction.on_commit(lambda: _remove(run.file_path, run.error_path))
    return run


@transaction.atomic
def reopen(run_id: int, *, by: User) -> ImportRun:
    """Back to the columns after a failure: the file is still there, and nothing of it was written."""
    run = ImportRun.objects.select_for_update().get(pk=run_id)
    if not can_import(by):
        raise PermissionDenied
    if run.state != State.FAILED or not run.file_path:
        raise WrongState(run.state)
    run.state, run.finished_at = State.UPLOADED, None
    run.save(update_fields=["state", "finished_at"])
    return run


def _nudge(run_id: int) -> None:
    """Asks the worker at once, by the task's name; should the broker be away, the next minute does it."""

    def ask() -> None:
        with contextlib.suppress(Exception):
            current_app.send_task("customers.tasks.run_import", args=[run_id], retry=False)

    transaction.on_commit(ask)


# --- What the worker does ---------------------------------------------------------------------------------------------------------


def run_queued(run_id: int) -> ImportRun | None:
    """Imports what was queued. None when there is nothing to do: it runs, has run, or its source is taken just now."""
    run = _take(run_id)
    if run is None:
        return None
    logger.info("import %s begins, attempt %s", run.pk, run.attempts)
    errors_to = _errors_path()
    try:
        with _Progress(run.pk) as progress:
            report = import_file(
                Path(settings.MEDIA_ROOT) / run.file_path,
                mapping=read_mapping(run.mapping),
                source=run.source,
                now=timezone.now(),
                errors_to=errors_to,
                actor_id=run.created_by_id,
                begin=None if run.dry_run else lambda opened: run.pk,
                finish=lambda report: _finish(run, report, by=run.created_by),
                progress=progress,
                wait=False,
            )
        if run.dry_run:
            _keep_trial(run, _said(report))
        count_anew(report)
    except Busy:
        _give_back(run, counted=False)
        return None
    except Unusable as error:
        _fail(run, error.as_dict())
    except MappingError as error:
        _fail(run, {"code": str(error)})
    except OSError as error:
        _fail(run, {"code": "unreadable", "detail": error.strerror or type(error).__name__})
    except DatabaseError as error:
        # A full disk, a lost connection: nothing is written, and the next minute tries again, until that was often enough.
        logger.warning("import %s was interrupted: %s", run.pk, type(error).__name__)
        if not connection.in_atomic_block:
            connection.close()  # it may be the connection that is lost
        _give_back(run, counted=True)
        return None
    logger.info("import %s ends: %s", run.pk, run.state)
    return run


def resume() -> list[int]:
    """Queues again what a dead worker left, and gives the ids of all that wait. Of a broken import nothing was written."""
    dead = timezone.now() - SILENT_AFTER
    for run in ImportRun.objects.filter(state=State.RUNNING, beat_at__lt=dead):
        with transaction.atomic():
            still = ImportRun.objects.select_for_update(skip_locked=True).filter(
                pk=run.pk, state=State.RUNNING, beat_at__lt=dead
            )
            # Silent alone may be a long statement: the lock of the source is held as long as its transaction lives.
            if (again := still.first()) and is_free(again.source):
                logger.warning("import %s was left by its worker and waits again", again.pk)
                again.state = State.QUEUED
                again.save(update_fields=["state"])
    return list(ImportRun.objects.filter(state=State.QUEUED).order_by("created_at", "pk").values_list("pk", flat=True))


def forget_old_files() -> None:
    """Uploads that nobody imported and reports of refused rows go after a month; what was imported went at once."""
    long_ago = timezone.now() - KEPT
    for run in ImportRun.objects.filter(created_at__lt=long_ago).exclude(file_path="", error_path=""):
        if run.state in (State.QUEUED, State.RUNNING):
            continue
        if run.state == State.UPLOADED:
            run.state, run.finished_at = State.CANCELLED, timezone.now()
        files = [run.file_path, run.error_path]
        run.file_path = run.error_path = ""
        run.save(update_fields=["state", "finished_at", "file_path", "error_path"])
        _remove(*files)


def _take(run_id: int) -> ImportRun | None:
    with transaction.atomic():
        run = (
            ImportRun.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("created_by")
            .filter(pk=run_id, state=State.QUEUED)
            .first()
        )
        if run is None:
            return None
        if run.attempts >= MOST_ATTEMPTS:
            _fail(run, {"code": "given_up", "detail": run.attempts})
            return None
        now = timezone.now()
        run.state, run.started_at, run.beat_at, run.attempts = State.RUNNING, now, now, run.attempts + 1
        run.save(update_fields=["state", "started_at", "beat_at", "attempts"])
    return run


def _give_back(run: ImportRun, *, counted: bool) -> None:
    run.state, run.attempts = State.QUEUED, run.attempts if counted else run.attempts - 1
    run.save(update_fields=["state", "attempts"])


def _keep_trial(run: ImportRun, said: dict[str, Any]) -> None:
    """A dry run ends where it began: the file waits for its columns, with the counts beside them."""
    _remove(run.error_path)
    run.trial, run.state, run.dry_run, run.step = said, State.UPLOADED, False, ""
    run.error_path = said.get("error_path", "")
    run.save(update_fields=["trial", "state", "dry_run", "step", "error_path"])


def _fail(run: ImportRun, problem: dict[str, Any]) -> None:
    """Nothing was written. The file stays, so that it can be tried again with other columns."""
    if run.dry_run:
        _keep_trial(run, {"problem": problem})
        return
    run.state, run.finished_at, run.problem = State.FAILED, timezone.now(), str(problem["code"])[:500]
    run.counts = {"problem": problem}
    run.save(update_fields=["state", "finished_at", "problem", "counts"])
    _ring(run)


def _finish(run: ImportRun, report: Report, *, by: User | None) -> None:
    """The report, in the transaction that wrote the rows."""
    said = _said(report)
    for line in import_report.lines():
        said[line.key] = line.count(run)
    _remove(run.error_path)
    run.counts, run.error_path = said, said.get("error_path", "")
    run.state, run.finished_at, run.step, run.problem = State.DONE, timezone.now(), "", ""
    run.done = run.total = said["rows_read"]
    run.save(update_fields=["counts", "error_path", "state", "finished_at", "step", "problem", "done", "total"])
    counted: dict[str, Any] = {key: value for key, value in said.items() if isinstance(value, int)}
    audit(by, "purchases_imported", f"import:{run.pk}", source=run.source, **counted)
    _ring(run)
    files = run.file_path
    transaction.on_commit(lambda: _remove(files))


def _said(report: Report) -> dict[str, Any]:
    """What a run keeps of its report."""
    said: dict[str, Any] = {
        **report.counts,
        "steps": report.steps,
        "problems": report.problems,
        "encoding": report.opened.encoding,
        "delimiter": report.opened.delimiter,
        "columns": report.mapping.columns,
    }
    if report.shift:
        said["shift"] = {"days": report.shift.days, "until": report.shift.until.isoformat()}
    if report.error_file:
        said["error_path"] = str(report.error_file.relative_to(settings.MEDIA_ROOT))
    return said


def _ring(run: ImportRun) -> None:
    """One line at the bell of whoever started it, for they may have left the page."""
    if run.created_by_id and run.created_by:
        kind = "import_done" if run.state == State.DONE else "import_failed"
        notify(
            run.created_by,
            key=f"import:{run.pk}:{run.state}:{run.attempts}",
            kind=kind,
            values={"file": run.file_name, "rows": run.counts.get("rows_imported", 0)},
            url=run.get_absolute_url(),
        )


def _errors_path() -> Path:
    return Path(settings.MEDIA_ROOT) / ERRORS / f"{uuid.uuid4()}.csv"


def _remove(*paths: str) -> None:
    for path in paths:
        if path:
            (Path(settings.MEDIA_ROOT) / path).unlink(missing_ok=True)


def is_free(source: str) -> bool:
    """Whether nobody imports this source at this moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [KEY_OF_LOCKS, source])
        return cursor.fetchone()[0]


class _Progress:
    """Says how far the worker is, on a connection of its own: the import's transaction shows nothing before it ends."""

    def __init__(self, run_id: int) -> None:
        self.run_id, self.step, self.said_at = run_id, "", 0.0
        self.other: Any = None

    def __enter__(self) -> Self:
        self.other = connection.copy()
        return self

    def __exit__(self, *_error: object) -> None:
        self.other.close()

    def __call__(self, step: str, done: int, total: int | None) -> None:
        if step == self.step and time.monotonic() - self.said_at < PROGRESS_EVERY:
            return
        self.step, self.said_at = step, time.monotonic()
        try:
            with self.other.cursor() as cursor:
                cursor.execute(
                    "UPDATE customers_importrun SET step = %s, done = %s, total = coalesce(%s, total), beat_at = %s WHERE id = %s",
                    [step, done, total, timezone.now(), self.run_id],
                )
        except DatabaseError:  # how far it is matters less than that it goes on
            self.other.close()


# --- Without a worker: the command, the demo, the benchmark -------------------------------------------------------------------------


def import_now(
    path: str | Path,
    *,
    mapping: Mapping,
    source: str,
    by: User | None = None,
    dry_run: bool = False,
    now: datetime | None = None,
    progress: Progress = lambda step, done, total: None,
) -> Report:
    """Imports a file in this process and waits for its end. Unusable or MappingError: nothing was written."""
    if by is not None and not can_import(by):
        raise PermissionDenied
    now = now or timezone.now()
    source = source_of(source)
    made: list[ImportRun] = []

    def begin(opened: Opened) -> int:
        run = ImportRun.objects.create(
            kind=KIND,
            source=source,
            file_name=Path(path).name[:200],
            file_path="",
            file_sha256=opened.sha256,
            file_bytes=opened.bytes,
            mapping=mapping.as_dict(),
            state=State.RUNNING,
            created_by=by,
            created_at=now,
            started_at=now,
            attempts=1,
        )
        made.append(run)
        return run.pk

    def finish(report: Report) -> None:
        _finish(made[0], report, by=by)
        remember(source, report.mapping)
        report.counts |= {line.key: made[0].counts[line.key] for line in import_report.lines()}

    return import_file(
        path,
        mapping=mapping,
        source=source,
        now=now,
        errors_to=_errors_path(),
        actor_id=by.pk if by else None,
        begin=None if dry_run else begin,
        finish=finish,
        progress=progress,
    )
