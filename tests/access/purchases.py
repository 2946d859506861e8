"""Rows of purchases and of their imports."""

from decimal import Decimal

from django.utils import timezone

from customers.actions import record_purchase
from customers.models import ImportRun, Product
from tests.access import CUSTOMERS, FORBIDDEN, Record, Row, everyone, only
from tests.factories import make_customer

# A purchase is seen by whoever may open its customer; quality reads and types nothing.
ADDS = CUSTOMERS | {"quality": FORBIDDEN}
ADDERS = ("agent", "handler", "lead", "manager", "administrator")
# Imports write purchases of customers of every team: a right of their own, without own and foreign ones.
IMPORTERS = ("manager", "administrator")


def _purchase(owner, team):
    product, _made = Product.objects.get_or_create(code="S1", defaults={"description": "Service"})
    return record_purchase(
        by=None,
        customer=make_customer(owner=owner, team=team),
        lines=[{"product": product, "description": "Service", "quantity": Decimal(1), "unit_price": Decimal("9.50")}],
        happened_at=timezone.now(),
        currency="CNY",
    )


def _run(owner, team):
    """A finished import, which shows its report; the file and the list of errors are gone."""
    return ImportRun.objects.create(
        source="shop", file_name="sales.csv", state="done", finished_at=timezone.now(), created_by=owner
    )


def importers(status: int, others: int = 403):
    return only(*IMPORTERS, status=(status, status, status), others=(others, others, others))


RECORDS = {"purchase": Record(make=_purchase), "import_run": Record(make=_run)}

ROWS = [
    Row("customers:purchases", everyone()),
    Row("customers:purchases", everyone(), query="?q=service"),
    Row("customers:purchase", CUSTOMERS, record="purchase"),
    Row("customers:purchase_new", only(*ADDERS)),
    Row("customers:purchase_new", ADDS, record="customer", args=[], query="?customer={number}"),
    Row("customers:purchase_new", ADDS, record="purchase", args=[], query="?returns={pk}"),
    Row("customers:products", only(*ADDERS), query="?q=a"),
    Row("customers:import", only(*IMPORTERS)),
    Row("customers:import", only(*IMPORTERS), method="post", data={"source": "shop"}),
    Row("customers:import_run", importers(200), record="import_run"),
    Row("customers:import_progress", importers(302), record="import_run"),
    Row("customers:import_errors", importers(404), record="import_run"),
    Row("customers:import_cancel", importers(302), record="import_run", method="post"),
    Row("customers:import_cancel", everyone(405), record="import_run"),
    Row("customers:import_reopen", importers(302), record="import_run", method="post"),
    Row("customers:import_reopen", everyone(405), record="import_run"),
]
