"""An import in the browser: upload, columns, trial, progress, report; and who may."""

import csv
import gzip
import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from crm.staff.models import Notice
from customers.actions import imports
from customers.models import ImportMapping, ImportRun, Purchase
from customers.purchase_import.mapping import read_mapping
from customers.tests.files_to_import import DATA, MAPPING, text, written
from tests.factories import make_customer, unique
from tests.test_query_budgets import budget, queries

pytestmark = pytest.mark.django_db
State = ImportRun.State


@pytest.fixture
def manager(people, sign_in):
    return sign_in(people.manager)


def upload(client, content: bytes | str, *, source: str = "till", name: str = "sales.csv", **fields):
    data = content.encode() if isinstance(content, str) else content
    return client.post("/purchases/import/", {"file": SimpleUploadedFile(name, data), "source": source, **fields})


def uploaded(client, content: bytes | str, **how) -> ImportRun:
    response = upload(client, content, **how)
    assert response.status_code == 302, response.context["form"].errors
    return ImportRun.objects.latest("pk")


def answers(client, run: ImportRun, **changes) -> dict[str, str]:
    """What the page of the columns would send as it stands, with changes."""
    form = client.get(run.get_absolute_url()).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    return {**data, "shown": "1", **changes}


def page(client, run: ImportRun) -> str:
    return client.get(run.get_absolute_url()).text


FILE = text(
    "1,K1,2026-11-03 10:00,A,Apfel,2,2.50,DE",
    "2,,2026-11-03,A,,1,1,",
    "3,K2,soon,A,,1,1,",
    header="Order no,Customer no,Date,SKU,Description,Qty,Unit price,Country",
)


def test_a_file_is_uploaded_looked_at_tried_and_imported(manager, people):
    run = uploaded(manager, FILE)
    assert run.state == State.UPLOADED and run.created_by == people.manager and not Purchase.objects.exists()
    first_look = page(manager, run)
    for shown in ("Apfel", "¥5.00", "without a customer", "Not a date that we can read", "guessed, please look"):
        assert shown in first_look

    response = manager.post(run.get_absolute_url(), answers(manager, run, currency="EUR", check="1"))
    assert response.status_code == 302
    run.refresh_from_db()
    assert (run.state, run.dry_run) == (State.QUEUED, True)
    imports.run_queued(run.pk)
    tried = page(manager, run)
    assert "Import 1 row" in tried and "€5.00" in tried and not Purchase.objects.exists()
    assert not ImportMapping.objects.exists()

    manager.post(run.get_absolute_url(), answers(manager, run, start="1"))
    assert "Waits for its turn" in page(manager, run)
    imports.run_queued(run.pk)

    run.refresh_from_db()
    assert run.state == State.DONE and Purchase.objects.get().currency == "EUR"
    report = page(manager, run)
    assert f"?run={run.pk}" in report and "errors.csv" in report and "Not a date that we can read" in report
    assert [row.reference for row in manager.get(f"/purchases/?run={run.pk}").context["page"]] == ["1"]
    assert Notice.objects.get(user=people.manager).kind == "import_done"


def test_the_columns_of_a_source_are_remembered_and_what_is_new_is_guessed(manager):
    run = uploaded(manager, FILE)
    manager.post(run.get_absolute_url(), answers(manager, run, start="1", currency="GBP", timezone="Europe/London"))
    imports.run_queued(run.pk)

    again = uploaded(manager, FILE.replace("Country", "Region").replace(",", ";"))

    shown = manager.get(again.get_absolute_url())
    origins = {column.name: column.origin for column in shown.context["look"].columns}
    assert origins["Order no"] == "kept" and origins["Region"] == "guessed"
    assert (
        shown.context["form"]["currency"].value() == "GBP"
        and shown.context["form"]["timezone"].value() == "Europe/London"
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"column-2": ""}, "No column is chosen for: Date and time."),
        ({"column-2": "purchase"}, "Purchase number is taken twice."),
        ({"currency": "pounds"}, "at most 3 characters"),
        ({"currency": "£££"}, "A currency is three letters"),
        ({"timezone": "Mars"}, "Unknown time zone"),
        ({"dates": "other", "date_format": "%H:%M"}, "does not name year, month and day"),
        ({"team": "999999"}, "Select a valid choice"),
    ],
)
def test_wrong_columns_are_said_and_nothing_starts(manager, changes, says):
    run = uploaded(manager, FILE)

    response = manager.post(run.get_absolute_url(), answers(manager, run, start="1", **changes))

    assert response.status_code == 200 and says in response.text
    run.refresh_from_db()
    assert run.state == State.UPLOADED


def test_ambiguous_dates_are_asked_and_the_answer_is_shown_on_the_first_rows(manager):
    run = uploaded(manager, FILE.replace("2026-11-03 10:00", "03/04/2026").replace("2026-11-03", "04/05/2026"))
    assert "Day first or month first?" in page(manager, run)

    shown = manager.post(run.get_absolute_url(), answers(manager, run, dates="day-first", preview="1")).text

    assert "2026-04-03 00:00" in shown and "Day first or month first?" not in shown


def test_a_failed_import_says_why_and_can_be_tried_again_with_other_columns(manager):
    run = uploaded(manager, FILE.replace("2026-11-03 10:00", "03/04/2026").replace("2026-11-03", "04/05/2026"))
    manager.post(run.get_absolute_url(), answers(manager, run, start="1"))
    imports.run_queued(run.pk)
    failed = page(manager, run)
    assert "Nothing was imported." in failed and "03/04/2026" in failed and "Row 2, column Date" in failed

    manager.post(f"{run.get_absolute_url()}reopen/")
    manager.post(run.get_absolute_url(), answers(manager, run, dates="month-first", start="1"))
    imports.run_queued(run.pk)

    assert str(Purchase.objects.get().happened_on) == "2026-03-04"


def test_a_trial_that_cannot_be_read_says_so_beside_the_columns(manager):
    run = uploaded(manager, FILE.replace("2026-11-03 10:00", "03/04/2026").replace("2026-11-03", "04/05/2026"))
    manager.post(run.get_absolute_url(), answers(manager, run, check="1"))
    imports.run_queued(run.pk)

    shown = page(manager, run)

    assert "Nothing can be imported like this." in shown and "Try the whole file" in shown


# --- Files that are refused at the door ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The submitted file is empty."),
        (b"PK\x03\x04 a workbook", "Save it as CSV"),
        (b"\x89PNG\r\n\x1a\n\0\0", "it holds NUL characters"),
        (gzip.compress(FILE.encode() * 20, mtime=0)[:-5], "damaged or cut off"),
    ],
)
def test_what_is_not_text_is_refused_at_the_door_and_not_kept(manager, content, says):
    folder = Path(settings.MEDIA_ROOT) / imports.FOLDER
    kept = set(folder.glob("*"))

    response = upload(manager, content)

    assert response.status_code == 200 and says in response.text and "till" in response.text
    assert not ImportRun.objects.exists() and set(folder.glob("*")) == kept


def test_a_file_larger_than_the_limit_is_refused_while_it_comes_in(manager, settings):
    settings.IMPORT_MAX_BYTES = 1024 * 1024

    response = upload(manager, b"a,b\n" * 300_000)

    assert (
        response.status_code == 200
        and "Larger than the limit of 1 MB." in response.text
        and not ImportRun.objects.exists()
    )


def test_a_packed_file_that_unpacks_to_more_than_the_limit_is_refused(manager, settings):
    settings.IMPORT_MAX_BYTES = 1024 * 1024

    response = upload(manager, gzip.compress(b"a,b\n" * 300_000))

    assert "Larger than the limit of 1 MB." in response.text and not ImportRun.objects.exists()


def test_the_name_of_typed_purchases_is_taken(manager):
    assert "kept for purchases typed by hand" in upload(manager, FILE, source="Revisit").text


def test_another_encoding_can_be_named_in_the_browser(manager):
    run = uploaded(manager, FILE.replace("Apfel", "Äpfel").encode("cp1252"))
    assert "This file cannot be read as it is." in page(manager, run)

    shown = manager.post(run.get_absolute_url(), {"encoding": "cp1252"})

    assert "Äpfel" in shown.text and shown.context["form"]["encoding"].value() == "cp1252"
    data = {name: shown.context["form"][name].value() or "" for name in shown.context["form"].fields}
    manager.post(run.get_absolute_url(), {**data, "shown": "1", "start": "1"})
    imports.run_queued(run.pk)
    assert Purchase.objects.get().lines.get().description == "Äpfel"


def test_an_upload_keeps_nothing_of_its_name_and_is_not_served(manager):
    run = uploaded(manager, FILE, name="../../../etc/passwd.csv")

    assert run.file_name == "passwd.csv" and run.file_path.startswith("imports/") and ".." not in run.file_path
    assert manager.get(f"/{run.file_path}").status_code == manager.get(f"/media/{run.file_path}").status_code == 404


def test_sent_twice_it_is_one_import(manager):
    submission = manager.get("/purchases/import/").context["form"]["submission"].value()

    assert upload(manager, FILE, submission=submission).url == upload(manager, FILE, submission=submission).url
    assert ImportRun.objects.count() == 1


def test_started_twice_it_runs_once(manager):
    run = uploaded(manager, FILE)
    data = answers(manager, run, start="1")

    manager.post(run.get_absolute_url(), data)
    manager.post(run.get_absolute_url(), data)
    imports.run_queued(run.pk)
    manager.post(run.get_absolute_url(), data)

    assert Purchase.objects.count() == 1 and ImportRun.objects.get().attempts == 1


# --- Coming back -------------------------------------------------------------------------------------------------------------------


def test_progress_is_asked_again_and_again_and_then_the_page_is_shown_anew(manager):
    run = uploaded(manager, FILE)
    manager.post(run.get_absolute_url(), answers(manager, run, start="1"))
    progress = f"{run.get_absolute_url()}progress/"
    assert 'hx-trigger="every 2s"' in manager.get(progress, headers={"HX-Request": "true"}).text
    ImportRun.objects.filter(pk=run.pk).update(state=State.RUNNING, step="read", done=1500, total=3000)
    assert 'value="50"' in manager.get(progress).text and "1,500 of about 3,000 rows" in manager.get(progress).text

    ImportRun.objects.filter(pk=run.pk).update(state=State.DONE, finished_at=timezone.now(), counts={})

    assert manager.get(progress, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert manager.get(progress).url == run.get_absolute_url()


def test_an_import_can_be_called_off_before_it_begins(manager):
    run = uploaded(manager, FILE)

    manager.post(f"{run.get_absolute_url()}cancel/")

    run.refresh_from_db()
    assert run.state == State.CANCELLED and "called off" in page(manager, run)
    assert imports.run_queued(run.pk) is None


def test_a_running_import_is_not_called_off(manager):
    run = uploaded(manager, FILE)
    ImportRun.objects.filter(pk=run.pk).update(state=State.RUNNING)

    response = manager.post(f"{run.get_absolute_url()}cancel/", follow=True)

    assert "It has begun already" in response.text


def test_uploads_that_nobody_imports_go_after_a_month(manager):
    run = uploaded(manager, FILE)
    path = Path(settings.MEDIA_ROOT) / run.file_path
    ImportRun.objects.update(created_at=timezone.now() - imports.KEPT * 2)

    imports.forget_old_files()

    run.refresh_from_db()
    assert run.state == State.CANCELLED and not path.exists()


# --- The report --------------------------------------------------------------------------------------------------------------------


def test_the_error_file_is_in_the_readers_language_and_opens_in_a_spreadsheet(manager, people):
    report = imports.import_now(
        written(text('1,K1,"=1+1",A,,1,1,', "2,K1,2026-11-03,A,,x,1,")),
        mapping=read_mapping(MAPPING),
        source="till",
        by=people.manager,
    )
    url = f"/purchases/import/{report.run_id}/errors.csv"

    response = manager.get(url)
    content = b"".join(response.streaming_content).decode("utf-8-sig")

    assert response["Content-Disposition"].startswith("attachment") and response["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(content)))
    assert rows[0] == ["line", "column", "value", "reason"]
    assert rows[1] == ["2", "at", "'=1+1", "Not a date that we can read."]
    manager.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    assert b"".join(manager.get(url).streaming_content).decode("utf-8-sig").count("\n") == 3


def test_only_those_who_may_import_see_any_of_it(people, sign_in):
    report = imports.import_now(DATA / "slice.csv", mapping=read_mapping({"currency": "GBP"}), source="till")
    addresses = [
        "/purchases/import/",
        *(f"/purchases/import/{report.run_id}/{end}" for end in ("", "progress/", "errors.csv")),
    ]

    for person in (people.agent, people.handler, people.lead, people.quality):
        assert {sign_in(person).get(url).status_code for url in addresses} == {403}
    assert "/purchases/import/" not in sign_in(people.lead).get("/purchases/").text


def test_the_pages_of_imports_ask_a_constant_number_of_queries(manager, people):
    def run(state, **fields) -> ImportRun:
        finished = timezone.now() if state == State.DONE else None
        return ImportRun.objects.create(
            source=unique("till"),
            file_name="f.csv",
            state=state,
            finished_at=finished,
            created_by=people.manager,
            **fields,
        )

    done, queued = run(State.DONE, counts={"rows_read": 0}), run(State.QUEUED)
    waiting = uploaded(manager, FILE)
    urls = ["/purchases/import/", *(one.get_absolute_url() for one in (queued, waiting))]
    before = {url: len(queries(manager, url)) for url in urls}
    for _n in range(15):
        run(State.DONE, counts={"rows_read": 0})
        make_customer()

    for url in urls:
        budget(manager, url, before[url])
    assert done.state == State.DONE
