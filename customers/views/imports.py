"""Pages of imports: choosing a file, saying which column is which, watching it run, reading the report."""

import csv
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from crm.look.paging import Sort, paginate
from customers import import_report
from customers.actions import imports
from customers.forms.imports import ENCODINGS, MappingForm, UploadForm, zones
from customers.models import ImportRun
from customers.purchase_import import Mapping, MappingError, Unusable, preview, read_mapping
from customers.purchase_import.engine import STEPS, guarded
from customers.purchase_import.reasons import file_words, row_words
from customers.purchase_permissions import can_import

NEWEST = [Sort("newest", gettext_lazy("When"), ("-created_at", "-pk"))]
ROOM_FOR_FIELDS = 64 * 1024
State = ImportRun.State

STEP_WORDS = {
    "open": gettext_lazy("Open and check the text"),
    "read": gettext_lazy("Read every row"),
    "sort": gettext_lazy("Compare with what is stored"),
    "customers": gettext_lazy("Write customers"),
    "products": gettext_lazy("Write products"),
    "purchases": gettext_lazy("Write purchases"),
    "lines": gettext_lazy("Write lines"),
    "timeline": gettext_lazy("Write the timelines"),
    "search": gettext_lazy("Make them findable"),
}


def _importing(request: HttpRequest) -> None:
    if not can_import(request.user):
        raise PermissionDenied("customers.import_purchases")


def _run(request: HttpRequest, pk: int) -> ImportRun:
    _importing(request)
    return get_object_or_404(ImportRun.objects.select_related("created_by"), pk=pk, kind=imports.KIND)


def _file(run: ImportRun) -> Path:
    return Path(settings.MEDIA_ROOT) / run.file_path


# --- Choosing a file ---------------------------------------------------------------------------------------------------------------


class _Quota(FileUploadHandler):
    """Stops an upload that is larger than any import may be, before it fills the disk."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start + len(raw_data) > settings.IMPORT_MAX_BYTES:
            self.request.too_large = True
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


@csrf_exempt
def import_list(request: HttpRequest) -> HttpResponse:
    """The token is checked by `_list`: the quota has to stand before anything of the request is read."""
    request.too_large = False
    if request.method == "POST":
        request.upload_handlers.insert(0, _Quota(request))
    return _list(request)


@csrf_protect
def _list(request: HttpRequest) -> HttpResponse:
    _importing(request)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and (run := _uploaded(request, form)):
        return redirect(run)
    rows = ImportRun.objects.filter(kind=imports.KIND).select_related("created_by")
    page = paginate(rows, request, NEWEST, size=20)
    context = {
        "title": _("Import purchases"),
        "form": form,
        "page": page,
        "sources": rows.order_by("source").values_list("source", flat=True).distinct()[:50],
    }
    return render(request, "customers/imports.html", context)


def _uploaded(request: HttpRequest, form: UploadForm) -> ImportRun | None:
    """The run of an upload that is text and within the limit; else the form says what is wrong with it."""
    too_large = _("Larger than the limit of %(limit)s MB.") % {"limit": settings.IMPORT_MAX_BYTES // 1024 // 1024}
    if request.too_large:
        form.is_valid()
        form.errors.pop("file", None)
        form.add_error("file", too_large)
        return None
    if not form.is_valid():
        return None
    data = form.cleaned_data
    try:
        return imports.upload(
            by=request.user,
            source=data["source"],
            file_name=data["file"].name,
            chunks=data["file"].chunks(),
            submission=data["submission"],
        )
    except imports.TooLarge:
        form.add_error("file", too_large)
    except Unusable as problem:
        form.add_error("file", str(problem))
    except OSError:
        form.add_error(
            "file", _("The file could not be kept: the disk is full, or not writable. Tell your administrator.")
        )
    return None


# --- One import --------------------------------------------------------------------------------------------------------------------


def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Where an import is: its columns, its progress, its report."""
    run = _run(request, pk)
    if run.state == State.UPLOADED:
        return _columns(request, run)
    if run.state in (State.QUEUED, State.RUNNING):
        return render(request, "customers/import_progress.html", _progress(run))
    return render(request, "customers/import_report.html", _report(run))


def _columns(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Which column is which: asked, shown on the first rows, tried, started."""
    kept = (imports.remembered(run.source) or {}).get("columns", {})
    asked = request.method == "POST" and "shown" in request.POST
    suggested = _suggested(request, run)
    context = _context(run) | {"zones": zones(), "encodings": list(ENCODINGS.items())}
    try:
        look = preview.look(_file(run), suggested, kept=kept, now=timezone.now())
        form = MappingForm(request.POST if asked else None, run=run, columns=look.columns, suggested=suggested)
        if asked and form.is_valid():
            if "preview" not in request.POST:
                return _started(request, run, form)
            look = preview.look(_file(run), form.mapping, kept=kept, now=timezone.now())
    except (Unusable, OSError) as problem:
        return render(request, "customers/import_columns.html", context | {"unreadable": str(problem)})
    return render(request, "customers/import_columns.html", context | {"form": form, "look": look})


def _started(request: HttpRequest, run: ImportRun, form: MappingForm) -> HttpResponse:
    try:
        imports.start(run.pk, by=request.user, mapping=form.mapping, dry_run="check" in request.POST)
    except imports.WrongState:
        messages.info(request, _("This import has gone on meanwhile."))
    return redirect(run)


def _suggested(request: HttpRequest, run: ImportRun) -> Mapping:
    """What is known of the mapping: what was tried, else what the source had last time without what this file shows itself."""
    try:
        mapping = read_mapping(run.mapping)
    except MappingError:
        mapping = Mapping()
    if not run.started_at:
        mapping = replace(mapping, columns={}, encoding="", delimiter="")
    if request.method == "POST":
        said = {name: request.POST[name] for name in ("encoding", "delimiter") if name in request.POST}
        with suppress(MappingError):
            mapping = read_mapping({**mapping.as_dict(), **said})
    return mapping


def _context(run: ImportRun) -> dict[str, Any]:
    trial = run.trial or {}
    return {
        "title": run.file_name,
        "run": run,
        "trial": trial if "rows_read" in trial else None,
        "problems": _problems(trial),
        "trial_problem": file_words(trial["problem"]) if "problem" in trial else "",
    }


def _problems(counts: dict[str, Any]) -> list[dict[str, Any]]:
    """Why rows are not imported, by reason, each with an example."""
    return [{**found, "words": row_words(found["code"], found["detail"])} for found in counts.get("problems", [])]


def _progress(run: ImportRun) -> dict[str, Any]:
    """The steps with how far each is, and what is left of reading by the rate so far."""
    at = STEPS.index(run.step) if run.step in STEPS else -1
    steps = STEPS[:3] if run.dry_run else STEPS
    percent = None
    if run.step == "read" and run.total:
        percent = min(99, round(100 * run.done / run.total))
    return {
        "title": run.file_name,
        "run": run,
        "steps": [
            {"words": STEP_WORDS[step], "state": "done" if n < at else "now" if n == at else "waits"}
            for n, step in enumerate(steps)
        ],
        "percent": percent,
        "waits_for_worker": run.state == State.QUEUED and timezone.now() - run.created_at > timedelta(minutes=2),
    }


def _report(run: ImportRun) -> dict[str, Any]:
    counts = run.counts
    names = ("rows_imported", "rows_unchanged", "rows_changed", "rows_without_customer", "rows_rejected")
    return {
        "title": run.file_name,
        "run": run,
        "counts": counts,
        "adds_up": "rows_read" in counts and sum(counts[name] for name in names) == counts["rows_read"],
        "problems": _problems(counts),
        "failure": file_words(counts["problem"]) if "problem" in counts else "",
        "lines": [(line.label, counts[line.key]) for line in import_report.lines() if line.key in counts],
        "steps": [
            (STEP_WORDS[step], seconds) for step, seconds in counts.get("steps", {}).items() if step in STEP_WORDS
        ],
        "may_reopen": run.state == State.FAILED and bool(run.file_path),
    }


def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that is asked again and again; when the run has moved on, the whole page is asked for."""
    run = _run(request, pk)
    if run.state in (State.QUEUED, State.RUNNING):
        return render(request, "customers/_import_progress.html", _progress(run))
    if request.htmx:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return redirect(run)


@require_POST
def import_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    run = _run(request, pk)
    try:
        imports.cancel(run.pk, by=request.user)
        messages.success(request, _("%(file)s is not imported, and the file is deleted.") % {"file": run.file_name})
    except imports.WrongState:
        messages.warning(request, _("It has begun already: an import that runs is written whole or not at all."))
        return redirect(run)
    return redirect("customers:import")


@require_POST
def import_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    run = _run(request, pk)
    try:
        imports.reopen(run.pk, by=request.user)
    except imports.WrongState:
        messages.info(request, _("This import has gone on meanwhile."))
    return redirect(run)


def import_errors(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The rows that were not imported, with line, column, value and reason in the reader's language."""
    run = _run(request, pk)
    path = Path(settings.MEDIA_ROOT) / run.error_path
    if not run.error_path or not path.is_file():
        raise Http404
    heads = [_("line"), _("column"), _("value"), _("reason")]
    response = StreamingHttpResponse(_error_rows(path, heads, get_language()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{run.pk}-errors.csv"'
    return response


def _error_rows(path: Path, heads: list[str], language: str | None) -> Iterator[str]:
    line = csv.writer(_Echo())
    yield "\ufeff" + line.writerow(heads)  # the mark lets spreadsheets read Chinese
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            with override(language):  # the rows are written after the request has ended
                reason = row_words(row["code"], row["detail"])
            yield line.writerow(guarded([row["line"], row["column"], row["value"], reason]))


class _Echo:
    def write(self, text: str) -> str:
        return text
