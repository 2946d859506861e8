"""Numbers and times as tills write them, and what each is taken for."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.purchase_import.values import (
    Bad,
    Numbers,
    OrderNeeded,
    Times,
    could_be_two,
    could_be_two_dates,
    date_order,
    decimal_mark,
)


def number(text, mark=""):
    return Numbers(below=10**12, mark=mark)[text]


def at(text, zone="UTC", **how):
    return Times(zone=ZoneInfo(zone), **how)[text]


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("6", "6"),
        (" 6 ", "6"),
        ("-24", "-24"),
        ("+3", "3"),
        ("2.55", "2.55"),
        (".5", ".5"),
        ("5.", "5"),
        ("0", "0"),
        ("0.001", "0.001"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234.50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("12,5", "12.5"),
        ("12,50", "12.50"),
        ("0,123", "0.123"),
        ("(5)", "-5"),
        ("(1,234.50)", "-1234.50"),
        ("5-", "-5"),
        ("−7", "-7"),
        ("１２", "12"),
        ("１，２３４．５０", "1234.50"),
        ("¥1,299.00", "1299.00"),
        ("￥88", "88"),
        ("-£3.20", "-3.20"),
        ("£-3.20", "-3.20"),
        ("88 元", "88"),
        ("EUR 12.50", "12.50"),
        ("12,50 €", "12.50"),
        ("1e3", "1000"),
        ("1.5E-2", "0.015"),
    ],
)
def test_a_number_is_read_as_people_write_it(text, means):
    assert number(text) == means


@pytest.mark.parametrize(
    "text",
    ["x", "1.2.3", "1,2,3", "12abc", "--5", "1/2", "NaN", "inf", "#N/A", "1,23,456", "٫", "()", "-", "1 2", "0x10"],
)
def test_what_is_no_number_says_so(text):
    assert number(text) == Bad("not_a_number")


def test_an_empty_cell_is_no_number_and_no_error():
    assert number("  ") is None


@pytest.mark.parametrize("text", ["1" * 30, "1e300", "-1e13", "999999999999999"])
def test_a_huge_number_is_refused_and_does_not_break_anything(text):
    assert number(text) == Bad("too_large")


def test_a_number_that_could_be_two_asks_for_the_whole_column():
    assert could_be_two("1,234") and could_be_two("1.234") and not could_be_two("1,2345")
    with pytest.raises(OrderNeeded):
        number("1,234", mark=None)


@pytest.mark.parametrize(
    ("mark", "comma", "point"),
    [
        ("", "1234", "1.234"),
        (".", "1234", "1.234"),
        (",", "1.234", "1234"),
        ("both", Bad("unclear_number"), Bad("unclear_number")),
    ],
)
def test_what_the_column_proves_decides_what_could_be_two(mark, comma, point):
    assert (number("1,234", mark), number("1.234", mark)) == (comma, point)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("12,50", ","),
        ("2.55", "."),
        ("1.234,50", ","),
        ("1,234.50", "."),
        ("1,234", ""),
        ("1.234", ""),
        ("7", ""),
        ("x", ""),
    ],
)
def test_a_number_proves_its_decimal_mark_or_nothing(text, mark):
    assert decimal_mark(text) == mark


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_every_amount_comes_back_from_both_ways_of_writing_it(amount):
    english = f"{amount:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))

    assert float(number(english)) == float(number(german)) == float(amount)


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_bad_and_never_an_error(text):
    result = number(text)

    assert result is None or isinstance(result, Bad) or float(result) is not None


# --- Times -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-03 14:30",
        "2026-11-03 14:30:00",
        "2026-11-03T14:30",
        "2026-11-03T14:30:00Z",
        "2026-11-03T15:30:00+01:00",
        "2026-11-03 22:30+0800",
        "2026-11-03 14:30:00.000",
        "2026/11/03 14:30",
        "2026/11/3 14:30",
        "2026.11.03 14:30",
        "03.11.2026 14:30",
        "3.11.2026 14:30:00",
        "2026年11月3日 14:30",
        "2026年11月3日14:30",
        "2026年11月3日 14时30分",
        "20261103143000",
        "20261103 1430",
        "2026-11-03 2:30 PM",
    ],
)
def test_a_time_is_read_in_the_formats_that_say_it_clearly(text):
    assert at(text) == "2026-11-03T14:30:00+00:00"


def test_a_day_without_a_time_begins_at_midnight_of_the_files_zone():
    assert at("2026-11-03", zone="Asia/Shanghai") == "2026-11-02T16:00:00+00:00"
    assert at("20261103", zone="Asia/Shanghai") == "2026-11-02T16:00:00+00:00"


@pytest.mark.parametrize("text", ["25/03/2026", "25-03-2026", "03/25/2026"])
def test_a_date_that_only_makes_sense_one_way_is_read_that_way(text):
    assert at(text) == "2026-03-25T00:00:00+00:00"
    assert date_order(text) == ("day" if text.startswith("25") else "month")


def test_a_date_that_could_be_two_is_asked_not_guessed():
    assert (
        could_be_two_dates("03/04/2026")
        and not could_be_two_dates("03.04.2026")
        and not could_be_two_dates("04/04/2026")
    )
    with pytest.raises(OrderNeeded):
        at("03/04/2026")


def test_the_order_of_the_column_or_the_format_of_the_mapping_answers():
    assert at("03/04/2026", order="day") == "2026-04-03T00:00:00+00:00"
    assert at("03/04/2026", order="month") == "2026-03-04T00:00:00+00:00"
    assert at("03/04/2026 08:15", date_format="%m/%d/%Y %H:%M") == "2026-03-04T08:15:00+00:00"


@pytest.mark.parametrize(
    "text",
    [
        "2026-13-01",
        "2026-02-30",
        "31.04.2026",
        "yesterday",
        "2026-11-03 25:00",
        "03/04/26",
        "13:00",
        "2026",
        "13/13/2026",
    ],
)
def test_what_is_no_date_says_so(text):
    assert at(text) == Bad("not_a_date")


def test_a_date_out_of_time_says_which_way():
    assert at("1899-12-31") == Bad("too_early")
    assert at("2026-11-25", until=datetime(2026, 11, 24, tzinfo=UTC)) == Bad("in_the_future")
    assert at("2026-11-25") == "2026-11-25T00:00:00+00:00"


def test_a_wall_clock_that_summer_time_leaves_out_counts_by_the_clock_before_it():
    # 01:30 on 29 March 2026 does not exist in London: the clock goes from 01:00 to 02:00.
    assert at("2026-03-29 01:30", zone="Europe/London") == "2026-03-29T01:30:00+00:00"


def test_a_wall_clock_that_comes_twice_is_the_first_of_both():
    assert at("2026-10-25 01:30", zone="Europe/London") == "2026-10-25T00:30:00+00:00"


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_bad_or_a_question(text):
    try:
        result = at(text)
    except OrderNeeded:
        return
    assert result is None or isinstance(result, str | Bad)


def test_what_is_remembered_is_bounded():
    numbers = Numbers(below=10**12, mark="")
    for n in range(120_000):
        numbers[str(n)]
    assert len(numbers) <= 50_000
