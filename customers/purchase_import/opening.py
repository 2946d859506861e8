"""The file on disk: packed or plain, its encoding, its delimiter, its header, its rows. Nothing is held in memory whole."""

import codecs
import csv
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from customers.purchase_import.mapping import DELIMITERS, Mapping, words_known
from customers.purchase_import.reasons import Unusable

BLOCK = 256 * 1024
LONGEST_LINE = 1_000_000
SAMPLE_ROWS = 20
PLAUSIBLE = 0.9  # share of GB2312 characters from which we believe that a text is GB18030
JUDGED_CHARACTERS = 200_000

_ZIP, _OLD_EXCEL, _GZIP, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"%PDF"
_ARCHIVES = (b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_GZIP_TROUBLE = (EOFError, gzip.BadGzipFile, zlib.error)
csv.field_size_limit(131_072)


@dataclass(frozen=True)
class Opened:
    """A file that is text and within the limit."""

    path: Path
    packed: bool
    encoding: str
    bytes: int  # unpacked
    lines: int
    sha256: str
    delimiter: str = ","
    header: list[str] = field(default_factory=list)
    header_line: int = 1
    header_at: int = 1  # the line on which the header begins


def _raw(path: Path, packed: bool) -> BinaryIO:
    return gzip.open(path, "rb") if packed else open(path, "rb")  # type: ignore[return-value]


def open_file(path: str | Path, mapping: Mapping, *, limit: int | None = None, most: int | None = None) -> Opened:
    """Reads the file once from end to end: Unusable when it is not text, too large, or has no header.

    `most` stops after so many bytes, for a first look.
    """
    path = Path(path)
    limit = settings.IMPORT_MAX_BYTES if limit is None else limit
    with open(path, "rb") as file:
        first = file.read(8)
    _refuse_other_formats(first)
    packed = first.startswith(_GZIP)
    try:
        if packed:
            with _raw(path, packed) as file:
                first = file.read(8)
            _refuse_other_formats(first)
            if first.startswith(_GZIP):
                raise Unusable("archive")
        return _examined(path, packed, first, mapping, limit, most)
    except _GZIP_TROUBLE:
        raise Unusable("broken_gzip") from None


def _refuse_other_formats(first: bytes) -> None:
    if not first:
        raise Unusable("empty")
    if first.startswith((_ZIP, _OLD_EXCEL)):
        raise Unusable("spreadsheet")
    if first.startswith(_ARCHIVES):
        raise Unusable("archive")
    if first.startswith(_PDF):
        raise Unusable("no_known_encoding")


def _examined(path: Path, packed: bool, first: bytes, mapping: Mapping, limit: int, most: int | None) -> Opened:
    encodings = [mapping.encoding] if mapping.encoding else _candidates(first)
    if first.startswith(codecs.BOM_UTF8):
        encodings = ["utf-8-sig" if name == "utf-8" else name for name in encodings]
    wrong: tuple[str, int] | None = None
    for encoding in encodings:
        scan = _Scan(encoding, limit, most)
        try:
            bad_at = scan.read(path, packed)
        except _Nul as nul:
            row, column = _place_of(path, packed, encoding, nul.offset, mapping)
            raise Unusable("holds_nul", row=row, column=column) from None
        if bad_at is None and (mapping.encoding or scan.plausible):
            opened = Opened(path, packed, encoding, scan.bytes, scan.lines, scan.digest.hexdigest())
            return _with_header(opened, mapping)
        if wrong is None and bad_at is not None:
            wrong = encoding, bad_at
    assert wrong is not None
    encoding, offset = wrong
    row, column = _place_of(path, packed, encoding, offset, mapping)
    if mapping.encoding:
        raise Unusable("not_text", row=row, column=column, detail=mapping.encoding)
    raise Unusable("no_known_encoding", row=row, column=column)


def _candidates(first: bytes) -> list[str]:
    if first.startswith(codecs.BOM_UTF8):
        return ["utf-8-sig"]
    if first.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return ["utf-32"]
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    return ["utf-8", "gb18030"]


class _Nul(Exception):
    """A NUL at this offset: what holds one is no text in any encoding."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class _Scan:
    """One pass over the bytes in one encoding."""

    def __init__(self, encoding: str, limit: int, most: int | None) -> None:
        self.encoding, self.limit, self.most = encoding, limit, most
        self.bytes = self.lines = 0
        self.digest = hashlib.sha256()
        self._judged = self._common = 0
        self._run = 0

    @property
    def plausible(self) -> bool:
        """GB18030 takes almost any bytes: believe it only when what comes out is what people write."""
        return self.encoding != "gb18030" or not self._judged or self._common / self._judged >= PLAUSIBLE

    def read(self, path: Path, packed: bool) -> int | None:
        """The offset of the first byte that is not text in this encoding, or None."""
        decoder = codecs.getincrementaldecoder(self.encoding)("strict")
        self.digest = hashlib.sha256()
        wide = self.encoding.startswith(("utf-16", "utf-32"))
        with _raw(path, packed) as file:
            while block := file.read(BLOCK):
                start = self.bytes - len(decoder.getstate()[0])
                self.bytes += len(block)
                if self.bytes > self.limit:
                    raise Unusable("too_large", detail=f"{self.limit / 1024 / 1024:g}")
                self.digest.update(block)
                self._count_lines(block)
                if not wide and (nul := block.find(b"\0")) >= 0:
                    raise _Nul(self.bytes - len(block) + nul)
                try:
                    text = decoder.decode(block)
                except UnicodeDecodeError as error:
                    return start + error.start
                if wide and "\0" in text:
                    raise _Nul(start)
                if self.encoding == "gb18030":
                    self._judge(text)
                if self.most is not None and self.bytes >= self.most:
                    return None
            try:
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                return self.bytes - 1
        return None

    def _count_lines(self, block: bytes) -> None:
        mark = b"\n" if b"\n" in block else b"\r"
        self.lines += block.count(mark)
        if (end := block.find(mark)) < 0:
            self._run += len(block)
        else:
            self._run = max(self._run + end, 0)
        if self._run > LONGEST_LINE:
            raise Unusable("line_too_long", row=self.lines + 1)
        if end >= 0:
            self._run = len(block) - block.rfind(mark) - 1

    def _judge(self, text: str) -> None:
        if self._judged < JUDGED_CHARACTERS and (others := re.sub(r"[\x00-\x7f]+", "", text)):
            self._judged += len(others)
            self._common += len(others.encode("gb2312", "ignore")) // 2


def _place_of(path: Path, packed: bool, encoding: str, offset: int, mapping: Mapping) -> tuple[int, str]:
    """Line and header of a byte, for the message; quoted line ends are not looked at."""
    with _raw(path, packed) as file:
        before, lines, kept = b"", 1, b""
        left = offset
        while left > 0 and (block := file.read(min(BLOCK, left))):
            left -= len(block)
            if len(kept) < BLOCK:
                kept += block
            lines += block.count(b"\n")
            before = (before + block) if b"\n" not in block else block[block.rfind(b"\n") + 1 :]
            before = before[-LONGEST_LINE:]
        kept += file.read(4096)
    text = kept.decode(encoding, "replace").lstrip("\ufeff")
    header, delimiter = _vote(io.StringIO(text, newline=""), mapping)[:2]
    cells = next(csv.reader([before.decode(encoding, "replace")], delimiter=delimiter), [])
    column = header[len(cells) - 1] if 0 < len(cells) <= len(header) else ""
    return lines, "" if "\ufffd" in column or "\0" in column else column


# --- Header ----------------------------------------------------------------------------------------------------------------------


def _with_header(opened: Opened, mapping: Mapping) -> Opened:
    text = _text(opened)
    with text:
        header, delimiter, begins, ends = _vote(text, mapping)
    return Opened(
        opened.path,
        opened.packed,
        opened.encoding,
        opened.bytes,
        opened.lines,
        opened.sha256,
        delimiter,
        header,
        ends,
        begins,
    )


def _vote(text: io.TextIOBase, mapping: Mapping) -> tuple[list[str], str, int, int]:
    """Header, delimiter, first and last line of the header. The header speaks first: the delimiter that parts it into the
    mapped or the known names wins, then the one under which the rows below have as many cells."""
    lines: list[str] = []
    named = ""
    for line in text:
        if len(lines) > SAMPLE_ROWS * 3:
            break
        lines.append(line)
    if lines and (found := re.fullmatch(r"\ufeff?sep=(.)\r?\n?", lines[0], re.IGNORECASE)):
        named, lines[0] = found[1], "\n"
    best: tuple = ()
    wanted = set(mapping.columns.values())
    for delimiter in [mapping.delimiter or named] if mapping.delimiter or named else list(DELIMITERS):
        rows = _sample(lines, delimiter)
        if not rows:
            continue
        begins, ends, header = rows[0]
        alike = sum(len(cells) == len(header) for _b, _e, cells in rows[1:]) / (len(rows) - 1 or 1)
        score = (len(wanted.intersection(header)), words_known(header), len(header) > 1, alike, len(header))
        if not best or score > best[0]:
            best = score, (header, delimiter, begins, ends)
    if not best:
        raise Unusable("empty")
    return best[1]


def _sample(lines: list[str], delimiter: str) -> list[tuple[int, int, list[str]]]:
    reader, rows, end = csv.reader(lines, delimiter=delimiter), [], 0
    try:
        for cells in reader:
            begins, end = end + 1, reader.line_num
            cells = [cell.strip().lstrip("\ufeff").strip() for cell in cells]
            if any(cells):
                rows.append((begins, end, cells))
            if len(rows) > SAMPLE_ROWS:
                break
    except csv.Error:
        if not rows:
            raise Unusable("quote_never_closed", row=1) from None
    return rows


# --- Rows --------------------------------------------------------------------------------------------------------------------------


def _text(opened: Opened) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedReader(_raw(opened.path, opened.packed), BLOCK),  # type: ignore[type-var]
        encoding=opened.encoding,
        newline="",
    )


END = "\ue000end of file\ue000"  # a last line of our own: inside a quotation mark it would be swallowed
AT_ONCE = 4000

Batch = list[list[str]]


class Rows:
    """The rows below the header, in batches and one by one. Blank lines are passed over.

    A quotation mark that is never closed swallows the rest of the file, and nobody can say how many rows that were: such a
    file is refused.
    """

    def __init__(self, opened: Opened) -> None:
        self.opened = opened

    def batches(self) -> Iterator[tuple[int, int, Batch]]:
        """(line before the first row, last line, rows); as many lines as rows: then each row is one line."""
        with _text(self.opened) as text:
            before = self.opened.header_line
            for _n in range(before):
                next(text, None)
            reader = csv.reader(chain(text, [END]), delimiter=self.opened.delimiter)
            start, more = before, True
            try:
                while more:
                    rows = list(islice(reader, AT_ONCE))
                    end = before + reader.line_num
                    if len(rows) < AT_ONCE or rows[-1] == [END]:
                        more = False
                        if rows[-1:] != [[END]]:
                            raise Unusable("quote_never_closed", row=_last_row(start, rows))
                        rows.pop()
                        end -= 1
                    if rows:
                        yield start, end, rows
                    start = end
            except csv.Error:
                raise Unusable("quote_never_closed", row=self._line_of_trouble()) from None
            except _GZIP_TROUBLE:
                raise Unusable("broken_gzip") from None

    def _line_of_trouble(self) -> int:
        """Where the cell begins that is longer than any cell may be."""
        with _text(self.opened) as text:
            for _n in range(self.opened.header_line):
                next(text, None)
            reader = csv.reader(text, delimiter=self.opened.delimiter)
            line = self.opened.header_line + 1
            try:
                for _cells in reader:
                    line = self.opened.header_line + reader.line_num + 1
            except csv.Error:
                pass
            return line

    def __iter__(self) -> Iterator[tuple[int, int, list[str]]]:
        """(first line, last line, cells) of each row that is not a blank line."""
        for start, end, rows in self.batches():
            yield from one_by_one(start, end, rows)


def one_by_one(start: int, end: int, rows: Batch) -> Iterator[tuple[int, int, list[str]]]:
    plain = end - start == len(rows)
    for cells in rows:
        first = start + 1
        start = first if plain else first + sum(map(_breaks, cells))
        if cells:
            yield first, start, cells


def _breaks(cell: str) -> int:
    return cell.count("\n") + cell.count("\r") - cell.count("\r\n") if "\n" in cell or "\r" in cell else 0


def _last_row(start: int, rows: Batch) -> int:
    lines = [first for first, _end, _cells in one_by_one(start, -1, rows)]
    return lines[-1] if lines else start + 1
