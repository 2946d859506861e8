"""What can be found of a text, and what a typed fragment must share with it: n-grams, without a database extension.

Han text is cut into single characters and pairs, letters into pairs and triples, digits into fours; a whole short form
is a gram of its own ("=zhangsan"), so that an exact hit is found first among thousands. The grams only narrow; what was
typed must stand in the text as it is, and a LIKE says whether it does.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from opencc import OpenCC

from customers import phones, pinyin

NAME, PINYIN, INITIALS, PHONE, MAIL, NUMBER, REFERENCE, WORDS = "npitmcrw"
WHOLE_UP_TO = 11  # with its "=" it fits into a gram of twelve
LONGEST_TEXT = 2000  # of one form: a letter of ten pages is found by its beginning
LONGEST_QUERY = 100

_RUN = re.compile(f"(?P<han>{pinyin.HAN.pattern}+)|(?P<word>[^\\W_]+)")
_SEPARATORS = re.compile(r"[\s·•・‧.\-_/#()（）]+")
_DIGITS = re.compile(r"\d{4,}")


class Form(NamedTuple):
    """One way to write something, folded, and what it is: name, pinyin, telephone ..."""

    kind: str
    text: str


@functools.lru_cache(maxsize=1)
def _simplify() -> OpenCC:
    return OpenCC("t2s")


def fold(text: str) -> str:
    """Full-width as plain, traditional as simplified, lower case, without accents, one blank between words."""
    text = unicodedata.normalize("NFKC", text).casefold()
    if pinyin.has_han(text):
        text = _simplify().convert(text)
    if not text.isascii():
        text = "".join(pinyin.unaccented(c) if c < "ɐ" else c for c in text)
    return " ".join(text.split())


def compact(folded: str) -> str:
    """Without what separates: 浙A·3K8L2 → 浙a3k8l2, C-100001 → c100001."""
    return _SEPARATORS.sub("", folded)


def name(text: str) -> list[Form]:
    """A name as it is written, in pinyin with every reading of the surname, and by its initials."""
    folded = fold(text)
    if not folded:
        return []
    forms = [Form(NAME, folded)]
    if (short := compact(folded)) != folded and pinyin.has_han(short):
        forms.append(Form(NAME, short))
    for reading in pinyin.readings(folded):
        forms += [Form(PINYIN, "".join(reading)), Form(INITIALS, "".join(syllable[:1] for syllable in reading))]
    return list(dict.fromkeys(forms))


def phone(normalised: str) -> list[Form]:
    """A stored telephone number, by its digits with and without what is dialled before them."""
    known = phones.stored(normalised)
    return [Form(PHONE, digits) for digits in (known.forms if known else [phones.digits(normalised)]) if digits]


def mail(address: str) -> list[Form]:
    return [Form(MAIL, fold(address))]


def number(text: str) -> list[Form]:
    """A number of ours, with and without its hyphens."""
    folded = fold(text)
    return [Form(NUMBER, form) for form in dict.fromkeys((folded, compact(folded))) if form]


def reference(text: str) -> list[Form]:
    """What something is called elsewhere: an order number, a plate."""
    return [Form(REFERENCE, form.text) for form in number(text)]


def words(text: str) -> list[Form]:
    folded = fold(text)[:LONGEST_TEXT]
    return [Form(WORDS, folded)] if folded else []


def written(forms: Iterable[Form]) -> str:
    """The forms as they are stored: one a line, its kind behind a tab, where no fragment reaches."""
    return "\n".join(f"{form.text}\t{form.kind}" for form in dict.fromkeys(forms))


def read(text: str) -> Iterator[Form]:
    for line in text.split("\n"):
        form, _tab, kind = line.rpartition("\t")
        yield Form(kind, form)


def _cut(run: str, *lengths: int) -> Iterator[str]:
    for length in lengths:
        for place in range(len(run) - length + 1):
            yield run[place : place + length]


def grams(forms: Iterable[Form]) -> list[str]:
    """Every gram under which these forms are found."""
    found: set[str] = set()
    for form in forms:
        if len(form.text) <= WHOLE_UP_TO:
            found.add(f"={form.text}")
        for match in _RUN.finditer(form.text):
            if run := match["han"]:
                found.update(_cut(run, 1, 2))
                continue
            run = match["word"]
            if not run.isdigit():
                found.update(_cut(run, 2, 3))
            for digits in _DIGITS.findall(run):
                found.update(_cut(digits, 4))
    return sorted(found)


def wanted(fragment: str) -> list[str]:
    """The grams that a text must have to contain this folded fragment; none: too short to search for."""
    found: set[str] = set()
    for match in _RUN.finditer(fragment):
        if run := match["han"]:
            found.update(_cut(run, 2) if len(run) > 1 else [run])
        elif (run := match["word"]).isdigit():
            found.update(_cut(run, 4))
        elif len(run) > 2:
            found.update(_cut(run, 3))
        elif len(run) == 2:
            found.add(run)
    return sorted(found)


@dataclass(frozen=True)
class Query:
    """What was typed, as the ways in which it may stand in a text.

    `whole` are spellings of all of it, any of which is enough; `terms` are its words with their spellings, all of which
    are needed ("张 8000").
    """

    typed: str
    whole: tuple[str, ...]
    terms: tuple[tuple[str, ...], ...]

    @property
    def searchable(self) -> bool:
        return any(wanted(spelling) for spelling in self.whole) or self.by_terms

    @property
    def by_terms(self) -> bool:
        return len(self.terms) > 1 and any(wanted(spelling) for term in self.terms for spelling in term)

    @property
    def spellings(self) -> tuple[str, ...]:
        """Everything whose letters may be marked in a hit, longest first."""
        return tuple(sorted({*self.whole, *(s for term in self.terms for s in term)}, key=len, reverse=True))


def _spellings(folded: str) -> tuple[str, ...]:
    found = [folded]
    if re.fullmatch(r"[\d+()\[\]./\s#-]+", folded) and len(digits := phones.digits(folded)) >= 4:
        found = [folded, digits.removeprefix("00")]
        if known := phones.read(folded):
            found += known.forms
    elif short := compact(folded):
        found.append(short)
    return tuple(dict.fromkeys(found))


def query(typed: str) -> Query:
    folded = fold(typed[:LONGEST_QUERY])
    parts = folded.split()
    # An apostrophe separates syllables in pinyin: xi'an, chang'e.
    whole = _spellings(folded) + ((compact(folded.replace("'", "")),) if "'" in folded else ())
    return Query(
        typed, tuple(s for s in whole if s), tuple(_spellings(part) for part in parts) if len(parts) > 1 else ()
    )
