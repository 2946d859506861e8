"""What becomes of every row of a file: the counts, the rows written, what stays as it was."""

import csv
import gzip
import json
import random
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.staff.models import AuditEntry
from customers import import_report, search
from customers.actions import record_purchase
from customers.models import (
    Customer,
    CustomerEvent,
    CustomerNumber,
    ExternalReference,
    ImportMapping,
    ImportRun,
    Product,
    Purchase,
    PurchaseLine,
    SearchEntry,
    TimelineEntry,
)
from customers.purchase_import import staging, writing
from customers.tests.files_to_import import DATA, MAPPINGS, NOW, imported, refused, rows_of, text
from tests.factories import make_customer, make_team, unique

pytestmark = pytest.mark.django_db

ONLINE_RETAIL = json.loads((MAPPINGS / "online_retail.json").read_text())


def real(path, **more):
    return imported(path, source="online_retail", **ONLINE_RETAIL | more)


def read(path):
    opened = gzip.open(path, "rt", encoding="utf-8", newline="") if path.suffix == ".gz" else open(path, newline="")
    with opened as file:
        return list(csv.DictReader(file))


def stored():
    """Everything that imports write, without ids."""
    lines = PurchaseLine.objects.order_by("purchase__source", "purchase__reference", "position").values_list(
        "purchase__source", "purchase__reference", "purchase__kind", "purchase__happened_at", "purchase__happened_on",
        "purchase__amount", "purchase__country", "purchase__customer__references__reference", "purchase__customer__region",
        "position", "product__code", "product__description", "description", "quantity", "unit_price", "amount",
    )  # fmt: skip
    return list(lines)


# --- The real file -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["slice.csv", "quirks.csv.gz"])
def test_a_slice_of_the_real_file_comes_out_as_a_plain_reading_of_it_says(name):
    rows = read(DATA / name)
    with_customer = [row for row in rows if row["CustomerID"]]
    total = sum(Decimal(row["Quantity"]) * Decimal(row["UnitPrice"]) for row in with_customer)

    report = real(DATA / name)

    assert report.counts["rows_read"] == len(rows)
    assert (
        report.counts["rows_imported"]
        == report.counts["lines_created"]
        == PurchaseLine.objects.count()
        == len(with_customer)
    )
    assert report.counts["rows_without_customer"] == len(rows) - len(with_customer)
    assert report.counts["rows_rejected"] == report.counts["rows_changed"] == report.counts["rows_unchanged"] == 0
    assert (
        report.counts["customers_created"]
        == Customer.objects.count()
        == len({row["CustomerID"] for row in with_customer})
    )
    assert (
        report.counts["purchases_created"]
        == Purchase.objects.count()
        == len({row["InvoiceNo"] for row in with_customer})
    )
    assert (
        report.counts["products_created"] == Product.objects.count() == len({row["StockCode"] for row in with_customer})
    )
    assert report.counts["net_total"] == {"GBP": str(total.quantize(Decimal("0.01")))}
    assert report.error_file is None


def test_each_purchase_of_the_real_file_has_its_own_lines_in_file_order():
    by_invoice = defaultdict(list)
    for row in read(DATA / "quirks.csv.gz"):
        if row["CustomerID"]:
            by_invoice[row["InvoiceNo"]].append(row)

    real(DATA / "quirks.csv.gz")

    for purchase in Purchase.objects.select_related("customer").prefetch_related("lines__product"):
        rows = by_invoice.pop(purchase.reference)
        assert [(row["StockCode"], Decimal(row["Quantity"]), Decimal(row["UnitPrice"])) for row in rows] == [
            (line.product.code, line.quantity, line.unit_price) for line in purchase.lines.all()
        ]
        assert [line.position for line in purchase.lines.all()] == list(range(1, len(rows) + 1))
        first = min(row["InvoiceDate"] for row in rows)
        assert purchase.happened_at.strftime("%Y-%m-%d %H:%M:%S") in (first, _in_summer(first))
        assert str(purchase.happened_on) == first[:10]
        assert purchase.customer.references.get().reference == rows[0]["CustomerID"]
        assert purchase.kind == ("return" if purchase.reference.startswith("C") else "sale")
    assert not by_invoice


def _in_summer(local: str) -> str:
    at = datetime.strptime(local, "%Y-%m-%d %H:%M:%S")
    return at.replace(hour=at.hour - 1).strftime("%Y-%m-%d %H:%M:%S")


def test_importing_the_same_file_twice_changes_nothing():
    first = real(DATA / "quirks.csv.gz")
    before, events, entries = stored(), CustomerEvent.objects.count(), SearchEntry.objects.count()

    second = real(DATA / "quirks.csv.gz")

    assert rows_of(second) == {
        "unchanged": first.counts["rows_imported"],
        "without_customer": first.counts["rows_without_customer"],
    }
    assert (stored(), CustomerEvent.objects.count(), SearchEntry.objects.count()) == (before, events, entries)
    for name in ("customers_created", "products_created", "purchases_created", "lines_created"):
        assert second.counts[name] == 0
    assert second.counts["net_total"] == {"GBP": "0.00"}


def test_of_several_countries_and_descriptions_the_latest_rows_wins():
    latest_country, latest_description = {}, {}
    for row in read(DATA / "quirks.csv.gz"):
        if row["CustomerID"]:
            when = row["InvoiceDate"]
            if row["Country"] and when >= latest_country.get(row["CustomerID"], ("",))[0]:
                latest_country[row["CustomerID"]] = when, row["Country"]
            if row["Description"].strip() and when >= latest_description.get(row["StockCode"], ("",))[0]:
                latest_description[row["StockCode"]] = when, row["Description"].strip()

    real(DATA / "quirks.csv.gz")

    regions = ExternalReference.objects.values_list("reference", "customer__region")
    assert dict(regions) == {reference: country for reference, (_when, country) in latest_country.items()}
    descriptions = Product.objects.values_list("code", "description")
    assert dict(descriptions) == {code: said for code, (_when, said) in latest_description.items()}


def test_a_dry_run_says_the_same_and_writes_nothing():
    tried = real(DATA / "quirks.csv.gz", dry_run=True)

    assert not Customer.objects.exists() and not Purchase.objects.exists() and not Product.objects.exists()
    assert not ImportRun.objects.exists() and not ImportMapping.objects.exists() and not SearchEntry.objects.exists()
    assert real(DATA / "quirks.csv.gz").counts == {**tried.counts, "too_old": pytest.approx(0, abs=10**9)}


def test_counting_positions_in_the_database_gives_the_same_as_counting_while_reading(monkeypatch):
    real(DATA / "quirks.csv.gz")
    counted_while_reading = stored()
    monkeypatch.setattr(staging, "COUNTED_PURCHASES", 3)

    assert set(rows_of(real(DATA / "quirks.csv.gz"))) == {"unchanged", "without_customer"}
    PurchaseLine.objects.all().delete()
    TimelineEntry.objects.all().delete()
    Purchase.objects.all().delete()
    real(DATA / "quirks.csv.gz")

    assert stored() == counted_while_reading


# --- What a row may be -------------------------------------------------------------------------------------------------------------


def test_equal_lines_are_kept_because_a_lines_identity_is_its_place():
    imported(text("1,K1,2026-11-03,A,Apfel,1,2.50,", "1,K1,2026-11-03,A,Apfel,1,2.50,", "1,K1,2026-11-03,B,,1,1,"))

    assert [(line.position, line.product.code) for line in PurchaseLine.objects.select_related("product")] == [
        (1, "A"), (2, "A"), (3, "B"),
    ]  # fmt: skip
    assert Purchase.objects.get().amount == Decimal("6.00")


def test_lines_of_a_purchase_may_stand_anywhere_in_the_file():
    imported(text("1,K1,2026-11-03,A,,1,1,", "2,K2,2026-11-03,A,,1,1,", "1,K1,2026-11-03,B,,1,1,"))

    assert [line.product.code for line in Purchase.objects.get(reference="1").lines.select_related("product")] == [
        "A",
        "B",
    ]


def test_the_time_of_a_purchase_is_the_earliest_of_its_lines_and_its_day_that_of_the_files_clock():
    imported(text("1,K1,2026-11-04 00:30,A,,1,1,", "1,K1,2026-11-03 23:50,B,,1,1,"), timezone="Asia/Shanghai")

    purchase = Purchase.objects.get()
    assert purchase.happened_at == datetime(2026, 11, 3, 15, 50, tzinfo=UTC)
    assert purchase.happened_on == date(2026, 11, 3)


def test_codes_are_case_sensitive_and_numbers_keep_their_zeros():
    imported(text("007,0042,2026-11-03,15056BL,,1,1,", "07,042,2026-11-03,15056bl,,1,1,"))

    assert set(Product.objects.values_list("code", flat=True)) == {"15056BL", "15056bl"}
    assert set(Purchase.objects.values_list("reference", flat=True)) == {"007", "07"}
    assert ExternalReference.objects.count() == 2


def test_a_row_without_a_customer_creates_nothing():
    report = imported(text("1,,2026-11-03,NEW,New,1,1,", "2,K1,2026-11-03,A,,1,1,", "3, ,not a date,,,,,"))

    assert rows_of(report) == {"imported": 1, "without_customer": 2}
    assert not Product.objects.filter(code="NEW").exists() and Purchase.objects.count() == 1


def test_rows_without_a_customer_are_errors_where_the_mapping_says_so():
    report = imported(text("1,,2026-11-03,A,,1,1,", "2,K1,2026-11-03,A,,1,1,"), without_customer="reject")

    assert rows_of(report) == {"imported": 1, "rejected": 1}
    assert refused(report) == [(2, "customer", "", "no_customer")]


def test_a_line_with_price_zero_is_a_line():
    report = imported(text("1,K1,2026-11-03,A,Gift,1,0,"))

    assert rows_of(report) == {"imported": 1} and Purchase.objects.get().amount == 0


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (",K1,2026-11-03,A,,1,1,", "order", "no_purchase"),
        ("1,K1,2026-11-03,,,1,1,", "sku", "no_product"),
        ("1,K1,,A,,1,1,", "at", "no_date"),
        ("1,K1,2026-02-30,A,,1,1,", "at", "not_a_date"),
        ("1,K1,2026-11-25,A,,1,1,", "at", "in_the_future"),
        ("1,K1,1066-10-14,A,,1,1,", "at", "too_early"),
        ("1,K1,2026-11-03,A,,,1,", "qty", "no_number"),
        ("1,K1,2026-11-03,A,,1,,", "price", "no_number"),
        ("1,K1,2026-11-03,A,,one,1,", "qty", "not_a_number"),
        ("1,K1,2026-11-03,A,,1,1e30,", "price", "too_large"),
        ("1,K1,2026-11-03,A,,9999999999,99999999,", "price", "too_large"),
        (f"1,{'K' * 121},2026-11-03,A,,1,1,", "customer", "too_long"),
        (f"{'1' * 121},K1,2026-11-03,A,,1,1,", "order", "too_long"),
        (f"1,K1,2026-11-03,{'A' * 61},,1,1,", "sku", "too_long"),
    ],
)
def test_a_bad_row_is_reported_with_line_column_and_reason_and_the_others_are_imported(row, column, code):
    report = imported(text("8,K8,2026-11-03,A,,1,1,", row, "9,K9,2026-11-03,A,,1,1,"))

    assert rows_of(report) == {"imported": 2, "rejected": 1}
    assert [(line, where, why) for line, where, _value, why in refused(report)] == [(3, column, code)]
    assert set(Purchase.objects.values_list("reference", flat=True)) == {"8", "9"}
    assert report.problems == [
        {
            "code": code,
            "column": column,
            "count": 1,
            **{key: report.problems[0][key] for key in ("line", "value", "detail")},
        }
    ]


def test_what_only_describes_is_cut_and_not_refused():
    imported(text(f"1,K1,2026-11-03,A,{'x' * 300},1,1,{'y' * 100}"))

    assert len(PurchaseLine.objects.get().description) == 200 and len(Purchase.objects.get().country) == 60


def test_the_sum_of_a_purchase_that_is_too_large_refuses_the_purchase():
    big = "1,K1,2026-11-03,A,,1,600000000000,"
    report = imported(text(big, big, "2,K1,2026-11-03,A,,1,1,"))

    assert rows_of(report) == {"imported": 1, "rejected": 2}
    assert {code for *_rest, code in refused(report)} == {"purchase_too_large"}


def test_a_purchase_has_the_customer_of_its_first_line_and_lines_of_others_are_refused():
    report = imported(
        text("1,K1,2026-11-03,A,,1,1,", "1,K2,2026-11-02,B,,1,5,", "1,K1,2026-11-03,C,,1,2,", "2,K2,2026-11-03,A,,1,1,")
    )

    assert rows_of(report) == {"imported": 3, "rejected": 1}
    assert refused(report) == [(3, "customer", "K2", "other_customer")]
    purchase = Purchase.objects.get(reference="1")
    assert purchase.customer.references.get().reference == "K1"
    assert purchase.amount == 3 and purchase.happened_on == date(2026, 11, 3)
    assert [line.position for line in purchase.lines.all()] == [1, 3]


def test_amounts_may_be_given_instead_of_prices():
    header = "order,customer,at,sku,total"
    columns = {"purchase": "order", "customer": "customer", "at": "at", "product": "sku", "amount": "total"}

    imported(text("1,K1,2026-11-03,A,12.50", "2,K1,2026-11-04,A,-2.50", header=header), columns=columns)

    assert list(PurchaseLine.objects.order_by("pk").values_list("quantity", "unit_price", "amount")) == [
        (1, Decimal("12.5"), Decimal("12.5")), (-1, Decimal("2.5"), Decimal("-2.5")),
    ]  # fmt: skip
    assert Purchase.objects.get(reference="2").is_return


def test_a_given_amount_counts_even_where_price_times_quantity_is_another():
    header = "order,customer,at,sku,qty,price,total"
    columns = {"purchase": "order", "customer": "customer", "at": "at", "product": "sku", "quantity": "qty", "unit_price": "price",
               "amount": "total"}  # fmt: skip

    report = imported(text("1,K1,2026-11-03,A,3,10,27", "2,K1,2026-11-03,A,3,10,", header=header), columns=columns)

    assert report.counts["net_total"] == {"EUR": "57.00"}


def test_the_total_is_rounded_once_at_the_end():
    report = imported(text(*[f"{n},K1,2026-11-03,A,,1,0.004," for n in range(1, 6)]))

    assert report.counts["net_total"] == {"EUR": "0.02"}
    assert {p.amount for p in Purchase.objects.all()} == {Decimal("0.00")}


def test_returns_are_told_by_their_prefix_or_by_all_their_quantities():
    report = imported(
        text(
            "C1,K1,2026-11-03,A,,-1,2,",
            "2,K1,2026-11-03,A,,-1,2,",
            "3,K1,2026-11-03,A,,-1,2,",
            "3,K1,2026-11-03,B,,2,2,",
        ),
        returns={"prefix": "C"},
    )

    assert dict(Purchase.objects.values_list("reference", "kind")) == {"C1": "return", "2": "return", "3": "sale"}
    assert report.counts["net_total"] == {"EUR": "-2.00"}


def test_a_return_with_a_positive_quantity_is_refused_and_not_counted_as_a_sale():
    report = imported(text("C1,K1,2026-11-03,A,,1,2,", "2,K1,2026-11-03,A,,1,2,"), returns={"prefix": "C"})

    assert [code for *_rest, code in refused(report)] == ["return_with_positive_quantity"]


# --- Changed, other sources --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "now",
    [
        "1,K1,2026-11-03,A,Apfel,3,2.50,DE",
        "1,K1,2026-11-03,A,Apfel,2,2.60,DE",
        "1,K1,2026-11-03,B,Apfel,2,2.50,DE",
        "1,K1,2026-11-03,A,Birne,2,2.50,DE",
        "1,K1,2026-11-02,A,Apfel,2,2.50,DE",
        "1,K2,2026-11-03,A,Apfel,2,2.50,DE",
        "1,K1,2026-11-03,A,Apfel,2,2.50,AT",
    ],
)
def test_a_stored_purchase_whose_content_differs_is_reported_and_not_overwritten(now):
    imported(text("1,K1,2026-11-03,A,Apfel,2,2.50,DE", "1,K1,2026-11-03,C,,1,1,"))
    before = stored()

    report = imported(text(now, "1,K1,2026-11-03,C,,1,1,".replace("K1", now.split(",")[1])))

    assert rows_of(report) == {"changed": 2}
    assert [code for *_rest, code in refused(report)] == ["changed", "changed"]
    assert stored() == before and report.counts["customers_created"] == report.counts["products_created"] == 0


def test_a_line_more_or_less_is_a_change():
    imported(text("1,K1,2026-11-03,A,,1,1,", "1,K1,2026-11-03,B,,1,1,"))

    assert rows_of(imported(text("1,K1,2026-11-03,A,,1,1,"))) == {"changed": 1}
    more = text("1,K1,2026-11-03,A,,1,1,", "1,K1,2026-11-03,B,,1,1,", "1,K1,2026-11-03,C,,1,1,")
    assert rows_of(imported(more)) == {"changed": 3}


def test_only_what_is_new_in_a_longer_file_is_imported():
    imported(text("1,K1,2026-11-03,A,,1,1,"))

    report = imported(text("1,K1,2026-11-03,A,,1,1,", "2,K1,2026-11-04,A,,1,1,", "3,K2,2026-11-04,B,,1,1,"))

    assert rows_of(report) == {"imported": 2, "unchanged": 1}
    assert report.counts["customers_created"] == report.counts["products_created"] == 1


def test_the_same_numbers_from_another_source_are_other_purchases_and_other_customers():
    customer = make_customer()
    product = Product.objects.create(code="A")
    record_purchase(by=None, customer=customer, happened_at=NOW, currency="EUR", reference="1",
                    lines=[{"product": product, "quantity": Decimal(1), "unit_price": Decimal(1)}])  # fmt: skip

    for source in ("till", "shop"):
        assert rows_of(imported(text("1,K1,2026-11-03,A,,1,1,"), source=source)) == {"imported": 1}

    assert Purchase.objects.filter(reference="1").count() == 3
    assert Customer.objects.count() == 3 and Product.objects.count() == 1


def test_a_later_import_moves_description_and_region_on_and_an_older_one_does_not():
    imported(text("1,K1,2026-11-03,A,Apfel,1,1,DE"))
    imported(text("2,K1,2026-11-01,A,Apple,1,1,UK"))
    assert (Product.objects.get().description, Customer.objects.get().region) == ("Apfel", "DE")

    imported(text("3,K1,2026-11-05,A,Pomme,1,1,FR", "4,K1,2026-11-06,A,,1,1,"))

    customer = Customer.objects.get()
    assert (Product.objects.get().description, customer.region, customer.version) == ("Pomme", "FR", 2)
    event = CustomerEvent.objects.filter(customer=customer).latest("pk")
    assert (event.what, event.old, event.new["region"], event.version) == ("imported", {"region": "DE"}, "FR", 2)


def test_what_a_person_typed_is_not_overwritten_by_an_import():
    imported(text("1,K1,2026-11-03,A,Apfel,1,1,DE"))
    Product.objects.update(description="Apple, red", described_at=None)
    Customer.objects.update(region="Bodensee")

    imported(text("2,K1,2026-11-05,A,Pomme,1,1,FR"))

    assert (Product.objects.get().description, Customer.objects.get().region) == ("Apple, red", "Bodensee")


# --- What belongs to a purchase ----------------------------------------------------------------------------------------------------


def test_new_customers_have_number_reference_team_event_and_are_found(people):
    team = make_team("Shop", name_zh="网店")

    imported(text("1,K-77,2026-11-03,A,,1,1,DE"), team="shop", by=people.manager)

    customer = Customer.objects.get()
    assert customer.number.startswith("C-") and CustomerNumber.objects.get().number == customer.number
    assert customer.team == team and customer.owner is None and customer.region == "DE" and customer.name == ""
    assert ExternalReference.objects.values_list("source", "reference", "customer").get() == (
        "till",
        "K-77",
        customer.pk,
    )
    event = CustomerEvent.objects.get()
    assert (event.what, event.via, event.actor, event.version) == ("created", "import", people.manager, 1)
    assert event.new["team"] == team.pk and event.new["purchases"] == 1
    assert Purchase.objects.get().team == team
    for typed in ("K-77", customer.number):
        assert [
            hit.number for group in search.find(people.manager, typed) for hit in group.hits if hit.kind == "customer"
        ] == [customer.number]


def test_the_search_entries_are_those_that_indexing_anew_would_write():
    real(DATA / "slice.csv")
    entries = SearchEntry.objects.filter(kind="customer").order_by("customer_id")
    columns = "key", "customer_id", "team_id", "owner_id", "label", "text", "grams"
    before = list(entries.values_list(*columns))

    search.reindex()

    assert len(before) == Customer.objects.count() and list(entries.values_list(*columns)) == before


def test_more_purchases_than_are_cut_ahead_are_found_too(monkeypatch):
    monkeypatch.setattr(writing, "AHEAD", 20)
    monkeypatch.setattr(writing, "BATCH", 7)
    monkeypatch.setattr(writing, "COPIED_AT_ONCE", 3)

    real(DATA / "slice.csv")

    entries = SearchEntry.objects.filter(kind="purchase").values_list("key", "label")
    assert sorted(entries) == sorted((str(pk), label) for pk, label in Purchase.objects.values_list("pk", "reference"))


def test_a_purchase_is_found_by_part_of_its_number(people):
    real(DATA / "slice.csv")

    hits = [hit for group in search.find(people.manager, "53637") for hit in group.hits if hit.kind == "purchase"]

    assert hits and all("53637" in hit.label for hit in hits)
    assert not [hit for group in search.find(people.agent, "53637") for hit in group.hits]


def test_each_purchase_stands_once_on_its_customers_timeline():
    real(DATA / "slice.csv")
    real(DATA / "slice.csv")

    entries = dict(TimelineEntry.objects.values_list("key", "kind"))
    assert len(entries) == TimelineEntry.objects.count() == Purchase.objects.count()
    purchase = Purchase.objects.filter(kind="return").first()
    assert purchase is not None
    entry = TimelineEntry.objects.get(key=str(purchase.pk))
    assert (entry.kind, entry.subject, entry.at) == ("purchase_return", purchase.reference, purchase.happened_at)
    assert entry.values == {"amount": str(purchase.amount), "currency": "GBP", "lines": purchase.lines.count()}


def test_an_import_leaves_one_event_a_customer_and_one_entry_in_the_audit_trail():
    imported(text("1,K1,2026-11-03,A,,1,1,", "2,K1,2026-11-04,A,,1,1,", "3,K2,2026-11-04,A,,1,1,"))
    imported(text("4,K1,2026-11-05,A,,1,1,"))

    assert list(CustomerEvent.objects.order_by("pk").values_list("what", flat=True)) == [
        "created",
        "created",
        "imported",
    ]
    assert AuditEntry.objects.filter(what="purchases_imported").count() == 2


def test_the_run_keeps_its_report_and_every_purchase_knows_its_run():
    report = imported(text("1,K1,2026-11-03,A,,1,1,", "2,K1,x,A,,1,1,"))

    run = ImportRun.objects.get()
    assert (run.pk, run.state, run.done) == (report.run_id, "done", 2)
    assert run.counts["rows_rejected"] == 1 and run.error_path and run.counts["problems"][0]["code"] == "not_a_date"
    assert Purchase.objects.get().import_run == Customer.objects.get().import_run == run
    assert set(report.steps) <= set(run.counts["steps"])


def test_upper_apps_add_lines_to_the_report(monkeypatch):
    monkeypatch.setattr(import_report, "_lines", {})
    import_report.register_line("purchases_seen", lambda run: Purchase.objects.filter(import_run=run).count(), "seen")

    assert imported(text("1,K1,2026-11-03,A,,1,1,")).counts["purchases_seen"] == 1


def test_a_merged_customers_purchases_go_to_whom_it_was_merged_into():
    imported(text("1,K1,2026-11-03,A,,1,1,"))
    survivor = make_customer("李四")
    ExternalReference.objects.update(customer=survivor)
    Purchase.objects.update(customer=survivor)

    report = imported(text("1,K1,2026-11-03,A,,1,1,", "2,K1,2026-11-04,A,,1,1,"))

    assert rows_of(report) == {"imported": 1, "unchanged": 1} and survivor.purchases.count() == 2


# --- Moving dates ------------------------------------------------------------------------------------------------------------------


def test_dates_are_moved_by_whole_days_of_the_wall_clock_so_that_the_last_is_today():
    content = text("1,K1,2011-06-09 09:00,A,,1,1,", "2,K1,2011-12-09 08:00,A,,1,1,", "3,K1,2011-12-09 20:00,A,,1,1,")

    imported(content, timezone="Europe/London", shift_dates_to_end_today=True)

    found = {p.reference: p for p in Purchase.objects.all()}
    assert found["2"].happened_at == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert found["3"].happened_at == NOW and found["3"].happened_on == date(2026, 11, 24)  # never in the future
    assert found["1"].happened_at.astimezone(UTC).hour == 8  # nine o'clock in summer
    assert (found["2"].happened_on - found["1"].happened_on).days == (date(2011, 12, 9) - date(2011, 6, 9)).days


def test_moved_dates_stay_where_they_are_when_the_file_is_imported_again_on_another_day():
    content = text("1,K1,2011-12-08 09:00,A,,1,1,", "2,K1,2011-12-09 20:00,A,,1,1,")
    imported(content, shift_dates_to_end_today=True)

    report = imported(content, shift_dates_to_end_today=True, now=datetime(2026, 11, 30, 23, tzinfo=UTC))

    assert rows_of(report) == {"unchanged": 2}


# --- Laws --------------------------------------------------------------------------------------------------------------------------

_cells = st.tuples(
    st.sampled_from(["1", "2", "3", "C4"]),
    st.sampled_from(["K1", "K2", ""]),
    st.sampled_from(["2026-11-01", "2026-11-02 10:00", "2026-11-03", "bad", "2027-01-01"]),
    st.sampled_from(["A", "a", "B", ""]),
    st.sampled_from(["", "Apfel", "Birne\\t", 'Say "hi"']),
    st.sampled_from(["1", "2", "-1", "x", "", "1,5"]),
    st.sampled_from(["1", "2.50", "0", "", "1e40"]),
    st.sampled_from(["", "DE", "AT"]),
)


def _csv(rows) -> str:
    import io

    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["order", "customer", "at", "sku", "name", "qty", "price", "country"])
    writer.writerows(rows)
    return out.getvalue()


_slow = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@_slow
@given(st.lists(_cells, max_size=12))
def test_every_row_is_accounted_for_and_a_second_import_imports_nothing(rows):
    source = unique("s")
    first = imported(_csv(rows), source=source, returns={"prefix": "C"})
    before = stored()

    second = imported(_csv(rows), source=source, returns={"prefix": "C"})

    for report in (first, second):
        assert report.counts["rows_read"] == len(rows) == sum(rows_of(report).values())
        assert len(refused(report)) == report.counts["rows_rejected"] + report.counts["rows_changed"]
    assert second.counts["rows_imported"] == second.counts["rows_changed"] == 0
    assert second.counts["rows_unchanged"] == first.counts["rows_imported"]
    assert stored() == before


@_slow
@given(st.integers())
def test_the_order_of_unrelated_purchases_does_not_matter(seed):
    rows = [["1", "K1", "2026-11-01", "A", "Apfel", "1", "2", "DE"], ["1", "K1", "2026-11-01", "B", "", "2", "1", ""],
            ["2", "K1", "2026-11-02", "A", "Apple", "1", "2", "UK"], ["3", "K2", "2026-11-03", "a", "klein", "1", "3", "AT"],
            ["3", "K2", "2026-11-03", "A", "Pomme", "1", "3", "AT"], ["4", "", "2026-11-03", "C", "", "1", "1", ""]]  # fmt: skip
    by_purchase = defaultdict(list)
    for row in rows:
        by_purchase[row[0]].append(row)
    order = list(by_purchase)
    random.Random(seed).shuffle(order)

    source = unique("s")
    imported(_csv([row for name in order for row in by_purchase[name]]), source=source)

    found = [line[1:] for line in stored() if line[0] == source]
    assert [(line[0], line[3], line[4], line[6], line[7], line[8], line[9]) for line in found] == [
        ("1", date(2026, 11, 1), Decimal("4.00"), "K1", "UK", 1, "A"),
        ("1", date(2026, 11, 1), Decimal("4.00"), "K1", "UK", 2, "B"),
        ("2", date(2026, 11, 2), Decimal("2.00"), "K1", "UK", 1, "A"),
        ("3", date(2026, 11, 3), Decimal("6.00"), "K2", "AT", 1, "a"),
        ("3", date(2026, 11, 3), Decimal("6.00"), "K2", "AT", 2, "A"),
    ]
    assert Product.objects.get(code="A").description == "Pomme"
