"""From the rows of the file into a temporary table, by COPY. Each cell is read here; what can be judged by one row is judged here.

The table is private to the transaction and not written to the log. It holds every row of the file: those that cannot be
imported with the code of the reason, because the position of a line within its purchase counts them, too.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from itertools import chain, groupby, islice, repeat

from django.db import connection, transaction

from customers.purchase_import import values
from customers.purchase_import.mapping import ORDERS, REJECT, Mapping, place
from customers.purchase_import.opening import Batch, Opened, Rows, one_by_one
from customers.purchase_import.reasons import Unusable
from customers.purchase_import.values import Bad, Numbers, OrderNeeded, Times

CREATE = """
CREATE TEMPORARY TABLE import_row (
    line bigint, purchase text, position int, customer text, at timestamptz, product text, description text,
    quantity numeric, unit_price numeric, amount numeric, country text,
    problem text, problem_column text, problem_value text, problem_detail text
) ON COMMIT DROP
"""
COLUMNS = 15
LONGEST = {"purchase": 120, "customer": 120, "product": 60}  # in the order in which they are looked at
DESCRIPTION, COUNTRY = 200, 60  # what only describes is cut, what identifies is refused
BELOW = {"quantity": 10**11 - 1, "unit_price": 10**12, "amount": 10**12}
DERIVED_PRICE_BELOW = 10**14 - 1
SAFE_AMOUNT = 9e11  # with room for what floating point loses
SHOWN = 200
EVERY = 20_000
COUNTED_PURCHASES = 300_000  # more of them would not fit into the memory we allow ourselves; then the database counts


def stage(
    opened: Opened, mapping: Mapping, *, until: datetime | None, progress: Callable[[int], None] = lambda rows: None
) -> tuple[int, bool]:
    """Fills `import_row`; says how many rows were read, and whether the positions within the purchases are counted.

    `until` is the last instant that is not the future.
    """
    places = place(mapping, opened.header)
    order: str | None = None
    mark: str | None = None
    while True:
        staging = _Staging(opened, mapping, places, order=order, mark=mark, until=until, progress=progress)
        try:
            with transaction.atomic():
                return staging.copy()
        except OrderNeeded as question:
            # The whole column answers, not the first rows: what looks like days may turn out to be months.
            if question.about == "dates":
                order = _order_of_dates(opened, mapping, places)
            else:
                mark = _decimal_mark(opened, places)


def _order_of_dates(opened: Opened, mapping: Mapping, places: dict[str, int]) -> str:
    at, proved, first = places["at"], set(), None
    for line, _end, cells in Rows(opened):
        text = cells[at] if at < len(cells) else ""
        if order := values.date_order(text):
            proved.add(order)
        elif first is None and values.could_be_two_dates(text):
            first = line, text.strip()
    if len(proved) == 1:
        return proved.pop()
    line, text = first or (None, "")
    raise Unusable("ambiguous_dates", row=line, column=opened.header[at], value=text, detail="%d/%m/%Y – %m/%d/%Y")


def _decimal_mark(opened: Opened, places: dict[str, int]) -> str:
    numbers = [places[ours] for ours in ("quantity", "unit_price", "amount") if ours in places]
    proved = set()
    for _line, _end, cells in Rows(opened):
        for number in numbers:
            if number < len(cells) and (mark := values.decimal_mark(cells[number])):
                proved.add(mark)
    return "both" if len(proved) > 1 else proved.pop() if proved else ""


def sample(opened: Opened, mapping: Mapping, *, until: datetime | None, rows: int) -> list[tuple | list]:
    """The first rows as they would be staged. Dates that could be two are Bad, as the whole file is not asked here."""
    staging = _Staging(opened, mapping, place(mapping, opened.header), order="", mark="", until=until)
    if not mapping.date_format:  # else the format, or the order, is said
        staging.times = _UnsureTimes(zone=mapping.zone, until=until)
    return list(islice(staging.read(), rows))


class _UnsureTimes(Times):
    def read(self, text: str) -> str | Bad | None:
        try:
            return super().read(text)
        except OrderNeeded:
            return Bad("ambiguous_dates")


class _Staging:
    def __init__(
        self,
        opened: Opened,
        mapping: Mapping,
        places: dict[str, int],
        *,
        order: str | None,
        mark: str | None,
        until: datetime | None,
        progress: Callable[[int], None] = lambda rows: None,
    ) -> None:
        self.opened, self.places, self.progress = opened, places, progress
        self.reject_without_customer = mapping.without_customer == REJECT
        self.prefix = mapping.returns_prefix
        said = ORDERS.get(mapping.date_format)
        self.times = Times(
            zone=mapping.zone, date_format="" if said else mapping.date_format, order=said or order, until=until
        )
        self.numbers = {ours: Numbers(below=below, mark=mark) for ours, below in BELOW.items()}
        self.rows = 0

        self.positions: dict[str, int] | None = {}

    def copy(self) -> tuple[int, bool]:
        with connection.cursor() as cursor, _without_collector():
            cursor.execute(CREATE)
            source = Source(self._chunks())
            try:
                cursor.copy_expert("COPY import_row FROM STDIN WITH (NULL '')", source, 1 << 20)
            except Exception as error:  # noqa: BLE001
                # The database only says that reading stopped; why, the source knows.
                raise source.error or error from None
        return self.rows, self.positions is not None

    def _chunks(self) -> Iterator[str]:
        shown = 0
        for start, end, rows in Rows(self.opened).batches():
            yield self._quickly(start, end, rows) or self._written(self._carefully(one_by_one(start, end, rows)))
            if self.rows - shown >= EVERY:
                shown = self.rows
                self.progress(shown)

    def _written(self, records: Iterator[tuple | list]) -> str:
        return "".join("\t".join(map(_escaped, record)) + "\n" for record in records)

    def read(self) -> Iterator[tuple | list]:
        """One record of `import_row` after the other."""
        return self._carefully(iter(Rows(self.opened)))

    def _quickly(self, start: int, end: int, rows: Batch) -> str:
        """The records of a batch in which nothing is wrong, column by column: twice as quick. Empty: look at each row."""
        width = len(self.opened.header)
        if end - start != len(rows) or set(map(len, rows)) != {width}:
            return ""
        columns = list(zip(*rows, strict=True))

        def text(ours: str) -> list[str]:
            return list(map(str.strip, columns[self.places[ours]])) if ours in self.places else [""] * len(rows)

        purchase, customer, product = text("purchase"), text("customer"), text("product")
        if not all(purchase) or not all(product) or (self.reject_without_customer and not all(customer)):
            return ""
        for ours, cells in (("purchase", purchase), ("customer", customer), ("product", product)):
            if max(map(len, cells)) > LONGEST[ours]:
                return ""
        at = list(map(self.times.__getitem__, columns[self.places["at"]]))
        read = {
            ours: list(map(known.__getitem__, columns[self.places[ours]]))
            for ours, known in self.numbers.items()
            if ours in self.places
        }
        if any(set(map(type, cells)) != {str} for cells in (at, *read.values())):
            return ""
        quantity, price, amount = read.get("quantity"), read.get("unit_price"), read.get("amount")
        if amount is None:
            if _largest(quantity) * _largest(price) >= SAFE_AMOUNT:
                return ""
        elif price is None and any("." in number for number in quantity or ()):
            return ""
        if self.prefix and any(
            number[0] != "-"
            for number, name in zip(quantity or amount or (), purchase, strict=True)
            if name.startswith(self.prefix)
        ):
            return ""
        description, country = text("description"), text("country")
        if max(map(len, description)) > DESCRIPTION or max(map(len, country)) > COUNTRY:
            return ""
        texts = "".join(chain(purchase, customer, product, description, country))
        if not texts.isprintable() or "\\" in texts:
            return ""
        self.rows += len(rows)
        empty = repeat("")
        records = zip(
            map(str, range(start + 1, end + 1)), purchase, self._positions(purchase), customer, at, product, description,
            quantity or empty, price or empty, amount or empty, country, empty, empty, empty, empty, strict=False,
        )  # fmt: skip
        return "\n".join(map("\t".join, records)) + "\n"

    def _positions(self, purchases: list[str]) -> Iterator[str]:
        """The place of each line within its purchase, counted from one; empty when there are too many to remember."""
        counted = self.positions
        if counted is None or len(counted) > COUNTED_PURCHASES:
            self.positions = None
            return repeat("")
        found = []
        for purchase, same in groupby(purchases):
            before = counted.get(purchase, 0)
            after = counted[purchase] = before + sum(1 for _line in same)
            found.append(range(before + 1, after + 1))
        return map(str, chain.from_iterable(found))

    def _carefully(self, lines: Iterator[tuple[int, int, list[str]]]) -> Iterator[tuple | list]:
        """The records row by row, each with what is wrong with it."""
        places, numbers, times = self.places, self.numbers, self.times
        header, prefix = self.opened.header, self.prefix
        width = len(header)
        needed = max((n + 1 for n, name in enumerate(header) if name), default=width)

        def text(cells: list[str], ours: str) -> str:
            return cells[places[ours]].strip() if ours in places else ""

        def number(cells: list[str], ours: str) -> str | Bad | None:
            return numbers[ours][cells[places[ours]]] if ours in places else None

        for line, end, cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            self.rows += 1
            too_few = len(cells) < needed
            if too_few or any(cell.strip() for cell in cells[width:]) or (end > line and self._has_swallowed(cells)):
                yield self._ragged(line, end, cells)
                continue
            cells += [""] * (width - len(cells))
            purchase, customer, product = text(cells, "purchase"), text(cells, "customer"), text(cells, "product")
            if not customer and not self.reject_without_customer:
                yield (line, purchase, self._position(purchase), *[""] * (COLUMNS - 3))
                continue
            at = times[cells[places["at"]]]
            quantity, price, amount = number(cells, "quantity"), number(cells, "unit_price"), number(cells, "amount")
            if (
                not (purchase and customer and product and isinstance(at, str))
                or Bad in (type(quantity), type(price), type(amount))
                or (quantity is None and "quantity" in places)
                or (price is None and amount is None)
                or any(
                    len(name) > LONGEST[ours] for ours, name in zip(LONGEST, (purchase, customer, product), strict=True)
                )
                or (prefix and purchase.startswith(prefix) and self._is_no_return(quantity, amount))
                or self._is_too_large(quantity, price, amount)
            ):
                yield self._refused(line, cells, purchase, customer, product, at, quantity, price, amount)
                continue
            description, country = text(cells, "description"), text(cells, "country")
            if not description.isprintable() or len(description) > DESCRIPTION:
                description = " ".join(description.split())[:DESCRIPTION].strip()
            yield (
                line, purchase, self._position(purchase), customer, at, product, description, quantity, price, amount,
                country[:COUNTRY].strip(), "", "", "", "",
            )  # fmt: skip

    def _position(self, purchase: str) -> str:
        return next(self._positions([purchase])) if purchase else ""

    def _has_swallowed(self, cells: list[str]) -> bool:
        """A cell over several lines that holds as many delimiters as a row has is no text: it has swallowed other rows."""
        enough = len(self.opened.header) - 1
        return any("\n" in cell or "\r" in cell for cell in cells if cell.count(self.opened.delimiter) >= enough)

    def _ragged(self, line: int, end: int, cells: list[str]) -> list:
        value = self.opened.delimiter.join(cells)
        purchase = self.places["purchase"]
        named = cells[purchase].strip() if purchase < len(cells) else ""
        code, detail = (
            ("runs_on", f"{line}–{end}") if end > line else ("ragged", f"{len(cells)} / {len(self.opened.header)}")
        )
        return self._problem(line, named, code, "", value, detail)

    def _refused(self, line, cells, purchase, customer, product, at, quantity, price, amount) -> list:
        """The first thing that is wrong with a row, in the order in which a reader would mend it."""
        header, places = self.opened.header, self.places

        def problem(code: str, ours: str, detail: object = "") -> list:
            return self._problem(line, purchase, code, header[places[ours]], cells[places[ours]], detail)

        if not customer:
            return problem("no_customer", "customer")
        if not purchase:
            return problem("no_purchase", "purchase")
        if not product:
            return problem("no_product", "product")
        for ours, text in (("purchase", purchase), ("customer", customer), ("product", product)):
            if len(text) > LONGEST[ours]:
                return problem("too_long", ours, LONGEST[ours])
        if at is None:
            return problem("no_date", "at")
        if isinstance(at, Bad):
            return problem(at.code, "at", at.detail)
        for ours, number in (("quantity", quantity), ("unit_price", price), ("amount", amount)):
            if isinstance(number, Bad):
                return problem(number.code, ours, number.detail)
        if quantity is None and "quantity" in places:
            return problem("no_number", "quantity")
        if price is None and amount is None:
            return problem("no_number", "unit_price" if "unit_price" in places else "amount")
        if self.prefix and purchase.startswith(self.prefix) and self._is_no_return(quantity, amount):
            return problem("return_with_positive_quantity", "quantity" if "quantity" in places else "amount")
        return problem("too_large", "unit_price" if price is not None else "amount")

    @staticmethod
    def _is_no_return(quantity: str | None, amount: str | None) -> bool:
        return Decimal(quantity if quantity is not None else amount or 0) > 0

    @staticmethod
    def _is_too_large(quantity: str | None, price: str | None, amount: str | None) -> bool:
        """Whether what is computed of these does not fit into its column."""
        if price is not None:
            return amount is None and abs(Decimal(quantity or 1) * Decimal(price)) >= BELOW["amount"]
        pieces = abs(Decimal(quantity or 1))
        return bool(pieces) and abs(Decimal(amount or 0)) / pieces >= DERIVED_PRICE_BELOW

    def _problem(self, line: int, purchase: str, code: str, column: str, value: str, detail: object) -> list:
        record = [""] * COLUMNS
        purchase = purchase[: LONGEST["purchase"] + 1]
        record[:3] = [line, purchase, self._position(purchase)]  # type: ignore[list-item]
        record[11:] = [code, column, value.strip()[:SHOWN], str(detail)]
        return record


@contextmanager
def _without_collector() -> Iterator[None]:
    """A million short-lived lists, none in a cycle: searching them for cycles takes as long as reading the file."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _escaped(cell: object) -> str:
    """A cell as COPY reads it; nothing is NULL."""
    return "" if cell is None else str(cell).translate(_ESCAPES)


def _largest(numbers: list[str] | None) -> float:
    return max(map(abs, map(float, set(numbers or ()))), default=0.0)


class Source:
    """What COPY reads from: the next chunk, whatever size it asks for."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self.chunks = chunks
        self.error: Exception | None = None

    def read(self, _size: int = -1) -> str:
        try:
            return next(self.chunks, "")
        except Exception as error:
            self.error = error
            raise
