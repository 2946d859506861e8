"""Telephone numbers in every notation that people paste."""

import pytest

from customers import phones

CASES = [
    ("13800138000", "+8613800138000"),
    ("138 0013 8000", "+8613800138000"),
    ("138-0013-8000", "+8613800138000"),
    ("138–0013—8000", "+8613800138000"),
    ("１３８００１３８０００", "+8613800138000"),
    ("＋８６ １３８ ００１３ ８０００", "+8613800138000"),
    ("+86 138 0013 8000", "+8613800138000"),
    ("+86-138-0013-8000", "+8613800138000"),
    ("0086 138 0013 8000", "+8613800138000"),
    ("008613800138000", "+8613800138000"),
    ("8613800138000", "+8613800138000"),
    ("(+86) 138 0013 8000", "+8613800138000"),
    (" 138\u00a00013\u20078000 ", "+8613800138000"),
    ("138-0013-8000 转 8", "+8613800138000;ext=8"),
    ("0571-8888 6666", "+8657188886666"),
    ("(0571) 8888-6666", "+8657188886666"),
    ("0571-88886666转801", "+8657188886666;ext=801"),
    ("0571-88886666-801", "+8657188886666;ext=801"),
    ("0571 88886666 分机 801", "+8657188886666;ext=801"),
    ("0571 88886666 ext. 801", "+8657188886666;ext=801"),
    ("0571 88886666 x801", "+8657188886666;ext=801"),
    ("17957000004", "+8617957000004"),
    ("010-6552 9988", "+861065529988"),
    ("400-800-8000", "+864008008000"),
    ("+852 2345 6789", "+85223456789"),
    ("+886 912 345 678", "+886912345678"),
    ("+44 7700 900142", "+447700900142"),
    ("+44 (0)7700 900 318", "+447700900318"),
    ("+1 (212) 555-0123", "+12125550123"),
]


@pytest.mark.parametrize(("pasted", "stored"), CASES)
def test_a_pasted_number_is_stored_in_one_form(pasted, stored):
    assert phones.normalise(pasted).normalised == stored


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "abc",
        "withheld",
        "Anonymous",
        "未知",
        "12",
        "1380013800",
        "138001380001",
        "138O0138000",
        "1234567890123456789",
    ],
)
def test_what_is_no_number_is_said_not_guessed(text):
    with pytest.raises(phones.NotAPhone):
        phones.normalise(text)
    assert phones.read(text) is None


def test_the_message_says_what_is_wrong():
    def said(text):
        with pytest.raises(phones.NotAPhone) as refused:
            phones.normalise(text)
        return str(refused.value.message)

    assert said("1380013800") == "A mobile number has 11 digits."
    assert said("withheld") == "The caller's number is withheld."
    assert said("call me") == "This is not a telephone number."


def test_a_stored_number_stays_itself():
    for _pasted, stored in CASES:
        assert phones.stored(stored).normalised == stored


def test_masking_shows_enough_to_recognise_and_too_little_to_dial():
    assert phones.masked("+8613800138000") == "138 ••••• 000"
    assert phones.masked("+85223456789") == "234 •• 789"
    assert phones.masked("+8612345") == "•••••"


def test_a_number_is_shown_as_it_is_spoken():
    assert phones.shown("+8613800138000") == "138 0013 8000"
    assert phones.shown("+8617935470896") == "179 3547 0896"
    assert phones.shown("+8657188886666;ext=801") == "0571 8888 6666 #801"
    assert phones.shown("+861080005946") == "010 8000 5946"  # a block that phonenumbers does not know
    assert phones.shown("+867318007820") == "0731 800 7820"
    assert phones.shown("+864008208820") == "400 820 8820"
    assert phones.shown("+447700900142") == "+44 7700 900142"
