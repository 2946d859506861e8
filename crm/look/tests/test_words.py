"""Times, numbers and money as people read them, in both languages."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from crm.look import words

NOW = datetime(2026, 11, 17, 2, 42, tzinfo=UTC)  # Tuesday 10:42 in Shanghai


@pytest.fixture(autouse=True)
def _shanghai():
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        yield


def english():
    return translation.override("en")


def chinese():
    with translation.override("zh-hans"):
        if translation.gettext("just now") == "just now":
            pytest.skip("the Chinese catalogue is not built")
    return translation.override("zh-hans")


@pytest.mark.parametrize(
    ("delta", "said"),
    [
        (timedelta(seconds=24), "24 s"),
        (timedelta(minutes=28), "28 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(hours=3, minutes=10), "3 h 10"),
        (timedelta(hours=1, minutes=5), "1 h 05"),
        (timedelta(days=2, hours=4, minutes=59), "2 d 4 h"),
        (timedelta(days=2, minutes=59), "2 d"),
        (timedelta(days=9, hours=4), "9 d"),
        (timedelta(hours=-3, minutes=-10), "3 h 10"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(delta, said):
    with english():
        assert words.duration(delta) == said


@pytest.mark.parametrize(
    ("delta", "said"),
    [
        (timedelta(minutes=28), "28 分钟"),
        (timedelta(hours=3, minutes=10), "3 小时 10 分"),
        (timedelta(days=2, hours=4), "2 天 4 小时"),
    ],
)
def test_a_duration_in_chinese_has_spaces_around_its_figures(delta, said):
    with chinese():
        assert words.duration(delta) == said


@pytest.mark.parametrize(
    ("delta", "said", "said_in_chinese"),
    [
        (timedelta(seconds=-20), "just now", "刚刚"),
        (timedelta(minutes=-5), "5 min ago", "5 分钟前"),
        (timedelta(hours=-2, minutes=-50), "2 h ago", "2 小时前"),
        (timedelta(hours=3, minutes=20), "in 3 h", "3 小时后"),
        (timedelta(days=3, hours=1), "in 3 d", "3 天后"),
        (timedelta(days=-200), "Fri 1 May", "5 月 1 日 周五"),
    ],
)
def test_relative_time_uses_its_largest_unit_and_becomes_a_date_when_far_away(delta, said, said_in_chinese):
    with english():
        assert words.relative(NOW + delta, NOW) == said
    with chinese():
        assert words.relative(NOW + delta, NOW) == said_in_chinese


def test_a_deadline_says_what_is_left_and_by_how_much_it_has_passed():
    with english():
        assert words.left(timedelta(minutes=28)) == "28 min left"
        assert words.left(-timedelta(hours=3, minutes=10)) == "3 h 10 overdue"
    with chinese():
        assert words.left(timedelta(minutes=28)) == "剩 28 分钟"
        assert words.left(-timedelta(hours=3, minutes=10)) == "逾期 3 小时 10 分"


def test_working_time_is_said_in_hours_only():
    with english():
        assert words.duration(timedelta(hours=24), working=True) == "24 h"
        assert words.left(timedelta(hours=13, minutes=30), working=True) == "13 h 30 left"
        assert words.left(-timedelta(hours=26), working=True) == "26 h overdue"


def test_the_exact_time_has_its_weekday_in_the_readers_zone_and_the_year_only_when_it_is_another():
    late_in_utc = datetime(2026, 11, 16, 20, 30, tzinfo=UTC)  # Tuesday in Shanghai, Monday in London
    with english():
        assert words.exact(late_in_utc, NOW) == "Tue 17 Nov 04:30"
        assert words.day(date(2025, 2, 3), NOW) == "Mon 3 Feb 2025"
        with timezone.override(ZoneInfo("Europe/London")):
            assert words.exact(late_in_utc, NOW) == "Mon 16 Nov 20:30"
    with chinese():
        assert words.exact(late_in_utc, NOW) == "11 月 17 日 周二 04:30"
        assert words.day(date(2025, 2, 3), NOW) == "2025 年 2 月 3 日 周一"


def test_days_around_now_have_words_of_their_own():
    with english():
        assert words.moment(NOW + timedelta(hours=1), NOW) == "today 11:42"
        assert words.moment(NOW + timedelta(days=1), NOW) == "tomorrow 10:42"
        assert words.moment(NOW + timedelta(days=2), NOW) == "Thu 19 Nov 10:42"
    with chinese():
        assert words.moment(NOW - timedelta(days=1), NOW) == "昨天 10:42"


def test_money_has_its_sign_in_front_and_an_unknown_currency_its_code():
    assert words.money(Decimal("1234.5"), "GBP") == "£1,234.50"
    assert words.money(Decimal(-12), "CNY") == "−¥12.00"
    assert words.money(Decimal("1234.5"), "JPY") == "JP¥1,234"
    assert words.money(Decimal("8300065.81"), "GBP", whole=True) == "£8,300,066"
    assert words.money(Decimal(5), "CHF") == "CHF 5.00"
    assert words.money(None, "GBP") == ""


def test_numbers_have_thousands_separators_in_both_languages():
    for language in (english, chinese):
        with language():
            assert words.number(22190) == "22,190"
            assert words.number(Decimal("3.50")) == "3.5"
            assert words.number(Decimal(500)) == "500"
            assert words.number(-7) == "−7"


def test_chinese_mobile_numbers_are_spaced_as_they_are_spoken():
    assert words.phone("+8613800138000") == "138 0013 8000"
    assert words.phone("138-0013-8000") == "138 0013 8000"
    assert words.phone("+44 7700 900318") == "+44 7700 900318"
