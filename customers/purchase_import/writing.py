"""From the staged rows to purchases, customers, products, timeline and search: set-based SQL, every constraint in force.

First everything is sorted into what is new, stored already, changed and refused, in tables private to the transaction; only
then the first row of ours is written. A dry run ends before it.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

from django.db import connection

from customers import grams, search
from customers.models import Customer
from customers.purchase_import.mapping import Mapping

# A purchase's sum has 14 digits of which two are decimals.
LARGEST_SUM = 10**12
KEY_OF_LOCKS = 0x52_56_49_4D  # "RVIM": imports in the space of advisory locks
BATCH = 5000
Row = TypeVar("Row")
AHEAD = 100_000  # purchases whose search entries are made ready in memory: 15 MB
COPIED_AT_ONCE = 2000


@dataclass(frozen=True)
class Shift:
    """By how many days the file's dates are moved, and the instant behind which none may come to lie."""

    days: int
    until: datetime


class Writing:
    """One import within its transaction. `run_id` is None in a dry run."""

    def __init__(
        self,
        *,
        mapping: Mapping,
        source: str,
        currency: str,
        team_id: int | None,
        actor_id: int | None,
        now: datetime,
        shift: Shift | None = None,
        counted: bool = False,
    ) -> None:
        self.mapping, self.counted = mapping, counted
        self.given: dict[str, Any] = {
            "source": source,
            "currency": currency,
            "team": team_id,
            "actor": actor_id,
            "now": now,
            "zone": mapping.zone.key,
            "prefix": mapping.returns_prefix,
            "largest": LARGEST_SUM,
            "run": None,
        }
        self._move(shift)
        self._ahead: Future[list[str]]
        self._cut_up_to: int | None = None

    def _do(self, sql: str, **more: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, {**self.given, **more})
            return cursor.rowcount

    def _ask(self, sql: str, **more: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(sql, {**self.given, **more})
            return cursor.fetchone()

    # --- Sorting ---------------------------------------------------------------------------------------------------------------

    def _move(self, shift: Shift | None) -> None:
        self.shift = shift
        self.given |= {"days": shift.days if shift else 0, "until": shift.until if shift else None}

    def shift_to_end(self, now: datetime) -> Shift | None:
        """Moves all dates by the days that make the last of them today, by the file's clock."""
        last = self._ask(
            "SELECT (max(at) AT TIME ZONE %(zone)s)::date FROM import_row WHERE problem IS NULL AND customer IS NOT NULL"
        )[0]
        if last is None:
            return None
        shift = Shift((now.astimezone(self.mapping.zone).date() - last).days, now)
        self._move(shift)
        return shift

    def sort(self) -> None:
        """Fills import_purchase, and marks in import_row what only the whole file can tell."""
        self._make_purchases()
        self._settle_customers()
        self._settle_sums()
        self._match()
        self._make_products()

    def _amount(self) -> str:
        columns = self.mapping.columns
        if "amount" not in columns:
            return "quantity * unit_price"
        product = "quantity * unit_price" if {"quantity", "unit_price"} <= set(columns) else "NULL::numeric"
        return f"coalesce(amount, {product})"

    def _quantity(self) -> str:
        return "quantity" if "quantity" in self.mapping.columns else "CASE WHEN amount < 0 THEN -1 ELSE 1 END::numeric"

    def _price(self) -> str:
        derived = f"amount / nullif({self._quantity()}, 0)"
        if "unit_price" not in self.mapping.columns:
            return f"coalesce({derived}, amount)"
        return f"coalesce(unit_price, {derived}, amount)"

    def _moved(self, at: str) -> str:
        """An instant of the file, moved when the mapping says so."""
        if not self.shift:
            return at
        # Whole days of the wall clock: what was bought at nine is bought at nine, in summer as in winter.
        return f"least(({at} AT TIME ZONE %(zone)s + make_interval(days => %(days)s)) AT TIME ZONE %(zone)s, %(until)s::timestamptz)"

    def _make_purchases(self) -> None:
        self._do(
            """
            CREATE TEMPORARY TABLE import_purchase (
                reference text, customer text, other_customer text, at timestamptz, total numeric, lines int, first_line bigint,
                kind text, country text, other_country text,
                stored_id bigint, customer_id bigint, purchase_id bigint, changed boolean NOT NULL DEFAULT false
            ) ON COMMIT DROP
            """
        )
        self._gather("true")
        self._do(  # of several countries the latest row's; nearly no purchase has several
            """
            UPDATE import_purchase AS p SET country = latest.country
            FROM (SELECT DISTINCT ON (r.purchase) r.purchase, r.country
                  FROM import_row AS r JOIN import_purchase AS q ON q.reference = r.purchase AND q.country <> q.other_country
                  WHERE r.problem IS NULL AND r.customer IS NOT NULL AND r.country IS NOT NULL
                  ORDER BY r.purchase, r.at DESC, r.line DESC) AS latest
            WHERE latest.purchase = p.reference
            """
        )

    def _gather(self, which: str) -> None:
        self._do(
            f"""
            INSERT INTO import_purchase (reference, customer, other_customer, at, total, lines, first_line, kind, country, other_country)
            SELECT purchase, min(customer COLLATE "C"), max(customer COLLATE "C"), {self._moved("min(at)")},
                   sum({self._amount()}), count(*), min(line),
                   CASE WHEN (%(prefix)s <> '' AND starts_with(purchase, %(prefix)s)) OR bool_and({self._quantity()} < 0)
                        THEN 'return' ELSE 'sale' END,
                   coalesce(min(country COLLATE "C"), ''), coalesce(max(country COLLATE "C"), '')
            FROM import_row WHERE problem IS NULL AND customer IS NOT NULL AND {which} GROUP BY purchase
            """
        )
        self._do("ANALYZE import_purchase (reference, customer)")

    def _settle_customers(self) -> None:
        """One purchase has one customer, that of its first line; lines of others are refused."""
        others = self._do(
            """
            UPDATE import_row AS r SET problem = 'other_customer', problem_column = %(column)s, problem_value = r.customer,
                   problem_detail = f.customer
            FROM import_purchase AS p JOIN import_row AS f ON f.line = p.first_line
            WHERE p.customer <> p.other_customer AND r.purchase = p.reference AND r.problem IS NULL AND r.customer <> f.customer
            """
            if self._ask("SELECT EXISTS (SELECT 1 FROM import_purchase WHERE customer <> other_customer)")[0]
            else "SELECT 1 WHERE false",
            column=self.mapping.columns["customer"],
        )
        if others:
            self._do(
                "CREATE TEMPORARY TABLE import_mixed ON COMMIT DROP AS SELECT reference FROM import_purchase WHERE customer <> other_customer"
            )
            self._do("DELETE FROM import_purchase WHERE customer <> other_customer")
            self._gather("purchase IN (SELECT reference FROM import_mixed)")

    def _settle_sums(self) -> None:
        too_large = self._do(
            "UPDATE import_row AS r SET problem = 'purchase_too_large', problem_column = %(column)s, problem_value = p.total::text"
            " FROM import_purchase AS p WHERE round(abs(p.total), 2) >= %(largest)s AND r.purchase = p.reference"
            " AND r.problem IS NULL AND r.customer IS NOT NULL",
            column=self.mapping.columns.get("amount") or self.mapping.columns["unit_price"],
        )
        if too_large:
            self._do("DELETE FROM import_purchase WHERE round(abs(total), 2) >= %(largest)s")

    def _lines(self) -> str:
        """The lines that count, each with its position: that of its row among all rows of the purchase, in file order."""
        counted = """(SELECT line, purchase, customer, product, description, quantity, unit_price, amount, problem,
                      row_number() OVER (PARTITION BY purchase COLLATE "C" ORDER BY line) AS position
                      FROM import_row WHERE purchase IS NOT NULL)"""
        return f"""
            (SELECT line, purchase, product, coalesce(description, '') AS description, {self._quantity()} AS quantity,
                    {self._price()} AS unit_price, {self._amount()} AS amount, position
             FROM {"import_row" if self.counted else counted} AS numbered
             WHERE problem IS NULL AND customer IS NOT NULL)
        """

    def _match(self) -> None:
        """What is stored of this source already: customers by their reference, purchases by their number and content."""
        self._do(
            "UPDATE import_purchase AS p SET customer_id = k.customer_id FROM customers_externalreference AS k"
            " WHERE k.source = %(source)s AND k.reference = p.customer"
        )
        stored = self._do(
            "UPDATE import_purchase AS p SET stored_id = s.id FROM customers_purchase AS s"
            " WHERE s.source = %(source)s AND s.reference = p.reference"
        )
        if not stored:
            return
        self._do(
            """
            UPDATE import_purchase AS p SET changed = true
            FROM customers_purchase AS s
            WHERE s.id = p.stored_id AND (
                (s.customer_id, s.happened_at, s.currency, s.kind, s.country)
                    IS DISTINCT FROM (p.customer_id, p.at, %(currency)s, p.kind, p.country)
                OR p.lines <> (SELECT count(*) FROM customers_purchaseline AS k WHERE k.purchase_id = s.id))
            """
        )
        self._do(
            f"""
            UPDATE import_purchase AS p SET changed = true
            FROM (SELECT DISTINCT l.purchase
                  FROM {self._lines()} AS l JOIN import_purchase AS q ON q.reference = l.purchase AND q.stored_id IS NOT NULL
                  LEFT JOIN customers_purchaseline AS s ON s.purchase_id = q.stored_id AND s.position = l.position
                  LEFT JOIN customers_product AS k ON k.id = s.product_id
                  WHERE (k.code, s.quantity, s.unit_price, s.amount, s.description)
                      IS DISTINCT FROM (l.product, round(l.quantity, 3), round(l.unit_price, 4), round(l.amount, 4), l.description)
                 ) AS differing
            WHERE differing.purchase = p.reference AND NOT p.changed
            """
        )

    def counts(self, rows_read: int) -> dict[str, Any]:
        """What became, or would become, of every row. The five add up to the rows read, or nothing is written."""
        without, rejected = self._ask(
            "SELECT count(*) FILTER (WHERE problem IS NULL AND customer IS NULL), count(problem) FROM import_row"
        )
        new, unchanged, changed, purchases, total = self._ask(
            """
            SELECT coalesce(sum(lines) FILTER (WHERE stored_id IS NULL), 0),
                   coalesce(sum(lines) FILTER (WHERE stored_id IS NOT NULL AND NOT changed), 0),
                   coalesce(sum(lines) FILTER (WHERE changed), 0),
                   count(*) FILTER (WHERE stored_id IS NULL),
                   coalesce(sum(total) FILTER (WHERE stored_id IS NULL), 0)
            FROM import_purchase
            """
        )
        customers = self._ask(
            "SELECT count(DISTINCT customer) FROM import_purchase WHERE stored_id IS NULL AND customer_id IS NULL"
        )[0]
        products = self._ask(
            """
            SELECT count(*) FROM import_product AS p
            WHERE NOT EXISTS (SELECT 1 FROM customers_product AS k WHERE k.code = p.code)
            """
        )[0]
        found = {
            "rows_read": rows_read,
            "rows_imported": int(new),
            "rows_unchanged": int(unchanged),
            "rows_changed": int(changed),
            "rows_without_customer": without,
            "rows_rejected": rejected,
            "customers_created": customers,
            "products_created": products,
            "purchases_created": purchases,
            "lines_created": int(new),
            "net_total": {self.given["currency"]: str(Decimal(total).quantize(Decimal("0.01"), "ROUND_HALF_UP"))},
        }
        parts = ("rows_imported", "rows_unchanged", "rows_changed", "rows_without_customer", "rows_rejected")
        if sum(found[part] for part in parts) != rows_read:
            raise AssertionError(f"rows do not add up: {found}")
        return found

    def refused(self) -> Iterator[tuple[int, str, str, str, str]]:
        """(line, column, value, code, detail) of every row that is reported, in file order."""
        purchase = self.mapping.columns["purchase"]
        with connection.cursor() as cursor:
            cursor.execute(
                """
                CREATE TEMPORARY TABLE import_refused ON COMMIT DROP AS
                SELECT line, coalesce(problem_column, '') AS "column", coalesce(problem_value, '') AS value, problem AS code,
                       coalesce(problem_detail, '') AS detail
                FROM import_row WHERE problem IS NOT NULL
                UNION ALL
                SELECT r.line, %(column)s, r.purchase, 'changed', ''
                FROM import_row AS r JOIN import_purchase AS p ON p.reference = r.purchase AND p.changed
                WHERE r.problem IS NULL AND r.customer IS NOT NULL
                """,
                {"column": purchase},
            )
            cursor.execute("CREATE INDEX ON import_refused (line)")
        last = -1
        while True:
            with connection.cursor() as cursor:
                cursor.execute("SELECT * FROM import_refused WHERE line > %s ORDER BY line LIMIT %s", [last, BATCH])
                rows = cursor.fetchall()
            yield from rows
            if len(rows) < BATCH:
                return
            last = rows[-1][0]

    # --- Writing -----------------------------------------------------------------------------------------------------------------

    def write_customers(self, run_id: int) -> None:
        """Customers that the file names first, with number, reference and event; the event of those who bought more."""
        self.given["run"] = run_id
        self._do(
            """
            CREATE TEMPORARY TABLE import_customer ON COMMIT DROP AS
            SELECT customer AS reference, nextval('customers_customer_id_seq') AS id,
                   'C-' || nextval('customer_number') AS number, purchases
            FROM (SELECT customer, count(*) AS purchases FROM import_purchase
                  WHERE stored_id IS NULL AND customer_id IS NULL GROUP BY customer ORDER BY min(first_line)) AS unknown
            """
        )
        self._do(
            """
            UPDATE import_purchase AS p SET customer_id = c.id
            FROM import_customer AS c WHERE c.reference = p.customer AND p.stored_id IS NULL AND p.customer_id IS NULL
            """
        )
        self._do(
            """
            CREATE TEMPORARY TABLE import_buyer ON COMMIT DROP AS
            SELECT p.customer_id AS id, count(*) AS purchases, max(p.at) AS latest,
                   coalesce((array_agg(p.country ORDER BY p.at DESC, p.first_line DESC) FILTER (WHERE p.country <> ''))[1], '')
                   AS country, max(p.at) FILTER (WHERE p.country <> '') AS country_at
            FROM import_purchase AS p WHERE p.stored_id IS NULL GROUP BY p.customer_id
            """
        )
        self._do(
            """
            INSERT INTO customers_customer
                (id, kind, name, family_name, given_name, sort_key, number, region, language, timezone, team_id, lifecycle, notes,
                 version, created_at, updated_at, import_run_id)
            SELECT c.id, 'person', '', '', '', '~' || lower(c.number), c.number, b.country, %(language)s, %(zone)s, %(team)s,
                   'customer', '', 1, %(now)s, %(now)s, %(run)s
            FROM import_customer AS c JOIN import_buyer AS b ON b.id = c.id ORDER BY c.id
            """,
            language=Customer._meta.get_field("language").default,
        )
        self._do(
            "INSERT INTO customers_customernumber (number, customer_id, is_current) SELECT number, id, true"
            " FROM import_customer ORDER BY id"
        )
        self._do(
            "INSERT INTO customers_externalreference (source, reference, customer_id) SELECT %(source)s, reference, id"
            " FROM import_customer ORDER BY id"
        )
        self._move_regions()
        self._record_customers()

    def _move_regions(self) -> None:
        """The region of customers known before follows their latest purchase, until somebody types another."""
        self._do(
            """
            CREATE TEMPORARY TABLE import_region ON COMMIT DROP AS
            SELECT c.id, c.region AS old, b.country AS new
            FROM import_buyer AS b JOIN customers_customer AS c ON c.id = b.id
            LEFT JOIN LATERAL (SELECT s.country, s.happened_at FROM customers_purchase AS s
                WHERE s.customer_id = c.id AND s.country <> '' ORDER BY s.happened_at DESC, s.id DESC LIMIT 1) AS latest ON true
            WHERE b.country <> '' AND b.country <> c.region AND c.import_run_id IS DISTINCT FROM %(run)s
              AND c.merged_into_id IS NULL AND c.erased_at IS NULL
              AND (c.region = '' OR (c.region = latest.country AND b.country_at > latest.happened_at))
            """
        )
        self._do(
            """
            UPDATE customers_customer AS c SET region = r.new, version = c.version + 1, updated_at = %(now)s, updated_by_id = NULL
            FROM import_region AS r WHERE c.id = r.id
            """
        )

    def _record_customers(self) -> None:
        self._do(
            """
            INSERT INTO customers_customerevent (customer_id, at, actor_id, via, what, version, old, new)
            SELECT b.id, %(now)s, %(actor)s, 'import',
                   CASE WHEN c.import_run_id = %(run)s THEN 'created' ELSE 'imported' END,
                   CASE WHEN c.import_run_id = %(run)s OR r.id IS NOT NULL THEN c.version END,
                   CASE WHEN r.id IS NOT NULL THEN jsonb_build_object('region', r.old) ELSE '{}'::jsonb END,
                   jsonb_build_object('run', %(run)s::bigint, 'purchases', b.purchases)
                   || CASE WHEN c.import_run_id = %(run)s THEN jsonb_strip_nulls(jsonb_build_object(
                          'kind', c.kind, 'region', nullif(c.region, ''), 'language', c.language, 'timezone', c.timezone,
                          'team', c.team_id, 'lifecycle', c.lifecycle))
                      WHEN r.id IS NOT NULL THEN jsonb_build_object('region', r.new) ELSE '{}'::jsonb END
            FROM import_buyer AS b JOIN customers_customer AS c ON c.id = b.id LEFT JOIN import_region AS r ON r.id = b.id
            ORDER BY b.id
            """
        )

    def _make_products(self) -> None:
        """What is bought in the new purchases. Of several descriptions the latest row's counts."""
        new = "r.problem IS NULL AND r.customer IS NOT NULL"
        joined = "import_row AS r"
        if self._ask("SELECT EXISTS (SELECT 1 FROM import_purchase WHERE stored_id IS NOT NULL)")[0]:
            joined += " JOIN import_purchase AS p ON p.reference = r.purchase AND p.stored_id IS NULL"
        self._do(
            f"""
            CREATE TEMPORARY TABLE import_product ON COMMIT DROP AS
            SELECT r.product AS code, ''::text AS description,
                   max(r.at) FILTER (WHERE r.description IS NOT NULL) AS described_at
            FROM {joined} WHERE {new} GROUP BY r.product
            """
        )
        self._do("ANALYZE import_product")
        self._do(
            f"""
            UPDATE import_product AS k SET description = latest.description
            FROM (SELECT DISTINCT ON (r.product) r.product, r.description
                  FROM {joined} JOIN import_product AS q ON q.code = r.product AND q.described_at = r.at
                  WHERE {new} AND r.description IS NOT NULL ORDER BY r.product, r.line DESC) AS latest
            WHERE latest.product = k.code
            """
        )
        if self.shift:
            self._do(
                f"UPDATE import_product SET described_at = {self._moved('described_at')} WHERE described_at IS NOT NULL"
            )

    def write_products(self) -> None:
        """Products that the file names first; a description that was typed stays."""
        # Where another import makes the same product just now, this waits for it and takes what it made.
        self._do(
            """
            INSERT INTO customers_product (code, description, described_at)
            SELECT code, description, described_at FROM import_product ORDER BY code
            ON CONFLICT (code) DO NOTHING
            """
        )
        self._do(
            """
            UPDATE customers_product AS k SET description = p.description, described_at = p.described_at
            FROM (SELECT k.id, p.description, p.described_at FROM import_product AS p JOIN customers_product AS k ON k.code = p.code
                  WHERE p.description <> '' AND p.description <> k.description
                    AND (k.description = '' OR p.described_at > k.described_at)
                  ORDER BY k.id FOR UPDATE OF k) AS p
            WHERE k.id = p.id
            """
        )

    def write_purchases(self) -> None:
        self._do(
            "UPDATE import_purchase AS p SET purchase_id = n.id FROM (SELECT reference, nextval('customers_purchase_id_seq') AS id"
            " FROM (SELECT reference FROM import_purchase WHERE stored_id IS NULL ORDER BY first_line) AS o) AS n"
            " WHERE n.reference = p.reference"
        )
        self._do(
            """
            INSERT INTO customers_purchase
                (id, kind, source, reference, customer_id, happened_at, happened_on, team_id, currency, amount, country, note,
                 import_run_id, created_at, created_by_id)
            SELECT purchase_id, kind, %(source)s, reference, customer_id, at, (at AT TIME ZONE %(zone)s)::date, %(team)s, %(currency)s, round(total, 2),
                   country, '', %(run)s, %(now)s, %(actor)s
            FROM import_purchase WHERE stored_id IS NULL ORDER BY purchase_id
            """
        )

    def write_lines(self) -> None:
        self._do(
            f"""
            INSERT INTO customers_purchaseline
                (purchase_id, position, product_id, description, quantity, unit_price, amount)
            SELECT p.purchase_id, l.position, k.id, l.description, l.quantity, l.unit_price, l.amount
            FROM {self._lines()} AS l JOIN import_purchase AS p ON p.reference = l.purchase AND p.stored_id IS NULL
            JOIN customers_product AS k ON k.code = l.product
            """
        )

    def write_timeline(self) -> None:
        self._do(
            """
            INSERT INTO customers_timelineentry (customer_id, at, kind, key, subject, values, team_id)
            SELECT customer_id, at, CASE kind WHEN 'return' THEN 'purchase_return' ELSE 'purchase' END, purchase_id::text, reference,
                   jsonb_build_object('amount', round(total, 2)::text, 'currency', %(currency)s, 'lines', lines), %(team)s
            FROM import_purchase WHERE stored_id IS NULL ORDER BY purchase_id
            """
        )

    def cut_ahead(self) -> None:
        """Begins to cut the purchases' numbers into what they are found by, while the database writes their lines."""
        rows = list(islice(self._new_purchases(), AHEAD))
        self._ahead = _CUTTERS.submit(_written_purchases, rows)
        self._cut_up_to = rows[-1][0] if len(rows) == AHEAD else None

    def write_search(self) -> None:
        """Entries of the purchases, and of the customers that are new: straight into the table, nothing can be there yet."""
        for customers in _batched(self._new_customers(), COPIED_AT_ONCE):
            _copy_entries(_written("customer", customers))
        for text in self._ahead.result():
            _copy_entries(text)
        if self._cut_up_to is not None:
            for rows in _batched(self._new_purchases(beyond=self._cut_up_to), COPIED_AT_ONCE):
                _copy_entries(_written_purchases(rows)[0])

    def _new_customers(self) -> Iterator[search.Entry]:
        sql = (
            "SELECT id, number, reference, %(team)s::bigint FROM import_customer WHERE id > %(last)s"
            " ORDER BY id LIMIT %(batch)s"
        )
        for pk, number, reference, team_id in self._in_batches(sql):
            texts = [search.number(number), search.reference(reference)]
            yield search.Entry(pk, number, texts, customer_id=pk, team_id=team_id)

    def _new_purchases(self, beyond: int = 0) -> Iterator[tuple]:
        sql = (
            "SELECT p.purchase_id, p.reference, c.id, c.team_id, c.owner_id FROM import_purchase AS p"
            " JOIN customers_customer AS c ON c.id = p.customer_id"
            " WHERE p.stored_id IS NULL AND p.purchase_id > %(last)s ORDER BY p.purchase_id LIMIT %(batch)s"
        )
        return self._in_batches(sql, beyond)

    def _in_batches(self, sql: str, last: int = 0) -> Iterator[tuple]:
        """Rows by their first column, so many at once as memory bears. Other statements may run between two of them."""
        rows: list[tuple] = [()]
        while rows:
            with connection.cursor() as cursor:
                cursor.execute(sql, {**self.given, "last": last, "batch": BATCH})
                rows = cursor.fetchall()
            yield from rows
            last = rows[-1][0] if rows else last


_CUTTERS = ThreadPoolExecutor(max_workers=1, thread_name_prefix="import-search")


def _batched(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch


def _copy_entries(text: str) -> None:
    columns = "kind, key, customer_id, team_id, owner_id, label, text, grams"
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY customers_searchentry ({columns}) FROM STDIN WITH (FORMAT csv)", io.StringIO(text))


def _written_purchases(rows: list[tuple]) -> list[str]:
    return [_written("purchase", [purchase_entry(*row) for row in batch]) for batch in _batched(rows, COPIED_AT_ONCE)]


def _written(kind: str, entries: list[search.Entry]) -> str:
    lines = io.StringIO()
    write = csv.writer(lines).writerow
    for entry in entries:
        forms = [form for text in entry.texts for form in text]
        cut = ",".join('"' + gram.replace("\\", "\\\\").replace('"', '\\"') + '"' for gram in grams.grams(forms))
        ids = entry.customer_id, entry.team_id, entry.owner_id
        write((kind, entry.key, *ids, entry.label[:300], grams.written(forms), f"{{{cut}}}"))
    return lines.getvalue()


def purchase_entry(
    pk: int, reference: str, customer_id: int, team_id: int | None, owner_id: int | None
) -> search.Entry:
    """What is found of a purchase: its number. It is seen by whoever may open its customer."""
    return search.Entry(
        pk, reference, [search.reference(reference)], customer_id=customer_id, team_id=team_id, owner_id=owner_id
    )
