"""What `make check` says about templates, and about itself."""

import os
import subprocess
import sys

import pytest

from crm.local.check import template_problems
from crm.local.places import CHECKOUT
from crm.local.tests.clean import environment


@pytest.fixture
def problems_of(tmp_path):
    (tmp_path / "templates/outbox").mkdir(parents=True)
    (tmp_path / "static").mkdir()
    (tmp_path / "static/icons.txt").write_text("bell  # the reminders\nphone\n")

    def problems(text: str, name: str = "templates/outbox/list.html") -> list[str]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        found = template_problems(tmp_path)
        path.unlink()
        return found

    return problems


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<p>\n<a href="/" onclick="go()">x</a>', "list.html:2: an on…= attribute"),
        ('<p class="a" style="color:red">', "a style= attribute"),
        ("<style>p {}</style>", "a <style>"),
        ("<script>go()</script>", "a <script> without src"),
        ('<script src="https://cdn.example.com/x.js"></script>', "an address of a third party"),
        ('<a href="javascript:go()">', "a javascript: address"),
        ('{% icon "bel" %}', "the icon bel is not in static/icons.txt"),
    ],
)
def test_what_the_content_security_policy_stops_is_found_before(problems_of, text, words):
    (found,) = problems_of(text)

    assert words in found


@pytest.mark.parametrize(
    "text",
    [
        "<script src=\"{% static 'js/app.js' %}\" defer></script>",
        '<script id="figures" type="application/json">{}</script>',
        "{# <p style='x'> #}{% comment %}<style>{% endcomment %}",
        '{% icon "bell" %} {% icon "phone" "icon-sm" %}',
        '<p data-once="x" class="onstyle">style= and onclick= as words</p>',
    ],
)
def test_what_is_allowed_is_not_found(problems_of, text):
    assert problems_of(text) == []


def test_mails_may_carry_their_style_with_them(problems_of):
    assert problems_of('<p style="color:red">', "templates/outbox/email/mail.html") == []


BROWSER_TEST = """
def test_one(browser): pass
def test_two(open_page): pass
def test_three(): pass
"""


def pytest_on(folder, **more: str) -> subprocess.CompletedProcess:
    (folder / "test_pages.py").write_text(BROWSER_TEST)
    words = [
        "-p",
        "crm.local.testbrowser",
        "-p",
        "no:django",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
    ]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *words, "--rootdir", str(folder), str(folder)],
        cwd=CHECKOUT,
        env=environment(**more),
        capture_output=True,
        text=True,
    )


def test_without_a_browser_its_tests_are_said_last_not_to_have_run(tmp_path):
    done = pytest_on(tmp_path, CHROMIUM="/nowhere/chromium")

    assert done.returncode == 0, done.stdout
    assert "1 passed, 2 skipped" in done.stdout
    advice, last = done.stdout.strip().splitlines()[-2:]
    assert "apt-get install chromium" in advice and last == "2 browser tests NOT RUN"


def test_on_a_build_machine_tests_that_could_not_run_are_a_failure(tmp_path):
    done = pytest_on(tmp_path, CHROMIUM="/nowhere/chromium", CI="1")

    assert done.returncode == 1
    assert done.stdout.strip().endswith("2 browser tests NOT RUN")
