"""The catalogue of translations: a text keeps its translation, nothing is guessed, no placeholder is lost."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import polib
import pytest

from crm.local import messages

SOURCE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
A = _("Customer")
B = _("Call %(name)s")
C = lambda n: ngettext("%(n)d day", "%(n)d days", n) % {"n": n}
D = pgettext("verb", "Open")
"""
PAGE = "{% load i18n %}{% blocktranslate trimmed with name=x %}\n  Dear {{ name }}\n{% endblocktranslate %}{% translate 'Customer' %}"


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A small project of its own."""
    if not shutil.which("xgettext"):
        pytest.skip("gettext is not installed")
    (tmp_path / "customers").mkdir()
    (tmp_path / "customers/models.py").write_text(SOURCE)
    (tmp_path / "templates/complaints").mkdir(parents=True)
    (tmp_path / "templates/complaints/detail.html").write_text(PAGE)
    monkeypatch.setattr(messages, "CHECKOUT", tmp_path)
    monkeypatch.setattr(messages, "LOCALE", tmp_path / "crm/locale")
    monkeypatch.setattr(messages, "gather", lambda top=tmp_path, real=messages.gather: real(top))
    messages.update()
    return tmp_path


def entry(text):
    return next(entry for entry in messages.load("zh_Hans") if messages.key(entry) == text)


def test_texts_of_sources_and_templates_stand_once_with_the_files_they_are_in(house):
    assert set(messages.missing()) == {"Call %(name)s", "Customer", "Dear %(name)s", "%(n)d day", "verb\u0004Open"}
    assert [name for name, _ in entry("Customer").occurrences] == [
        "customers/models.py",
        "templates/complaints/detail.html",
    ]


def test_what_is_missing_can_be_asked_for_one_part(house):
    assert set(messages.missing("templates/complaints")) == {"Customer", "Dear %(name)s"}


def test_filling_takes_texts_plurals_and_contexts(house):
    refused = messages.fill({"Customer": "客户", "%(n)d day": "%(n)d 天", "verb\u0004Open": "打开"})

    assert refused == []
    assert entry("Customer").msgstr == "客户"
    assert entry("%(n)d day").msgstr_plural == {0: "%(n)d 天"}
    assert set(messages.missing()) == {"Call %(name)s", "Dear %(name)s"}


def test_a_translation_that_loses_or_invents_a_placeholder_is_refused(house):
    refused = messages.fill({"Call %(name)s": "致电 %(nmae)s", "Customer": "客户 {x}", "Nobody says this": "没有"})

    assert refused == [
        "placeholders differ (%(name)s, %(nmae)s): 'Call %(name)s'",
        "placeholders differ ({x}): 'Customer'",
        "no such text: 'Nobody says this'",
    ]
    assert entry("Call %(name)s").msgstr == ""


def test_gathering_again_changes_nothing(house):
    messages.fill({"Customer": "客户"})
    before = messages.path_of("zh_Hans").read_bytes()

    messages.update()

    assert messages.path_of("zh_Hans").read_bytes() == before
    assert b"POT-Creation-Date" not in before and b"models.py:" not in before


def test_a_text_that_changes_is_missing_and_not_guessed(house):
    messages.fill({"Customer": "客户", "Call %(name)s": "致电 %(name)s"})
    (house / "customers/models.py").write_text(SOURCE.replace("Call %(name)s", "Call %(name)s now"))

    messages.update()

    assert "Call %(name)s now" in messages.missing() and entry("Customer").msgstr == "客户"
    assert "fuzzy" not in messages.path_of("zh_Hans").read_text()


def test_the_check_names_what_is_missing_guessed_outdated_or_broken(house):
    messages.fill(
        {"Customer": "客户", "%(n)d day": "%(n)d 天", "verb\u0004Open": "打开", "Dear %(name)s": "%(name)s，您好"}
    )
    catalogue = messages.load("zh_Hans")
    next(each for each in catalogue if each.msgid == "Customer").flags = ["fuzzy"]
    next(each for each in catalogue if each.msgid == "Dear %(name)s").msgstr = "您好"
    messages.save(catalogue, "zh_Hans")
    (house / "customers/models.py").write_text(SOURCE + 'E = _("New here")\n')

    found = "\n".join(messages.problems())

    assert "no translation: 'Call %(name)s'" in found
    assert "only guessed (fuzzy): 'Customer'" in found
    assert "placeholders differ (%(name)s): 'Dear %(name)s'" in found
    assert "not in the catalogue, run make messages: 'New here'" in found


def test_a_complete_catalogue_passes_and_compiles(house):
    texts = {"Customer": "客户", "Call %(name)s": "致电 %(name)s", "%(n)d day": "%(n)d 天", "verb\u0004Open": "打开"}
    messages.fill({**texts, "Dear %(name)s": "%(name)s，您好"})

    messages.compile_catalogues()

    assert messages.problems() == []
    compiled = polib.mofile(str(messages.path_of("zh_Hans").with_suffix(".mo")))
    assert {each.msgid: each.msgstr for each in compiled}["Customer"] == "客户"


def test_several_who_fill_at_once_lose_nothing(house):
    parts = [
        {"Customer": "客户"},
        {"Call %(name)s": "致电 %(name)s"},
        {"%(n)d day": "%(n)d 天"},
        {"verb\u0004Open": "打开"},
    ]

    with ThreadPoolExecutor() as pool:
        list(pool.map(messages.fill, parts))

    assert set(messages.missing()) == {"Dear %(name)s"}
    assert json.dumps(messages.missing())
