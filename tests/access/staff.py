"""Rows of crm.staff."""

from tests.access import Record, Row, public

ROWS: list[Row] = [
    Row("staff:sign_in", public(200)),
]
RECORDS: dict[str, Record] = {}
