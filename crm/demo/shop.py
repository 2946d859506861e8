"""What was bought, and by whom: the slice of real purchases, imported by the engine, and the people invented for it."""

import csv
import gzip
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Max, Min, Q, Sum

from crm.demo.bulk import write_rows
from crm.demo.company import House
from crm.demo.diary import Diary, chance
from crm.demo.goods import ANYTHING, Goods, goods
from customers import pinyin, search
from customers.actions.customer import normalised
from customers.actions.imports import import_now
from customers.models import ContactPoint, Customer, CustomerEvent, ExternalReference, Purchase, Tier
from customers.purchase_import import read_mapping

DATA = Path(__file__).parent / "data"
SOURCE = "lantern-house"
MAPPING = {
    "encoding": "utf-8",
    "delimiter": ",",
    "date_format": "%Y-%m-%d %H:%M:%S",
    "currency": "GBP",
    "returns": {"prefix": "C"},
    "shift_dates_to_end_today": True,
    "columns": {
        "purchase": "InvoiceNo",
        "customer": "CustomerID",
        "at": "InvoiceDate",
        "product": "StockCode",
        "description": "Description",
        "quantity": "Quantity",
        "unit_price": "UnitPrice",
    },
}
CUSTOMER_COLUMNS = dict.fromkeys(
    ["kind", "name", "region", "family_name", "given_name", "language", "timezone", "notes", "sort_key", "lifecycle"],
    "text",
)
CUSTOMER_COLUMNS |= dict.fromkeys(("owner_id", "team_id", "tier_id"), "bigint")
CUSTOMER_COLUMNS |= dict.fromkeys(("created_at", "updated_at"), "timestamptz")
PURCHASE_COLUMNS = dict.fromkeys(("branch_id", "staff_id", "team_id"), "bigint")
TIER_SHARES = (0.03, 0.12, 0.76)  # of the customers by what they spent: VIP, key, normal; the rest is small


@dataclass(frozen=True)
class Sale:
    """One invoice of the file. `day` counts back from the file's last day."""

    reference: str
    customer: str
    day: int
    hour: time
    lines: tuple[tuple[str, int], ...]  # what, how many
    amount: Decimal

    @property
    def is_return(self) -> bool:
        return self.reference.startswith("C")

    @cached_property
    def goods(self) -> Goods:
        """What people would call it by: the first thing on it that has a name of its own."""
        named = (goods(description) for description, _quantity in self.lines)
        return next((found for found in named if found is not ANYTHING), ANYTHING)


@dataclass
class Ledger:
    """The file, read: sales by their number, the newest last."""

    sales: list[Sale]
    by_reference: dict[str, Sale] = field(default_factory=dict)


@lru_cache(maxsize=1)
def ledger() -> Ledger:
    rows: dict[str, list[dict[str, str]]] = {}
    with gzip.open(DATA / "purchases.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["InvoiceNo"], []).append(row)
    last = max(date.fromisoformat(lines[0]["InvoiceDate"][:10]) for lines in rows.values())
    sales = [_sale(reference, lines, last) for reference, lines in rows.items()]
    return Ledger(sales, {sale.reference: sale for sale in sales})


def _sale(reference: str, lines: list[dict[str, str]], last: date) -> Sale:
    at = datetime.fromisoformat(lines[0]["InvoiceDate"])
    return Sale(
        reference=reference,
        customer=lines[0]["CustomerID"],
        day=(last - at.date()).days,
        hour=at.time(),
        lines=tuple((line["Description"], int(line["Quantity"])) for line in lines),
        amount=sum((int(line["Quantity"]) * Decimal(line["UnitPrice"]) for line in lines), Decimal(0)),
    )


@lru_cache(maxsize=1)
def people() -> dict[str, dict[str, str]]:
    """The invented ones, by the number that the file calls them."""
    with open(DATA / "customers.csv", encoding="utf-8", newline="") as file:
        return {row["reference"]: row for row in csv.DictReader(file)}


# --- Laying out ------------------------------------------------------------------------------------------------------------------


def last_day(diary: Diary) -> datetime:
    """Until when the shops have sold: now, or last evening where the day has hardly begun."""
    opened = diary.at(0, "10:30")
    return diary.now if diary.now >= opened else diary.at(1, "20:00")


def is_complete() -> bool:
    known = ExternalReference.objects.filter(source=SOURCE).count() == len(people())
    return known and Purchase.objects.filter(source=SOURCE).count() == len(ledger().sales)


def stock(diary: Diary, house: House) -> None:
    """Imports the file by the engine, moved so that it ends today, and gives those customers that are new a name."""
    mapping = read_mapping({**MAPPING, "timezone": settings.TIME_ZONE})
    path = DATA / "purchases.csv.gz"
    report = import_now(path, mapping=mapping, source=SOURCE, by=house.people["admin"], now=last_day(diary))
    if report.run_id is None or not report.counts["purchases_created"]:
        return
    _date_purchases(report.run_id, last_day(diary))
    _dress_customers(report.run_id, house)
    _place_purchases(report.run_id, house)
    _finish_run(report.run_id, report.counts)


def _date_purchases(run_id: int, latest: datetime) -> None:
    """The tills report within minutes: the file's one arrival today would look as if nobody had known of them before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_purchase"
            " SET created_at = least(happened_at + make_interval(secs => 60 + id::int %% 240), greatest(happened_at, %s))"
            " WHERE import_run_id = %s",
            [latest, run_id],
        )


def _finish_run(run_id: int, counts: dict) -> None:
    """How long each step took is nobody's business afterwards, and would be different every time."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE customers_importrun SET counts = counts - 'steps' WHERE id = %s", [run_id])


# --- Customers -------------------------------------------------------------------------------------------------------------------


def ours() -> dict[str, Customer]:
    """The demo's customers by the number that the file calls them."""
    rows = ExternalReference.objects.filter(source=SOURCE).select_related("customer__team", "customer__tier")
    return {row.reference: row.customer for row in rows.order_by("pk")}


def _dress_customers(run_id: int, house: House) -> None:
    """In bulk, because the action would take as long for these as everything else together. Search and sort keys included."""
    spent = dict(
        Purchase.objects.filter(source=SOURCE)
        .values_list("customer")
        .annotate(net=Sum("amount"))
        .values_list("customer", "net")
    )
    tiers = _tiers(spent)
    rows = list(
        Customer.objects.filter(import_run=run_id)
        .annotate(
            first=Min("purchases__happened_at"),
            last=Max("purchases__happened_at", filter=Q(purchases__kind="sale")),
            latest=Max("purchases__happened_at"),
        )
        .order_by("pk")
    )
    references = dict(ExternalReference.objects.filter(source=SOURCE).values_list("customer", "reference"))
    newest = max(row.latest for row in rows)
    days = _purchase_days()
    for row in rows:
        person = people()[references[row.pk]]
        row.kind, row.name, row.region = person["kind"], person["name"], person["region"]
        row.family_name, row.given_name = person["family_name"], person["given_name"]
        row.language, row.timezone, row.notes = person["language"], person["timezone"], person["notes"]
        row.sort_key = pinyin.sort_key(row.name, row.number)
        row.owner = house.people.get(person["owner"])
        row.team = row.owner.team if row.owner else house.teams[person["owner"].lstrip("-")]
        row.tier = tiers.get(row.pk)
        row.lifecycle = _lifecycle(days.get(references[row.pk], 0), newest - (row.last or row.latest))
        row.created_at = row.updated_at = row.first
    write_rows(rows, CUSTOMER_COLUMNS)
    ContactPoint.objects.bulk_create(point for row in rows for point in _points(row, people()[references[row.pk]]))
    _date_events(run_id)
    search.reindex(Customer.objects.filter(import_run=run_id).order_by("pk"))


def _tiers(spent: dict[int, Decimal]) -> dict[int, Tier]:
    ranked = sorted(spent, key=lambda pk: (-spent[pk], pk))
    steps = list(Tier.objects.filter(retired_at__isnull=True))[: len(TIER_SHARES) + 1]
    if not steps:
        return {}
    return {
        pk: steps[min(sum(place >= share * len(ranked) for share in TIER_SHARES), len(steps) - 1)]
        for place, pk in enumerate(ranked)
    }


def _purchase_days() -> dict[str, int]:
    days: dict[str, set[int]] = {}
    for sale in ledger().sales:
        if not sale.is_return:
            days.setdefault(sale.customer, set()).add(sale.day)
    return {customer: len(found) for customer, found in days.items()}


def _lifecycle(days: int, silent: timedelta) -> str:
    if silent > timedelta(days=120):
        return Customer.Lifecycle.LOST
    if silent > timedelta(days=80):
        return Customer.Lifecycle.DORMANT
    return Customer.Lifecycle.LOYAL if days >= 4 else Customer.Lifecycle.CUSTOMER


def _points(customer: Customer, person: dict[str, str]) -> Iterable[ContactPoint]:
    wanted = (
        ("phone", person["phone"], True),
        ("phone", person["phone2"], False),
        ("email", person["email"], True),
        ("messenger", person["messenger"], True),
        ("address", person["address"], True),
    )
    for kind, value, preferred in wanted:
        if value:
            form = normalised(kind, value)
            yield ContactPoint(customer=customer, kind=kind, value=value, normalised=form, preferred=preferred)


def _date_events(run_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customerevent AS e SET at = c.created_at FROM customers_customer AS c"
            " WHERE c.id = e.customer_id AND e.what = 'created' AND c.import_run_id = %s",
            [run_id],
        )
    CustomerEvent.objects.filter(customer__import_run=run_id, what="purchases_imported").delete()


# --- Where it was bought, and who sold it ------------------------------------------------------------------------------------------


def _place_purchases(run_id: int, house: House) -> None:
    rows = list(Purchase.objects.filter(import_run=run_id).select_related("customer").order_by("pk"))
    for row in rows:
        dice = chance(f"sale:{row.reference}")
        row.branch = house.branches[_branch(row.customer, dice.random())]
        owner = house.person(row.customer.owner_id)
        at_counter = row.branch != house.branches["online"]
        sellers = (
            ("tom", "hannah") if row.branch == house.branches["spitalfields"] else ("liu", "zhao", "agent", "zhou")
        )
        if at_counter:
            row.staff = owner if owner and dice.random() < 0.7 else house.people[dice.choice(sellers)]
        elif owner and dice.random() < 0.3:
            row.staff = owner
        row.team_id = row.customer.team_id
    write_rows(rows, PURCHASE_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_timelineentry AS t SET team_id = p.team_id, staff_id = p.staff_id FROM customers_purchase AS p"
            " WHERE p.import_run_id = %s AND t.kind IN ('purchase', 'purchase_return') AND t.key = p.id::text",
            [run_id],
        )
        cursor.execute(
            "UPDATE customers_searchentry AS s SET team_id = c.team_id, owner_id = c.owner_id"
            " FROM customers_customer AS c, customers_purchase AS p WHERE p.import_run_id = %s AND s.kind = 'purchase'"
            " AND s.key = p.id::text AND c.id = p.customer_id",
            [run_id],
        )


def _branch(customer: Customer, share: float) -> str:
    if share < 0.42:
        return "online"
    if customer.language == "en":
        return "spitalfields"
    return "shanghai" if customer.region.startswith(("上海", "江苏")) else "hangzhou"
