"""Who gets what at the addresses of purchases and imports. A purchase is seen by whoever may open its customer."""

from django.utils import timezone

from customers.models import ImportRun
from tests.access import ALL, CUSTOMERS, FORBIDDEN, Record, Row, after, answering, everyone, only
from tests.factories import make_customer, make_product, make_purchase, unique

# Quality reads all customers and sells nothing.
SELLERS = ("agent", "handler", "lead", "manager", "administrator")
ADDS = CUSTOMERS | {"quality": FORBIDDEN}
IMPORTERS = ("manager", "administrator")
IMPORTS = everyone(FORBIDDEN) | {"manager": ALL, "administrator": ALL}
IMPORTED = everyone(FORBIDDEN) | {role: after(ALL, 302) for role in IMPORTERS}


def _run(state: str):
    def make(owner, team) -> ImportRun:
        finished = timezone.now() if state in ("done", "failed") else None
        return ImportRun.objects.create(source=unique("till"), file_name="file.csv", state=state, finished_at=finished)

    return make


def _typed(customer) -> dict[str, str]:
    return {
        "happened_at": "2026-01-02T10:00",
        "currency": "CNY",
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "0",
        "lines-0-product": make_product().code,
        "lines-0-quantity": "1",
        "lines-0-unit_price": "5",
    }


RECORDS = {
    "purchase": Record(
        make=lambda owner, team: make_purchase(make_customer(owner=owner, team=team), staff=owner, team=team)
    ),
    "buyer": Record(make=lambda owner, team: make_customer(owner=owner, team=team), args=lambda customer: []),
    "waiting_import": Record(make=_run("queued")),
    "finished_import": Record(make=_run("done")),
    "failed_import": Record(make=_run("failed")),
}

ROWS = [
    Row("customers:purchases", everyone()),
    Row("customers:purchases", everyone(), query="?q=P-1&since=2026-01-01&product=A"),
    Row("customers:purchase", CUSTOMERS, record="purchase"),
    Row("customers:purchase_new", only(*SELLERS)),
    Row("customers:purchase_new", only(*SELLERS), query="?q=zhang"),
    Row("customers:purchase_new", ADDS, record="buyer", query="?customer={number}"),
    Row("customers:purchase_new", answering(ADDS, 302), record="buyer", query="?customer={number}", method="post",
        data=_typed),
    Row("customers:purchase_new", ADDS, record="purchase", query="?returns={pk}", args=[]),
    Row("customers:products", only(*SELLERS), query="?q=A"),
    Row("customers:import", only(*IMPORTERS)),
    Row("customers:import", only(*IMPORTERS), method="post"),
    Row("customers:import_run", IMPORTS, record="finished_import"),
    Row("customers:import_progress", IMPORTS, record="waiting_import"),
    Row("customers:import_cancel", IMPORTED, record="waiting_import", method="post"),
    Row("customers:import_reopen", IMPORTED, record="failed_import", method="post"),
    Row("customers:import_errors", everyone(FORBIDDEN) | {"manager": (404,) * 3, "administrator": (404,) * 3},
        record="finished_import"),
]  # fmt: skip
