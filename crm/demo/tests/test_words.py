"""Every story has its words in its own language and can be told of something that was really bought."""

import re

import pytest

from crm.demo.goods import goods
from crm.demo.plots import OPEN, RECENT, STORIES, _fits
from crm.demo.shop import ledger, people
from crm.demo.words import calls, contacts, opinions

HAN = re.compile("[一-鿿]")


@pytest.mark.parametrize("story", STORIES.values(), ids=lambda story: story.key)
def test_a_story_can_be_told_and_is_in_one_language(story):
    bought = [sale for sale in ledger().sales if people()[sale.customer]["language"] == story.language]

    assert any(_fits(story, sale) for sale in bought)
    for text in (story.subject, story.says, story.resolution, story.letter, story.reply, story.again, story.second):
        filled = text.format(goods="", n="", order="", day="")
        assert not filled or bool(HAN.search(filled)) == story.language.startswith("zh"), filled


def test_every_named_case_has_a_story():
    assert {row[0] for row in (*OPEN, *RECENT)} <= set(STORIES)


def test_both_languages_have_words_for_everything():
    for table in (calls.REACHED, calls.MISSED, opinions.AFTER_PURCHASE, opinions.AFTER_COMPLAINT):
        kinds = {kind for kind, _language in table}
        assert set(table) == {(kind, language) for kind in kinds for language in ("zh-hans", "en")}
    assert set(contacts.SAID) == set(calls.CANCELLED) == {"zh-hans", "en"}


def test_addresses_and_numbers_belong_to_nobody():
    for person in people().values():
        assert not person["email"] or person["email"].endswith(("@example.com", "@example.org"))
        for phone in (person["phone"], person["phone2"]):
            if phone.startswith("+44"):
                assert re.match(r"\+44 (7700 900|20 7946 0|29 2018 0|1\d1 496 0|11\d 496 0|191 498 0)", phone), phone


def test_goods_have_a_name_in_both_languages():
    assert goods("WHITE HANGING HEART T-LIGHT HOLDER").said("zh-hans") == "烛台"
    assert goods("JUMBO BAG RED RETROSPOT").said("en") == "shopping bags"
