"""Places, braces and headers: the pure part of making a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.outbox import words


def test_values_go_into_their_places():
    assert words.finish(words.fill("Dear {name}, {text}", {"name": "A", "text": "B"}), {}) == "Dear A, B"


def test_a_value_that_looks_like_a_place_stays_what_it_is():
    filled = words.fill("{text} {link}", {"text": "{link} {{x}}"}, secret=["link"])

    assert words.finish(filled, {"link": "https://secret"}) == "{link} {{x}} https://secret"


def test_a_text_is_no_template():
    text = "{{ user.password }} {% include 'x' %} {user.name} {0} {name!r} {name:>9}"

    assert words.finish(words.fill(text, {"name": "A"}), {}) == (
        "{ user.password } {% include 'x' %} {user.name} {0} {name!r} {name:>9}"
    )


def test_a_place_without_a_value_is_refused():
    with pytest.raises(words.UnknownPlace):
        words.fill("Dear {nobody}", {"name": "A"})


@given(st.text(alphabet="{}ab_ \n", max_size=30), st.text(alphabet="{}link ", max_size=20))
def test_what_was_typed_comes_out_as_it_was_typed(typed, value):
    text = typed.replace("{", "{{").replace("}", "}}") + "{value}{link}"

    assert words.finish(words.fill(text, {"value": value}, ["link"]), {"link": "L"}) == typed + value + "L"


def test_lone_braces_are_pointed_out():
    assert words.stray_braces("Dear {name}, {{fine}} but { not") == ["ine}} but { not"]


def test_secrets_are_shown_as_dots():
    assert words.hide(words.fill("{name}: {link} {{}}", {"name": "A"}, ["link"])) == "A: •••• {}"


def test_headers_are_one_line():
    assert words.one_line("Hello\r\nBcc: all@example.com\t\0x") == "Hello Bcc: all@example.com x"
