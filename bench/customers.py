"""Customers on the imported data: list, deep page, search, record; and that each kind of search goes through the index."""

import html
import re
import sys
from collections.abc import Iterator

from django.db import connection
from django.db.models import Count

from bench import bare, online_retail
from bench.figures import Figure
from customers import grams, search
from customers.models import Customer, SearchEntry

ORDER = 60  # after the import
NAMES = [
    "王伟",
    "李娜",
    "张敏",
    "欧阳清",
    "单雄信",
    "曾国藩",
    "顾曼丽",
    "陈雅琴",
    "严秋月",
    "钱塘建工集团",
    "Margaret·Ellison",
    "Daniel·Osei",
]
SEARCHES = ("曼丽", "丽", "gml", "ouyang", "margaret", "5710", "13957", "1234", "user7@ex")


def _names() -> None:
    """The file knows numbers only: every fourth customer gets a name, a telephone and a mail, so that all are searched."""
    from crm.staff.models import User
    from customers.actions import update_customer

    admin = User.objects.filter(is_superuser=True).first() or User.objects.create_superuser("bench-root", name="Root")
    for place, customer in enumerate(Customer.objects.filter(name="").order_by("pk")[::4]):
        name = NAMES[place % len(NAMES)].replace("·", " ") + ("" if place < len(NAMES) else str(place))
        points = [
            {"kind": "phone", "value": f"1{3 + place % 6}957{place:06d}"},
            {"kind": "email", "value": f"user{place}@example.com"},
        ]
        update_customer(customer.pk, by=admin, values={"name": name}, contact_points=points, version=customer.version)


def _deep(client) -> str:
    """The address of the page after the middle of the list."""
    url = "/customers/?sort=newest"
    for _page in range(Customer.objects.count() // 100):
        following = re.search(r'rel="next" href="([^"]+)"', client.get(url).content.decode())
        if following is None:
            break
        url = f"/customers/{html.unescape(following[1])}"
    return url


def _plans() -> None:
    """Says on stderr when a kind of search would read the whole table."""
    for typed in SEARCHES:
        rows = SearchEntry.objects.filter(search._matches(grams.query(typed)), kind=search.CUSTOMER)
        plan = rows.order_by()[: search.CANDIDATES].explain()
        if "Seq Scan" in plan:
            print(f"search for {typed!r} reads the whole index table:\n{plan}", file=sys.stderr)


def main() -> Iterator[Figure]:
    if not online_retail.imported():
        return
    _names()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = bare.signed_in("manager")
    busiest = Customer.objects.annotate(times=Count("purchases")).order_by("-times").first()
    middle = Customer.objects.annotate(times=Count("purchases")).filter(times__gt=2).order_by("pk").first()
    yield from bare.compare(client, "customer_list", "/customers/")
    yield from bare.compare(client, "customer_list_deep", _deep(client))
    yield from bare.compare(client, "customer_list_filtered", "/customers/?q=曼丽", "/customers/?q=1234")
    yield from bare.compare(client, "customer_search", *[f"/search/?q={typed}" for typed in SEARCHES])
    yield from bare.compare(
        client, "customer_search_drop_down", *[f"/search/?q={typed}" for typed in SEARCHES], **{"HX-Request": "true"}
    )
    yield from bare.compare(client, "customer_record", middle.get_absolute_url())
    yield from bare.compare(client, "customer_record_busiest", busiest.get_absolute_url())
    agent = bare.signed_in("agent")
    yield from bare.compare(agent, "customer_list_of_an_agent", "/customers/")
    _plans()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size('search_grams')")
        yield Figure("search_index_per_entry", cursor.fetchone()[0] / SearchEntry.objects.count(), "bytes")
