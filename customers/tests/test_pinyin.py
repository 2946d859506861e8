"""Chinese names are split, read and sorted as people do it."""

import pytest

from customers import pinyin


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("张三", "张", "三"),
        ("欧阳清", "欧阳", "清"),
        ("歐陽菲菲", "歐陽", "菲菲"),
        ("司马相如", "司马", "相如"),
        ("万俟卨", "万俟", "卨"),
        ("欧阳", "欧", "阳"),
        ("单", "单", ""),
        ("阿凡提·买买提", "买买提", "阿凡提"),
        ("Margaret Ellison", "Ellison", "Margaret"),
        ("Ellison, Margaret", "Ellison", "Margaret"),
        ("Jan van Dyck", "Dyck", "Jan van"),
        ("Cher", "Cher", ""),
        ("", "", ""),
    ],
)
def test_a_name_is_split_into_family_and_given(name, family, given):
    assert pinyin.split_name(name) == (family, given)


def test_chinese_sorts_by_pinyin_with_the_surnames_reading():
    names = [
        "阿明",
        "Bob",
        "alice",
        "李四",
        "曾国藩",
        "单雄信",
        "仇英",
        "王五",
        "张三",
        "欧阳清",
        "Émile",
        "张三丰",
        "查良镛",
    ]

    assert sorted(names, key=pinyin.sort_key) == [
        "阿明", "alice", "Bob", "Émile", "李四", "欧阳清", "仇英", "单雄信", "王五", "曾国藩", "查良镛", "张三", "张三丰",
    ]  # fmt: skip


def test_the_nameless_stand_behind_all_others_by_number():
    keys = [pinyin.sort_key("", "C-100002"), pinyin.sort_key("张三", "C-100001"), pinyin.sort_key("", "C-100001")]

    assert sorted(keys) == [keys[1], keys[2], keys[0]]


def test_the_key_fits_its_column():
    assert len(pinyin.sort_key("庄" * 200)) <= 240


def test_every_surname_of_the_table_reads_otherwise_than_its_character_alone():
    """Else the entry says nothing, and the table hides which ones matter."""
    from pypinyin import lazy_pinyin

    for surname, reading in pinyin.SURNAMES.items():
        assert lazy_pinyin(surname)[0].replace("ü", "v") != reading, surname


def test_a_name_of_heteronyms_does_not_explode():
    assert len(pinyin.readings("单曾仇解区查盖朴任华")) <= 4
    assert pinyin.readings("") == pinyin.readings("Ellison") == []
