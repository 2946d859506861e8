"""Lists by key: both ways, every order, ties, strange cursors."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core import signing
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Length, Mod
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from crm.look.paging import SALT, Count, Sort, count_up_to, paginate

NAME = Sort("name", "Name", ("name", "pk"))
NEWEST = Sort("newest", "Newest", ("-pk",))
MIXED = Sort("mixed", "Mixed", ("-kind", "pk"))
SORTS = [NAME, NEWEST]


@pytest.fixture
def groups(db):
    Group.objects.bulk_create([Group(name=f"row {n:03d}") for n in range(25)])
    return Group.objects.filter(name__startswith="row")


def ask(query=""):
    return RequestFactory().get(f"/list/{query}")


def names(page):
    return [row.name.removeprefix("row ") for row in page.rows]


def walk(queryset, sorts, query="", size=10, limit=20):
    """All pages forwards by their own links."""
    pages = []
    url = query
    for _step in range(limit):
        page = paginate(queryset, ask(url), sorts, size=size)
        pages.append(page)
        if not page.next_url:
            return pages
        url = page.next_url
    raise AssertionError("the list never ends")


def test_walking_forwards_shows_each_row_once(groups):
    pages = walk(groups, SORTS)

    assert [len(page.rows) for page in pages] == [10, 10, 5]
    assert [name for page in pages for name in names(page)] == [f"{n:03d}" for n in range(25)]
    assert pages[0].previous_url == ""


def test_walking_backwards_shows_the_same_pages(groups):
    pages = walk(groups, SORTS)

    back = paginate(groups, ask(pages[2].previous_url), SORTS, size=10)
    first = paginate(groups, ask(back.previous_url), SORTS, size=10)

    assert names(back) == names(pages[1])
    assert names(first) == names(pages[0])
    assert first.previous_url == ""
    assert first.next_url == pages[0].next_url


def test_rows_that_arrive_meanwhile_move_nothing(groups):
    first = paginate(groups, ask("?sort=newest"), SORTS, size=10)

    Group.objects.create(name="row new")
    second = paginate(groups, ask(first.next_url), SORTS, size=10)

    assert names(second) == [f"{n:03d}" for n in range(14, 4, -1)]


@pytest.mark.parametrize("key", ["mixed", "-mixed"])
def test_ties_in_mixed_directions_lose_no_row(groups, key):
    rows = groups.annotate(kind=Mod(F("pk"), Value(3)))
    wanted = list(
        rows.order_by(*(MIXED.fields if key == "mixed" else MIXED.backwards.fields)).values_list("pk", flat=True)
    )

    pages = walk(rows, [MIXED], f"?sort={key}", size=4)

    assert [row.pk for page in pages for row in page.rows] == wanted
    back = paginate(rows, ask(pages[3].previous_url), [MIXED], size=4)
    assert [row.pk for row in back.rows] == [row.pk for row in pages[2].rows]


def test_an_order_by_an_annotation_and_by_a_related_row_works(people):
    rows = (
        get_user_model().objects.annotate(length=Length("username")).filter(team__isnull=False).select_related("team")
    )
    for sort in (
        Sort("length", "", ("length", "pk")),
        Sort("team", "", ("team__path", "-pk")),
        Sort("at", "", ("-created_at", "-pk")),
    ):
        pages = walk(rows, [sort], size=2)
        assert [r.pk for page in pages for r in page.rows] == list(
            rows.order_by(*sort.fields).values_list("pk", flat=True)
        )


def test_one_direction_is_one_row_comparison(groups):
    first = paginate(groups, ask(), SORTS, size=10)

    with CaptureQueriesContext(connection) as queries:
        paginate(groups, ask(first.next_url), SORTS, size=10)

    assert len(queries) == 1
    assert "ROW(" in queries[0]["sql"] and " > ROW(" in queries[0]["sql"]
    assert "OFFSET" not in queries[0]["sql"]


BROKEN = {
    "empty": "",
    "rubbish": "rubbish",
    "forged": "WyJuYW1lIl0:1a2b3c:abc",
    "short": signing.dumps(["name", "x"], salt=SALT),
    "not a number": signing.dumps(["name", "x", "no number"], salt=SALT),
    "another order": signing.dumps(["newest", 3], salt=SALT),
    "no list": signing.dumps("name", salt=SALT),
    "null": signing.dumps(["name", None, 3], salt=SALT),
}


@pytest.mark.parametrize("cursor", BROKEN)
@pytest.mark.parametrize("way", ["after", "before"])
def test_a_broken_cursor_gives_the_first_page(groups, cursor, way):
    page = paginate(groups, RequestFactory().get("/list/", {way: BROKEN[cursor]}), SORTS, size=10)

    assert names(page)[0] == "000"
    assert page.previous_url == ""


def test_a_cursor_behind_the_last_row_gives_the_first_page(groups):
    last = walk(groups, SORTS)[-2].next_url
    groups.filter(name__gte="row 015").delete()

    assert names(paginate(groups, ask(last), SORTS, size=10))[0] == "000"


def test_other_parameters_stay_and_an_unknown_order_is_the_usual_one(groups):
    page = paginate(groups, ask("?team=3&sort=nonsense&tag=a&tag=b"), SORTS, size=10)

    assert page.sort.key == "name"
    assert "team=3" in page.next_url and "tag=a&tag=b" in page.next_url


def test_a_column_head_turns_its_order_round_and_starts_at_the_first_page(groups):
    page = paginate(groups, ask("?sort=name&after=x"), SORTS)
    by_name, newest = page.sorts

    assert (by_name.current, by_name.direction, by_name.url) == (True, "ascending", "?sort=-name")
    assert (newest.current, newest.direction, newest.url) == (False, "", "?sort=newest")
    turned = paginate(groups, ask("?sort=-name"), SORTS)
    assert names(turned)[0] == "024"
    assert turned.sorts[0].direction == "descending"


def test_moments_keep_their_microseconds(db, house, people):
    at = datetime(2026, 11, 17, 2, 42, 0, 123456, tzinfo=UTC)
    for step, user in enumerate(get_user_model().objects.order_by("pk")):
        get_user_model().objects.filter(pk=user.pk).update(created_at=at + timedelta(microseconds=step // 2))
    sort = Sort("at", "", ("-created_at", "-pk"))

    pages = walk(get_user_model().objects.all(), [sort], size=3)

    assert len([row for page in pages for row in page.rows]) == get_user_model().objects.count()


def test_counts_stop_at_the_cap(groups):
    assert str(count_up_to(groups)) == "25"
    assert str(count_up_to(groups, cap=25)) == "25"
    assert str(count_up_to(groups, cap=24)) == "24+"
    assert str(Count(1000, True)) == "1,000+"
    assert not count_up_to(groups.none())
