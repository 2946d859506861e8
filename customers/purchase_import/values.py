"""What a cell says: numbers and times as people and tills write them. Pure: no rows, no clock, no settings.

Every reader is a dictionary from the text to what it means, because a file repeats few texts very often; it forgets
everything when it grows too large, so that memory stays bounded whatever the file holds.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

REMEMBERED = 50_000
EARLIEST_YEAR = 1900


@dataclass(frozen=True)
class Bad:
    """A cell that says nothing we can store, and the code of the reason."""

    code: str
    detail: Any = ""


class OrderNeeded(Exception):
    """A cell can be read in two ways, and only the whole column can tell which is meant."""

    def __init__(self, about: str) -> None:
        super().__init__(about)
        self.about = about


class _Remembering(dict):
    def __missing__(self, text: str):
        if len(self) >= REMEMBERED:
            self.clear()
        value = self[text] = self.read(text)
        return value

    def read(self, text: str):
        raise NotImplementedError


# --- Numbers -------------------------------------------------------------------------------------------------------------------

_PLAIN = re.compile(r"-?\d{1,14}(\.\d{1,10})?", re.ASCII)
_SIGNS = str.maketrans({"−": "-", "–": "-", "－": "-", "＋": "+", "，": ",", "．": ".", "（": "(", "）": ")", "\u00a0": " ",
                        "\u202f": " ", "\u2009": " ", "’": "'"})  # fmt: skip
_MONEY = re.compile(r"^(?:[A-Z]{3}|RMB|US\$|[¥￥$£€])\s*|\s*(?:[A-Z]{3}|元|[¥￥$£€])$")
_GROUPED_BY_COMMA = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)
_GROUPED_BY_POINT = re.compile(r"\d{1,3}(\.\d{3})+(,\d*)?", re.ASCII)
_GROUPED_BY_BLANK = re.compile(r"\d{1,3}([ ']\d{3})+([.,]\d*)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"\d*,\d+", re.ASCII)
_DECIMAL_POINT = re.compile(r"\d*\.?\d+(e[+-]?\d{1,3})?|\d+\.", re.IGNORECASE | re.ASCII)
_EITHER = re.compile(r"[1-9]\d{0,2}([,.])\d{3}", re.ASCII)

POINT, COMMA = ".", ","


def _body(text: str) -> tuple[str, str]:
    """Sign and the rest: `(5)`, `5-`, `-5`, `¥5`, `5 元`."""
    text = unicodedata.normalize("NFKC", text).translate(_SIGNS).strip()
    sign = ""
    if text.startswith("(") and text.endswith(")"):
        sign, text = "-", text[1:-1].strip()
    text = _MONEY.sub("", text, count=2).strip()
    if text[:1] in "+-" and text:
        sign, text = ("-" if (text[0] == "-") != (sign == "-") else ""), text[1:].strip()
    elif text.endswith("-"):
        sign, text = "-", text[:-1].strip()
    return sign, _MONEY.sub("", text, count=2).strip()


def decimal_mark(text: str) -> str:
    """Which decimal mark this number proves: a point, a comma, or (empty) neither."""
    _sign, body = _body(text)
    if _EITHER.fullmatch(body):
        return ""
    if re.fullmatch(r"\d{1,3}(,\d{3}){2,}|\d{1,3}(,\d{3})+\.\d*", body):
        return POINT
    if re.fullmatch(r"\d{1,3}(\.\d{3}){2,}|\d{1,3}(\.\d{3})+,\d*", body):
        return COMMA
    if re.fullmatch(r"\d*\.\d+", body):
        return POINT
    if _DECIMAL_COMMA.fullmatch(body):
        return COMMA
    return ""


def could_be_two(text: str) -> bool:
    """1,234 and 1.234: a thousand or one and a bit."""
    return bool(_EITHER.fullmatch(_body(text)[1]))


class Numbers(_Remembering):
    """Text to a plain decimal text, None when empty, Bad otherwise.

    `mark` is the file's decimal mark where its numbers prove one, "both" where they prove both; None: not asked yet, and a
    number that could be two raises OrderNeeded. Without any proof a point is a decimal mark and a comma parts thousands.
    """

    def __init__(self, *, below: int, mark: str | None) -> None:
        super().__init__()
        self.below, self.mark = Decimal(below), mark

    def read(self, text: str) -> str | Bad | None:
        text = text.strip()
        if not text:
            return None
        if _PLAIN.fullmatch(text) and not _EITHER.fullmatch(text.lstrip("-")):
            plain = text
        else:
            sign, body = _body(text)
            plain = self._plain(body)
            if not isinstance(plain, str):
                return plain
            plain = sign + plain
        try:
            number = Decimal(plain)
        except InvalidOperation:
            return Bad("not_a_number")
        if not number.is_finite():
            return Bad("not_a_number")
        if number and (number.adjusted() > 20 or abs(number) >= self.below):
            return Bad("too_large")
        if number.adjusted() < -30:
            return "0"
        return format(number, "f") if "e" in plain.lower() else plain

    def _plain(self, body: str) -> str | Bad:
        if found := _EITHER.fullmatch(body):
            if self.mark is None:
                raise OrderNeeded("numbers")
            if self.mark == "both":
                return Bad("unclear_number")
            decimal = found[1] == (self.mark or POINT)
            return body.replace(",", ".") if decimal else body.replace(found[1], "")
        if _GROUPED_BY_COMMA.fullmatch(body) and not body.startswith("0,"):
            return body.replace(",", "").rstrip(".")
        if _GROUPED_BY_POINT.fullmatch(body) and not body.startswith("0."):
            return body.replace(".", "").replace(",", ".").rstrip(".")
        if _GROUPED_BY_BLANK.fullmatch(body):
            return body.replace(" ", "").replace("'", "").replace(",", ".").rstrip(".")
        if _DECIMAL_POINT.fullmatch(body):
            return body.rstrip(".")
        if _DECIMAL_COMMA.fullmatch(body):
            return body.replace(",", ".")
        return Bad("not_a_number")


# --- Times ---------------------------------------------------------------------------------------------------------------------

_TIME = r"(?:[T\s]\s*(?P<hour>\d{1,2})[:时点](?P<minute>\d{2})(?:[:分](?P<second>\d{2})?(?:[.,](?P<part>\d{1,9}))?秒?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?"
_ZONE = r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2}|UTC|GMT)?"
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})(?:(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}})|年(?P<month2>\d{{1,2}})月(?P<day2>\d{{1,2}})日?)"
    rf"{_TIME}{_ZONE}"
)
_YEAR_LAST = re.compile(
    rf"(?P<first>\d{{1,2}})(?P<mark>[-/.])(?P<then>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}){_TIME}{_ZONE}"
)
_CHINESE_TIME = re.compile(r"(日)(?=\d)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T\s]?(\d{2})(\d{2})(\d{2})?)?")

DAY_FIRST, MONTH_FIRST = "day", "month"


def date_order(text: str) -> str:
    """Which order this date proves: day first, month first, or (empty) neither."""
    found = _YEAR_LAST.fullmatch(text.strip())
    if not found or found["mark"] == ".":
        return ""
    first, then = int(found["first"]), int(found["then"])
    return DAY_FIRST if first > 12 >= then else MONTH_FIRST if then > 12 >= first else ""


def could_be_two_dates(text: str) -> bool:
    """03/04/2026: in March or in April."""
    found = _YEAR_LAST.fullmatch(text.strip())
    return bool(found and found["mark"] != "." and found["first"] != found["then"] and not date_order(text)
                and int(found["first"]) <= 12 and int(found["first"]) != int(found["then"]))  # fmt: skip


class Times(_Remembering):
    """Text to an instant in UTC as PostgreSQL reads it, None when empty, Bad otherwise.

    `order` is the column's where its dates prove one; None: not asked yet, and a date that could be two raises OrderNeeded.
    A wall clock that a change to summer time leaves out counts by the clock before the change. `until` is the last
    instant that is not the future; None lets the future pass.
    """

    def __init__(
        self, *, zone: ZoneInfo, date_format: str = "", order: str | None = None, until: datetime | None = None
    ) -> None:
        super().__init__()
        self.zone, self.date_format, self.order, self.until = zone, date_format, order, until
        self._format = _plain_format(date_format)

    def read(self, text: str) -> str | Bad | None:
        text = text.strip()
        if not text:
            return None
        try:
            said = self._said(text) if self.date_format else self._guess(text)
            if said is None:
                return Bad("not_a_date")
            at = (said if said.tzinfo else said.replace(tzinfo=self.zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            return Bad("not_a_date")
        if at.year < EARLIEST_YEAR:
            return Bad("too_early")
        if self.until and at > self.until:
            return Bad("in_the_future")
        return at.isoformat()

    def _said(self, text: str) -> datetime:
        if self._format and (found := self._format.fullmatch(text)):
            return datetime(**{name: int(digits) for name, digits in found.groupdict().items()})
        return datetime.strptime(text, self.date_format)

    def _guess(self, text: str) -> datetime | None:
        if found := _YEAR_FIRST.fullmatch(_CHINESE_TIME.sub(r"\1 ", text)):
            return _built(found, int(found["month"] or found["month2"]), int(found["day"] or found["day2"]))
        if found := _YEAR_LAST.fullmatch(text):
            first, then = int(found["first"]), int(found["then"])
            if found["mark"] == ".":
                day_first = True
            elif proves := date_order(text):
                day_first = proves == DAY_FIRST
            elif first == then or first > 12:
                day_first = True
            elif not self.order:
                raise OrderNeeded("dates")
            else:
                day_first = self.order == DAY_FIRST
            return _built(found, *((then, first) if day_first else (first, then)))
        if found := _COMPACT.fullmatch(text):
            return datetime(*(int(part) for part in found.groups() if part is not None))
        return None


_DIGITS = {
    "Y": r"(?P<year>\d{4})",
    "m": r"(?P<month>\d{2})",
    "d": r"(?P<day>\d{2})",
    "H": r"(?P<hour>\d{2})",
    "M": r"(?P<minute>\d{2})",
    "S": r"(?P<second>\d{2})",
}


def _plain_format(date_format: str) -> re.Pattern[str] | None:
    """The format as a pattern where it is all digits: six times as quick as strptime, which reads what this does not."""
    pieces = re.split(r"%(.)", date_format)
    codes = pieces[1::2]
    if not codes or len(set(codes)) != len(codes) or not {"Y", "m", "d"} <= set(codes) <= set(_DIGITS):
        return None
    pieces[0::2] = [re.escape(literal) for literal in pieces[0::2]]
    pieces[1::2] = [_DIGITS[code] for code in codes]
    return re.compile("".join(pieces), re.ASCII)


def _built(found: re.Match[str], month: int, day: int) -> datetime:
    hour = int(found["hour"] or 0)
    if half := found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    micro = int((found["part"] or "0").ljust(6, "0")[:6])
    said = datetime(int(found["year"]), month, day, hour, int(found["minute"] or 0), int(found["second"] or 0), micro)
    if zone := found["zone"]:
        return datetime.fromisoformat(said.isoformat() + ("+00:00" if zone[0] in "ZUG" else zone))
    return said
