"""Which files are read, and which are refused before anything is written, with row and column."""

import gzip

import pytest

from customers.models import Customer, ImportRun, Product, Purchase, PurchaseLine
from customers.purchase_import import MappingError, Unusable, read_mapping
from customers.purchase_import.opening import open_file
from customers.tests.files_to_import import COLUMNS, HEADER, MAPPING, imported, refused, rows_of, text, written

pytestmark = pytest.mark.django_db

ONE = "1,K1,2026-11-03 10:00,A,Apfel,2,2.50,Österreich"
GERMAN = "1;K1;03.11.2026 10:00;A;Apfel;2;2,50;Österreich"
CHINESE = "1,K1,2026年11月3日 10:00,A,轮胎，大号,2,2.50,杭州"


def one_purchase() -> tuple:
    purchase = Purchase.objects.get()
    line = purchase.lines.get()
    return str(purchase.amount), line.description, purchase.country, line.product.code


def refusal(content, **mapping) -> Unusable:
    with pytest.raises(Unusable) as caught:
        imported(content, **mapping)
    assert not Purchase.objects.exists() and not Customer.objects.exists() and not Product.objects.exists()
    assert not PurchaseLine.objects.exists() and not ImportRun.objects.exists()
    return caught.value


# --- Read ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_in_unicode_is_read_whatever_the_mark_at_its_beginning(encoding):
    imported(text(ONE).encode(encoding))

    assert one_purchase() == ("5.00", "Apfel", "Österreich", "A")


def test_chinese_in_gb18030_is_found_out():
    report = imported(text(CHINESE, header=HEADER).encode("gb18030"))

    assert one_purchase() == ("5.00", "轮胎，大号", "杭州", "A")
    assert report.opened.encoding == "gb18030"


def test_an_encoding_that_cannot_be_found_out_can_be_named():
    assert refusal(text(ONE).encode("cp1252")).code == "no_known_encoding"

    imported(text(ONE).encode("cp1252"), encoding="windows-1252")
    assert one_purchase()[2] == "Österreich"


def test_latin_letters_are_not_taken_for_chinese_ones():
    # Every byte of this is valid GB18030: André's é and s would be one character.
    content = text("1,K1,2026-11-03,A,Andr\xe9s,1,2.50,").encode("latin-1")

    problem = refusal(content)

    assert (problem.code, problem.row, problem.column) == ("no_known_encoding", 2, "name")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_voted_by_the_header(delimiter):
    content = text(ONE).replace(",", delimiter)

    imported(content)

    assert one_purchase() == ("5.00", "Apfel", "Österreich", "A")


def test_decimal_commas_of_a_semicolon_file_do_not_make_it_a_comma_file():
    content = text(GERMAN, "2;K1;03.11.2026;B;Birne, rot;1;1.234,50;", header=HEADER.replace(",", ";"))

    imported(content)

    assert [str(p.amount) for p in Purchase.objects.order_by("reference")] == ["5.00", "1234.50"]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_lines_may_end_as_on_any_machine(end):
    imported(text(ONE).replace("\n", end))

    assert one_purchase()[0] == "5.00"


def test_a_packed_file_is_read_as_it_is_whatever_its_name():
    imported(written(text(ONE), packed=True))

    assert one_purchase()[0] == "5.00"


def test_a_file_without_a_last_line_end_loses_nothing():
    assert rows_of(imported(text(ONE, ONE.replace("1,K1", "2,K1")).rstrip("\n"))) == {"imported": 2}


def test_line_ends_and_delimiters_within_quotation_marks_belong_to_the_cell():
    report = imported(text('1,K1,2026-11-03,A,"Big, ""red""\nbox",1,2.50,', "2,K1,x,A,,1,2.50,"))

    assert PurchaseLine.objects.get().description == 'Big, "red" box'
    assert refused(report) == [(4, "at", "x", "not_a_date")]  # the line of the file, not the number of the row


def test_blank_lines_and_lines_of_delimiters_are_no_rows():
    report = imported("\n" + text("", ONE, ",,,,,,,", "   ", "", "2,K1,2026-11-03,A,,1,1,", ""))

    assert report.counts["rows_read"] == 2
    assert rows_of(report) == {"imported": 2}


def test_the_line_that_spreadsheets_write_first_is_understood():
    imported("sep=;\n" + text(GERMAN, header=HEADER.replace(",", ";")))

    assert one_purchase()[0] == "5.00"


def test_empty_columns_at_the_end_are_nothing():
    report = imported(text(ONE + ",,", "2,K1,2026-11-03,A,,1,1,", "3,K1,2026-11-03,A,,1,1,,", header=HEADER + ",,"))

    assert rows_of(report) == {"imported": 3}


def test_ragged_rows_are_refused_and_the_others_are_imported():
    report = imported(
        text(ONE, "2,K1,2026-11-03,A,Apfel,2", "3,K1,2026-11-03,A,x,1,2,y,too much", "4,K1,2026-11-03,A,,1,1,")
    )

    assert rows_of(report) == {"imported": 2, "rejected": 2}
    assert [(line, code) for line, _column, _value, code in refused(report)] == [(3, "ragged"), (4, "ragged")]


def test_headers_may_have_blanks_around_them_and_another_case():
    imported(text(ONE, header=" Order , CUSTOMER,at ,Sku,name,QTY,price,country"))

    assert one_purchase()[0] == "5.00"


def test_a_double_header_that_nobody_maps_does_no_harm():
    imported(text(ONE + ",x,y", header=HEADER + ",note,note"))

    assert one_purchase()[0] == "5.00"


def test_without_a_mapping_the_header_is_understood_in_english():
    imported(
        text(
            "1,K1,2026-11-03,A,Apfel,2,2.50,UK",
            header="Invoice No,Customer ID,Invoice Date,StockCode,Description,Quantity,Unit Price,Country",
        ),
        columns={},
    )

    assert one_purchase() == ("5.00", "Apfel", "UK", "A")


def test_without_a_mapping_the_header_is_understood_in_chinese():
    imported(
        text(
            "1,K1,2026-11-03,A,轮胎,2,5,杭州",
            header="订单编号,客户编号,下单时间,商品编码,商品名称,数量,金额（元）,地区",
        ),
        columns={},
    )

    assert one_purchase() == ("5.00", "轮胎", "杭州", "A")


def test_a_header_alone_is_an_import_of_nothing():
    report = imported(HEADER + "\n")

    assert report.counts["rows_read"] == 0 and ImportRun.objects.get().state == "done"


# --- Refused -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n\n \n", "empty"),
        (b"PK\x03\x04rest of a workbook", "spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "spreadsheet"),
        (b"%PDF-1.7\n", "no_known_encoding"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "holds_nul"),
        (b"BZh91AY&SY", "archive"),
        (gzip.compress(gzip.compress(b"a,b\n", mtime=0), mtime=0), "archive"),
        (gzip.compress(b"PK\x03\x04", mtime=0), "spreadsheet"),
        (gzip.compress(b"", mtime=0), "empty"),
        (gzip.compress(text(ONE).encode() * 50, mtime=0)[:-9], "broken_gzip"),
        (b"\x1f\x8b\x08\0garbage that is not packed", "broken_gzip"),
    ],
)
def test_what_is_not_text_is_refused(content, code):
    assert refusal(content).code == code


def test_a_byte_that_is_not_text_is_named_by_row_and_column():
    content = text(ONE, ONE.replace("1,K1", "2,K2")).encode().replace(b"2,K2", b"2,K\xff2")

    problem = refusal(content)

    assert (problem.row, problem.column) == (3, "customer")
    assert "Row 3, column customer" in str(problem)


def test_a_nul_is_not_text_wherever_it_stands():
    problem = refusal(text(ONE, "2,K1,2026-11-03,A,App\0le,1,1,"))

    assert (problem.code, problem.row, problem.column) == ("holds_nul", 3, "name")


def test_a_wrong_encoding_in_the_mapping_is_said_and_not_repaired():
    problem = refusal(text(ONE).encode("cp1252"), encoding="utf-8")

    assert (problem.code, problem.row, problem.column, problem.detail) == ("not_text", 2, "country", "utf-8")


def test_missing_columns_are_named():
    problem = refusal(text("1,K1,2026-11-03,A,2", header="order,customer,at,sku,qty"))

    assert problem.code == "missing_columns" and "price" in problem.column and problem.row == 1


def test_a_mapping_that_forgets_a_column_is_unusable():
    columns = {key: value for key, value in COLUMNS.items() if key != "at"}

    assert refusal(text(ONE), columns=columns).detail == "at"


def test_a_header_that_names_a_mapped_column_twice_is_unusable():
    problem = refusal(text(ONE + ",3", header=HEADER + ",price"))

    assert (problem.code, problem.column) == ("double_column", "price")


def test_a_quotation_mark_that_is_never_closed_swallows_nothing():
    problem = refusal(text(ONE, '2,K1,2026-11-03,A,"5 inch,1,1,', "3,K1,2026-11-03,A,,1,1,"))

    assert (problem.code, problem.row) == ("quote_never_closed", 3)


def test_a_quotation_mark_that_is_closed_much_later_is_reported_with_its_lines():
    report = imported(
        text('2,K1,2026-11-03,A,"5 inch,1,1,', "3,K1,2026-11-03,A,,1,1,", '4,K1,2026-11-03,A,"6 inch,1,1,', ONE)
    )

    assert [(line, code) for line, _c, _v, code in refused(report)] == [(2, "runs_on")]
    assert rows_of(report) == {"imported": 1, "rejected": 1}


def test_a_cell_longer_than_any_cell_is_refused():
    problem = refusal(text(ONE, '2,K1,2026-11-03,A,"' + "x\n" * 80_000 + '",1,1,'))

    assert (problem.code, problem.row) == ("quote_never_closed", 3)


def test_a_line_without_end_is_refused_without_being_held_in_memory():
    assert refusal(text(ONE) + "x" * 1_100_000).code == "line_too_long"


def test_the_limit_counts_what_a_packed_file_unpacks_to(settings):
    settings.IMPORT_MAX_BYTES = 100_000
    bomb = gzip.compress(text(*["1,K1,2026-11-03,A,Apfel,2,2.50,UK"] * 5000).encode())
    assert len(bomb) < 5000

    assert refusal(bomb).code == "too_large"


def test_the_limit_is_the_files_size_and_not_more(settings):
    content = text(ONE).encode()
    settings.IMPORT_MAX_BYTES = len(content)
    imported(content)
    assert Purchase.objects.count() == 1

    settings.IMPORT_MAX_BYTES = len(content) - 1
    with pytest.raises(Unusable):
        imported(content, source="other")


def test_ambiguous_dates_are_asked_with_row_and_column():
    problem = refusal(text("1,K1,04/04/2026,A,,1,1,", "2,K1,03/04/2026,A,,1,1,"))

    assert (problem.code, problem.row, problem.column, problem.value) == ("ambiguous_dates", 3, "at", "03/04/2026")


@pytest.mark.parametrize("said", ["%d/%m/%Y", "day-first"])
def test_the_mapping_answers_what_was_asked(said):
    imported(text("2,K1,03/04/2026,A,,1,1,"), date_format=said)

    assert str(Purchase.objects.get().happened_on) == "2026-04-03"


def test_one_clear_date_of_the_column_makes_the_others_clear():
    imported(text("1,K1,03/04/2026,A,,1,1,", "2,K1,25/04/2026,A,,1,1,"))

    assert [str(p.happened_on) for p in Purchase.objects.order_by("reference")] == ["2026-04-03", "2026-04-25"]


def test_dates_that_contradict_each_other_leave_the_others_ambiguous():
    assert (
        refusal(text("1,K1,03/04/2026,A,,1,1,", "2,K1,25/04/2026,A,,1,1,", "3,K1,04/25/2026,A,,1,1,")).code
        == "ambiguous_dates"
    )


def test_a_thousand_or_one_and_a_bit_is_told_by_the_rest_of_the_file():
    german = text('1,K1,2026-11-03,A,,1,"1.234",', '2,K1,2026-11-03,A,,1,"12,50",')
    english = text('1,K2,2026-11-03,A,,1,"1,234",', '2,K2,2026-11-03,A,,1,"12.50",')
    both = text('1,K3,2026-11-03,A,,1,"1,234",', '2,K3,2026-11-03,A,,1,"12.50",', '3,K3,2026-11-03,A,,1,"12,50",')

    imported(german, source="german")
    imported(english, source="english")
    report = imported(both, source="both")

    assert str(Purchase.objects.get(source="german", reference="1").amount) == "1234.00"
    assert str(Purchase.objects.get(source="english", reference="1").amount) == "1234.00"
    assert [code for _l, _c, _v, code in refused(report)] == ["unclear_number"]


# --- Mappings ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {"colums": {}},
        {"columns": {"order": "x"}},
        {"columns": {"purchase": 3}},
        {"columns": {"purchase": "a", "customer": "a"}},
        {"encoding": "klingon"},
        {"encoding": "base64"},
        {"delimiter": "::"},
        {"date_format": "%d/%m"},
        {"date_format": "%H:%M"},
        {"timezone": "Mars/Olympus"},
        {"timezone": "../../etc/passwd"},
        {"currency": "euro"},
        {"without_customer": "perhaps"},
        {"returns": "C"},
        {"returns": {"suffix": "C"}},
        {"shift_dates_to_end_today": "yes"},
        {"team": []},
    ],
)
def test_a_wrong_mapping_is_refused_with_its_reason(wrong):
    with pytest.raises(MappingError) as caught:
        read_mapping(wrong)
    assert str(caught.value)


def test_a_team_that_does_not_exist_is_a_wrong_mapping():
    with pytest.raises(MappingError):
        imported(text(ONE), team="Nowhere")


def test_empty_keys_of_a_mapping_mean_that_nothing_is_said():
    assert read_mapping({**MAPPING, "delimiter": None, "encoding": "", "team": ""}).as_dict()["delimiter"] == ""


@pytest.mark.parametrize("name", ["comma", ",", "tab", "\t", "semicolon"])
def test_a_delimiter_has_a_name_or_is_itself(name):
    assert read_mapping({"delimiter": name}).delimiter in ",\t;"


def test_what_is_called_gb2312_is_read_as_gb18030():
    assert read_mapping({"encoding": "GB2312"}).encoding == read_mapping({"encoding": "gbk"}).encoding == "gb18030"


def test_opening_counts_lines_and_bytes():
    opened = open_file(written(text(ONE, ONE), packed=True), read_mapping(MAPPING))

    assert (opened.lines, opened.bytes, opened.header_line) == (3, len(text(ONE, ONE).encode()), 1)
