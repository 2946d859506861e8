"""`manage.py import_purchases`: what it prints, and how it ends."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from customers.models import Customer, ImportMapping, ImportRun, Purchase
from customers.tests.files_to_import import DATA, MAPPING, MAPPINGS, text, written

pytestmark = pytest.mark.django_db

KEYS = {
    "run", "rows_read", "rows_imported", "rows_unchanged", "rows_changed", "rows_without_customer", "rows_rejected",
    "customers_created", "products_created", "purchases_created", "lines_created", "net_total", "too_old", "error_file", "seconds",
}  # fmt: skip
ONE = text("1,K1,2026-11-03,A,,1,2.50,")


def run(*words) -> dict:
    out = StringIO()
    call_command("import_purchases", *map(str, words), "--json", stdout=out, stderr=StringIO())
    lines = out.getvalue().strip().split("\n")
    assert len(lines) == 1
    return json.loads(lines[0])


def mapping(tmp_path, **more):
    path = tmp_path / "shop.json"
    path.write_text(json.dumps({**MAPPING, **more}))
    return path


def fails(code, *words) -> str:
    with pytest.raises(CommandError) as caught:
        call_command("import_purchases", *map(str, words), stdout=StringIO(), stderr=StringIO())
    assert caught.value.returncode == code
    return str(caught.value)


def test_the_answer_is_one_object_with_every_count():
    answer = run(DATA / "slice.csv", "--mapping", MAPPINGS / "online_retail.json", "--source", "online_retail")

    assert set(answer) >= KEYS
    assert answer["rows_read"] == answer["rows_imported"] == answer["lines_created"] == 427
    assert (answer["customers_created"], answer["purchases_created"], answer["products_created"]) == (30, 42, 297)
    assert answer["net_total"] == {"GBP": "14974.58"} and answer["error_file"] is None
    assert answer["run"] == ImportRun.objects.get().pk and answer["seconds"] >= 0 and isinstance(answer["too_old"], int)


def test_the_source_is_named_or_is_the_mappings_name(tmp_path):
    run(written(ONE), "--mapping", mapping(tmp_path))
    run(written(ONE), "--mapping", mapping(tmp_path), "--source", "  Till   1 ")

    assert set(Purchase.objects.values_list("source", flat=True)) == {"shop", "Till 1"}


def test_a_mapping_is_remembered_for_its_source(tmp_path):
    run(written(ONE), "--mapping", mapping(tmp_path), "--source", "till")

    answer = run(written(text("2,K1,2026-11-03,A,,1,1,")), "--source", "till")

    assert answer["rows_imported"] == 1 and answer["net_total"] == {"EUR": "1.00"}


def test_without_a_mapping_the_header_is_understood():
    answer = run(written(text("1,K1,2026-11-03,A,2,1", header="Order no,Customer no,Date,SKU,Qty,Unit price")))

    assert answer["rows_imported"] == 1


def test_a_dry_run_counts_and_writes_nothing(tmp_path):
    answer = run(written(ONE), "--mapping", mapping(tmp_path), "--dry-run")

    assert answer["rows_imported"] == answer["customers_created"] == 1 and answer["run"] is None
    assert not Customer.objects.exists() and not ImportRun.objects.exists() and not ImportMapping.objects.exists()


def test_rejected_rows_stand_in_the_error_file(tmp_path):
    answer = run(written(ONE + "2,K1,2026-11-03,A,,x,1,\n"), "--mapping", mapping(tmp_path))

    lines = open(answer["error_file"], encoding="utf-8").read().splitlines()
    assert lines[0].startswith("line,column,value,reason")
    assert lines[1].startswith("3,qty,x,Not a number.")


def test_a_cell_that_a_spreadsheet_would_run_is_disarmed_in_the_error_file(tmp_path):
    answer = run(
        written(ONE + '2,K1,"=HYPERLINK(""http://x"")",A,,1,1,\n3,K1,2026-11-03,A,,-1-1,1,\n'),
        "--mapping",
        mapping(tmp_path),
    )

    assert "'=HYPERLINK" in open(answer["error_file"], encoding="utf-8").read()


def test_for_people_the_counts_are_printed_line_by_line(tmp_path):
    out = StringIO()
    call_command(
        "import_purchases", str(written(ONE)), "--mapping", str(mapping(tmp_path)), stdout=out, stderr=StringIO()
    )

    assert "rows_imported: 1" in out.getvalue().splitlines()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "not text"),
        (b"", "empty"),
        (b"PK\x03\x04", "spreadsheet"),
        (text("1,K1,2026-11-03,A,,1,1,").replace("price", "cost").encode(), "Columns are missing: price"),
        (text("1,K1,03/04/2026,A,,1,1,").encode(), "Row 2, column at"),
        (text("1,K\xff1,2026-11-03,A,,1,1,").encode("latin-1"), "Row 2, column customer"),
    ],
)
def test_an_unusable_file_ends_with_1_and_writes_nothing(tmp_path, content, says):
    assert says.lower() in fails(1, written(content), "--mapping", mapping(tmp_path)).lower()

    assert not Purchase.objects.exists() and not ImportRun.objects.exists() and not ImportMapping.objects.exists()


def test_an_unusable_file_says_why_in_json_too(tmp_path):
    out = StringIO()
    words = [str(written(text("1,K1,03/04/2026,A,,1,1,"))), "--mapping", str(mapping(tmp_path)), "--json"]
    with pytest.raises(CommandError):
        call_command("import_purchases", *words, stdout=out, stderr=StringIO())

    answer = json.loads(out.getvalue())
    assert (answer["code"], answer["row"], answer["column"], answer["value"]) == (
        "ambiguous_dates",
        2,
        "at",
        "03/04/2026",
    )


def test_wrong_usage_ends_with_2(tmp_path):
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    file = written(ONE)

    fails(2, tmp_path / "missing.csv")
    fails(2, tmp_path)
    fails(2, file, "--mapping", tmp_path / "missing.json")
    fails(2, file, "--mapping", broken)
    fails(2, file, "--mapping", mapping(tmp_path, colour="red"))
    fails(2, file, "--mapping", mapping(tmp_path, team="Nowhere"))
    fails(2, file, "--mapping", mapping(tmp_path), "--source", "revisit")
    fails(2, file, "--mapping", mapping(tmp_path), "--source", "x" * 61)
    assert not Purchase.objects.exists()
