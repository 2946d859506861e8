"""Writing some columns of many rows with one statement."""

from collections.abc import Mapping, Sequence

from django.db import connection
from django.db.models import Model


def write_rows(rows: Sequence[Model], columns: Mapping[str, str]) -> None:
    """`columns` are the names as the database has them, with their types. The CASE for each field and row that `bulk_update`
    writes takes ten times as long."""
    if not rows:
        return
    given = ", ".join(f"%s::{kind}[]" for kind in columns.values())
    values = [[getattr(row, name) for row in rows] for name in ("pk", *columns)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {rows[0]._meta.db_table} AS t SET {', '.join(f'{name} = v.{name}' for name in columns)}"
            f" FROM unnest(%s::bigint[], {given}) AS v (id, {', '.join(columns)}) WHERE v.id = t.id",
            values,
        )
