"""Puts values back into a form of an HTML page: reads the page, changes the values of its fields, leaves everything else alone.

Pure: text and values in, text out. Passwords, files and tokens are never filled.
"""

from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

Values = dict[str, list[str]]
NEVER_FILLED = {"password", "file", "submit", "button", "image", "reset"}
CHOICES = {"checkbox", "radio"}


def is_own(name: str) -> bool:
    """Fields that belong to the page, not to what was typed: its token, and how many rows its form has."""
    return name == "csrfmiddlewaretoken" or name.endswith(("-TOTAL_FORMS", "-INITIAL_FORMS", "-MIN_NUM_FORMS"))


@dataclass
class _Form:
    """A form of the page: where it sends to, where its content starts, which names its fields have."""

    action: str
    begins: int
    names: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Filled:
    """The page with the values in, and what found no place: None as `html` when no form sends there."""

    html: str
    left_over: Values
    found: bool


class _Reader(HTMLParser):
    """Walks the page and notes, per form, which pieces of the text are to be replaced by what."""

    def __init__(self, html: str, values: Values) -> None:
        super().__init__(convert_charrefs=False)
        self.html, self.values = html, values
        self.forms: list[_Form] = []
        self.changes: list[list[tuple[int, int, str]]] = []
        self.taken: list[set[str]] = []
        self._in_form = False
        self._select: str | None = None
        self._textarea: tuple[str, int] | None = None
        self._lines = [0]
        for line in html.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self.feed(html)
        self.close()

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _replace(self, tag: str, attrs: dict[str, str | None]) -> None:
        start = self._here()
        words = "".join(f" {key}" if value is None else f' {key}="{escape(value)}"' for key, value in attrs.items())
        self.changes[-1].append((start, start + len(self.get_starttag_text() or ""), f"<{tag}{words}>"))

    def _wanted(self, name: str | None) -> list[str] | None:
        if not name or is_own(name):
            return None
        self.forms[-1].names.add(name)
        return self.values.get(name)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._in_form = True
            begins = self._here() + len(self.get_starttag_text() or "")
            self.forms.append(_Form(given.get("action") or "", begins))
            self.changes.append([])
            self.taken.append(set())
        elif self._in_form and tag == "input":
            self._input(given)
        elif self._in_form and tag == "select":
            self._select = given.get("name")
        elif self._in_form and tag == "option" and self._select:
            self._option(given)
        elif self._in_form and tag == "textarea" and self._wanted(given.get("name")) is not None:
            self._textarea = (given["name"] or "", self._here() + len(self.get_starttag_text() or ""))

    def _input(self, given: dict[str, str | None]) -> None:
        name, kind = given.get("name"), (given.get("type") or "text").lower()
        wanted = self._wanted(name)
        if kind in NEVER_FILLED or not name or is_own(name):
            return
        if kind in CHOICES:
            if wanted is None and kind == "radio":
                return
            given.pop("checked", None)
            if (given.get("value") or "on") in (wanted or []):
                given["checked"] = None
        elif wanted:
            given["value"] = wanted[0]
        else:
            return
        self.taken[-1].add(name)
        self._replace("input", given)

    def _option(self, given: dict[str, str | None]) -> None:
        wanted = self._wanted(self._select)
        if wanted is None or "value" not in given:
            return
        given.pop("selected", None)
        if (given.get("value") or "") in wanted:
            given["selected"] = None
            self.taken[-1].add(self._select or "")
        self._replace("option", given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in_form = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._textarea:
            name, begins = self._textarea
            # The line end after the tag is HTML's own and would be swallowed.
            self.changes[-1].append((begins, self._here(), "\n" + escape(self.values[name][0], quote=False)))
            self.taken[-1].add(name)
            self._textarea = None


def fill(html: str, *, page: str, action: str, values: Values, note: str = "") -> Filled:
    """Fills the form of the page at `page` that sends to `action`; `note` (HTML) is put on top of that form."""
    reader = _Reader(html, values)
    best, most = None, 0
    for number, form in enumerate(reader.forms):
        if urlsplit(urljoin(page, form.action)).path != urlsplit(action).path:
            continue
        shared = len(form.names & set(values))
        if shared > most:
            best, most = number, shared
    if best is None:
        return Filled(html, {name: value for name, value in values.items() if not is_own(name)}, found=False)
    begins = reader.forms[best].begins
    for start, end, text in sorted([*reader.changes[best], (begins, begins, note)], reverse=True):
        html = html[:start] + text + html[end:]
    left = {
        name: value
        for name, value in values.items()
        if name not in reader.taken[best] and not is_own(name) and any(value) and name not in reader.forms[best].names
    }
    return Filled(html, left, found=True)
