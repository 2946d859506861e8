"""Why a row is not imported, and why a file is not: codes that are stored, words in the reader's language."""

from typing import Any

from django.utils.translation import gettext_lazy as _

# Of one row. `%(detail)s` is what the row's problem carries besides its value.
ROW = {
    "ragged": _("The row does not have as many cells as the header: %(detail)s."),
    "runs_on": _("A quotation mark is not closed: the row runs over lines %(detail)s."),
    "no_purchase": _("No purchase number."),
    "no_customer": _("No customer."),
    "no_product": _("No product code."),
    "no_date": _("No date."),
    "no_number": _("No number."),
    "not_a_date": _("Not a date that we can read."),
    "not_a_number": _("Not a number."),
    "ambiguous_dates": _("Day first or month first?"),
    "unclear_number": _("Could be thousands or decimals: the file writes both ways."),
    "in_the_future": _("The date lies in the future."),
    "too_early": _("The date lies before 1900."),
    "too_large": _("The number is too large."),
    "too_long": _("Longer than %(detail)s characters."),
    "return_with_positive_quantity": _("The purchase is a return, and its quantity is not negative."),
    "other_customer": _("The purchase belongs to customer %(detail)s: one purchase has one customer."),
    "purchase_too_large": _("The sum of the purchase is too large."),
    "changed": _("The purchase is stored with other content. It was not overwritten."),
}

# Of the whole file: nothing of it is written.
FILE = {
    "empty": _("The file is empty."),
    "not_text": _("Not text in %(detail)s."),
    "no_known_encoding": _("Not text in UTF-8 or GB18030. Name the encoding if it is another one."),
    "holds_nul": _("Not text: it holds NUL characters."),
    "spreadsheet": _("This is a spreadsheet, not text. Save it as CSV and choose that file."),
    "archive": _("This is a packed archive. Only a single text file packed as .gz can be read as it is."),
    "broken_gzip": _("The packed file is damaged or cut off."),
    "too_large": _("Larger than the limit of %(detail)s MB."),
    "line_too_long": _("A line is longer than a million characters."),
    "quote_never_closed": _("A quotation mark is opened and never closed."),
    "missing_columns": _("Columns are missing: %(detail)s."),
    "double_column": _("The header names this column twice."),
    "ambiguous_dates": _("Day first or month first? The file does not say. Name the date format: %(detail)s."),
    "unknown_encoding": _("Unknown encoding: %(detail)s."),
    "given_up": _("The worker was interrupted %(detail)s times while it read this file. Nothing was written."),
    "unreadable": _("The file cannot be read: %(detail)s."),
}


def row_words(code: str, detail: Any = "") -> str:
    """Why a row was not imported, in the active language."""
    return str(ROW[code]) % {"detail": detail} if code in ROW else code


class Unusable(Exception):
    """The file cannot be imported, and nothing of it was written. `row` is a line of the file, `column` its header."""

    def __init__(
        self, code: str, *, row: int | None = None, column: str = "", value: str = "", detail: Any = ""
    ) -> None:
        super().__init__(code)
        self.code, self.row, self.column, self.value, self.detail = code, row, column, value, detail

    def __str__(self) -> str:
        return file_words(self.as_dict())

    def as_dict(self) -> dict[str, Any]:
        """What is stored of it: codes and places, no words."""
        return {"code": self.code, "row": self.row, "column": self.column, "value": self.value, "detail": self.detail}


def _called(columns: str) -> str:
    """Our columns as pages and, in brackets, mappings call them; a header of the file by its name."""
    from customers.purchase_import.mapping import FIELDS  # which needs the reasons of this module

    names = columns.split(", ")
    return ", ".join(f"{FIELDS[name]} ({name})" if name in FIELDS else name for name in names)


def file_words(problem: dict[str, Any]) -> str:
    """Why a file was refused, in the active language, with row and column."""
    detail, row, column, value = (problem.get(key, "") for key in ("detail", "row", "column", "value"))
    if problem["code"] == "missing_columns":
        detail, column = _called(detail), ""
    why = str(FILE.get(problem["code"], problem["code"])) % {"detail": detail}
    if row and column and value:
        return str(_("Row %(row)s, column %(column)s, “%(value)s”: %(why)s")) % {
            "row": row,
            "column": column,
            "value": value,
            "why": why,
        }
    if row and column:
        return str(_("Row %(row)s, column %(column)s: %(why)s")) % {"row": row, "column": column, "why": why}
    if row:
        return str(_("Row %(row)s: %(why)s")) % {"row": row, "why": why}
    return why
