"""Finding anything by any fragment: what the apps register as findable, the index they write, and the one question.

    search.register(SearchSource("complaint", label=_("Complaints"), icon="message-report", visible=rows, url=address))
    search.index("complaint", pk, customer_id=…, team_id=…, owner_id=…, label="CP-100001", texts=[search.number(…), …])
    search.find(user, "yq", limit=5)

`texts` holds plain strings (found by any fragment of them) or what `name`, `phone`, `mail`, `number`, `reference` make
of one. Whoever writes a row indexes it in the same transaction; imports use `index_many`.
"""

import functools
import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers import grams, phones, pinyin
from customers.grams import Form, Query, mail, name, number, phone, reference
from customers.models import Customer, SearchEntry

__all__ = [
    "Entry", "Group", "Hit", "SearchSource", "find", "index", "index_many", "mail", "name", "number", "phone",
    "reference", "register", "reindex", "remove",
]  # fmt: skip

CUSTOMER = "customer"
# Of one kind that are ranked: all would cost 12 ms where one character has 6,680 hits, these 1 ms.
CANDIDATES = 200
EXACT = 20
BATCH = 1000  # entries written with one statement


@dataclass(frozen=True)
class SearchSource:
    """One kind of findable thing.

    `visible(user)` is the filter over SearchEntry's columns (team_id, owner_id, customer) that says which entries exist
    for this reader; `url(entry)` opens the row; `number(entry)` is what it is called; `details(entries)` gives the
    second line of each, by key, in one query.
    """

    kind: str
    label: Any
    icon: str
    visible: Callable[[Any], Q]
    url: Callable[[SearchEntry], str]
    number: Callable[[SearchEntry], str] = lambda entry: entry.key
    details: Callable[[list[SearchEntry]], dict[str, Any]] | None = None
    position: int = 50
    line: str = ""  # template of the second line, given `row` (of `details`); without one `row` itself is shown


@dataclass(frozen=True)
class Hit:
    kind: str
    number: str
    label: str
    marked: SafeString  # the label with the letters that matched
    why: str  # "Pinyin: zhangsan"
    why_marked: SafeString
    url: str
    detail: Any
    entry: SearchEntry


@dataclass(frozen=True)
class Group:
    source: SearchSource
    hits: list[Hit]
    more: bool
    count: int = 0  # of the candidates; a lower bound where there are more


@dataclass(frozen=True)
class Entry:
    """One row for `index_many`."""

    key: str | int
    label: str
    texts: Sequence[str | list[Form]]
    customer_id: int | None = None
    team_id: int | None = None
    owner_id: int | None = None


@dataclass
class _Ranked:
    entry: SearchEntry
    form: Form
    spelling: str
    rank: tuple = field(default=())


_sources: dict[str, SearchSource] = {}

KIND_WORDS = {
    grams.NAME: gettext_lazy("Name"),
    grams.PINYIN: gettext_lazy("Pinyin"),
    grams.INITIALS: gettext_lazy("Pinyin initials"),
    grams.PHONE: gettext_lazy("Telephone"),
    grams.MAIL: gettext_lazy("E-mail"),
    grams.NUMBER: gettext_lazy("Number"),
    grams.REFERENCE: gettext_lazy("Reference"),
    grams.WORDS: gettext_lazy("Text"),
}
# Which form of an entry is the reason that is shown, and what stands first among equals.
KIND_ORDER = "nciptmrw"


def register(source: SearchSource) -> None:
    _sources[source.kind] = source


def sources() -> list[SearchSource]:
    return sorted(_sources.values(), key=lambda source: source.position)


# --- Writing ---


def index(
    kind: str,
    key: str | int,
    *,
    customer_id: int | None,
    team_id: int | None,
    owner_id: int | None,
    label: str,
    texts: Sequence[str | list[Form]],
) -> None:
    """Writes or rewrites the entry of one row; to be called in the transaction that writes the row."""
    index_many(kind, [Entry(key, label, texts, customer_id, team_id, owner_id)])


def remove_orphans() -> int:
    """Takes out entries of customers that are merged into others or no longer there."""
    standing = Customer.objects.unmerged().filter(pk=OuterRef("customer"))
    return SearchEntry.objects.filter(~Exists(standing), kind=CUSTOMER).delete()[0]


def index_many(kind: str, entries: Iterable[Entry]) -> int:
    """Writes or rewrites many entries of one kind, in batches that bound memory. Returns how many."""
    written = 0
    waiting = iter(entries)
    while batch := list(islice(waiting, BATCH)):
        SearchEntry.objects.bulk_create(
            [_row(kind, entry) for entry in batch],
            update_conflicts=True,
            unique_fields=["kind", "key"],
            update_fields=["customer", "team", "owner", "label", "text", "grams"],
        )
        written += len(batch)
    return written


def _row(kind: str, entry: Entry) -> SearchEntry:
    forms = list(dict.fromkeys(chain.from_iterable(grams.words(t) if isinstance(t, str) else t for t in entry.texts)))
    return SearchEntry(
        kind=kind,
        key=str(entry.key),
        customer_id=entry.customer_id,
        team_id=entry.team_id,
        owner_id=entry.owner_id,
        label=entry.label[:300],
        text=grams.written(forms),
        grams=grams.grams(forms),
    )


def remove(kind: str, key: str | int) -> None:
    SearchEntry.objects.filter(kind=kind, key=str(key)).delete()


def customer_entries(customers: QuerySet[Customer]) -> Iterable[Entry]:
    """What is found of these customers: name, every number they ever had, references, telephones, mails, messengers."""
    related = customers.prefetch_related("numbers", "references", "contact_points")
    for customer in related.iterator(chunk_size=BATCH):
        yield customer_entry(customer)


def customer_entry(customer: Customer) -> Entry:
    texts: list[str | list[Form]] = [name(customer.name)]
    if customer.family_name and customer.given_name and not pinyin.has_han(customer.name):
        # Both orders, so that "ellison m" stands in one of them.
        texts.append(name(f"{customer.family_name} {customer.given_name}"))
    texts += [number(known.number) for known in customer.numbers.all()]
    texts += [reference(known.reference) for known in customer.references.all()]
    for point in customer.contact_points.all():
        if point.kind == "phone":
            texts.append(phone(point.normalised))
        elif point.kind == "email":
            texts.append(mail(point.normalised))
        elif point.kind == "messenger":
            texts.append(reference(point.value))
        else:
            texts.append(point.value)
    return Entry(
        customer.pk,
        customer.title,
        texts,
        customer_id=customer.pk,
        team_id=customer.team_id,
        owner_id=customer.owner_id,
    )


def reindex(customers: QuerySet[Customer] | Iterable[int] | None = None) -> int:
    """Rewrites the entries of these customers (all: None), set-based: for imports and `manage.py reindex_search`."""
    if customers is None:
        customers = Customer.objects.all()
    elif not isinstance(customers, QuerySet):
        customers = Customer.objects.filter(pk__in=list(customers))
    return index_many(CUSTOMER, customer_entries(customers.filter(merged_into__isnull=True)))


# --- Asking ---


def _stands(spelling: str) -> Q:
    return Q(grams__contains=grams.wanted(spelling), text__contains=spelling)


def _either(conditions: Iterable[Q]) -> Q:
    return functools.reduce(operator.or_, conditions, Q(pk__in=[]))


def _matches(query: Query) -> Q:
    """All that was typed in one of its spellings, or each of its words somewhere."""
    found = _either(_stands(spelling) for spelling in query.whole if grams.wanted(spelling))
    if query.by_terms:
        by_term = Q()
        for term in query.terms:
            # A word too short for the index still has to be there: "张 800" looks at every 张.
            by_term &= _either(_stands(s) if grams.wanted(s) else Q(text__contains=s) for s in term)
        found |= by_term
    return found


def _is(query: Query) -> Q:
    """Exactly what was typed is one whole form."""
    return _either(Q(grams__contains=[f"={s}"]) for s in query.whole if len(s) <= grams.WHOLE_UP_TO)


def find(user: Any, typed: str, limit: int = 20, kinds: Sequence[str] | None = None) -> list[Group]:
    """What matches `typed` and exists for `user`, by kind, the best first. One statement, one a kind for details."""
    query = grams.query(typed)
    asked = [source for source in sources() if kinds is None or source.kind in kinds]
    if not query.searchable or not asked:
        return []
    parts: list[QuerySet] = []
    for source in asked:
        rows = SearchEntry.objects.filter(source.visible(user), kind=source.kind).order_by()
        parts.append(rows.filter(_is(query))[:EXACT])
        parts.append(rows.filter(_matches(query))[:CANDIDATES])
    by_kind: dict[str, dict[int, _Ranked]] = {source.kind: {} for source in asked}
    for entry in parts[0].union(*parts[1:], all=True):
        if entry.pk not in by_kind[entry.kind] and (ranked := _rank(entry, query)):
            by_kind[entry.kind][entry.pk] = ranked
    return [
        _group(source, sorted(by_kind[source.kind].values(), key=lambda r: r.rank), limit)
        for source in asked
        if by_kind[source.kind]
    ]


def customers_matching(typed: str) -> QuerySet:
    """Ids of the customers in whose entry `typed` stands, whoever may see them: to narrow a list filtered by itself."""
    query = grams.query(typed)
    rows = SearchEntry.objects.filter(kind=CUSTOMER)
    return (rows.filter(_matches(query)) if query.searchable else rows.none()).values("customer_id")


def _rank(entry: SearchEntry, query: Query) -> _Ranked | None:
    """The form that matched best: whole before beginning before middle, names before numbers before the rest."""
    best: _Ranked | None = None
    for form in grams.read(entry.text):
        for spelling in query.spellings:
            place = form.text.find(spelling)
            if place < 0:
                continue
            all_of_it = spelling not in query.whole  # a word alone is less than everything that was typed
            if form.text == spelling:
                how = 0
            elif place == 0:
                how = 1
            elif not form.text[place - 1].isalnum():
                how = 2
            else:
                how = 3
            rank = (all_of_it, how, KIND_ORDER.index(form.kind), len(form.text), entry.label, entry.pk)
            if best is None or rank < best.rank:
                best = _Ranked(entry, form, spelling, rank)
    return best


def _group(source: SearchSource, ranked: list[_Ranked], limit: int) -> Group:
    shown = ranked[:limit]
    details = source.details([r.entry for r in shown]) if source.details else {}
    hits = []
    for r in shown:
        why, why_marked = _why(r)
        hits.append(
            Hit(
                kind=source.kind,
                number=source.number(r.entry),
                label=r.entry.label,
                marked=_label(r),
                why=why,
                why_marked=why_marked,
                url=source.url(r.entry),
                detail=details.get(r.entry.key, ""),
                entry=r.entry,
            )
        )
    return Group(source, hits, more=len(ranked) > limit, count=len(ranked))


# --- Why it matched ---


def _marked(text: str, ranges: Iterable[tuple[int, int]]) -> SafeString:
    """The text with these stretches in <mark>."""
    pieces, end = [], 0
    for start, stop in sorted(ranges):
        if start >= end:
            pieces += [(text[end:start], text[start:stop])]
            end = stop
    return format_html("{}{}", format_html_join("", "{}<mark>{}</mark>", pieces), text[end:])


def _folded_ranges(text: str, spellings: Iterable[str]) -> list[tuple[int, int]]:
    """Where one of the spellings stands in the text as it is written: full-width, accented, with dots in between."""
    letters, places = [], []
    for place, character in enumerate(text):
        for letter in grams.fold(character):
            letters.append(letter)
            places.append(place)
    plain = "".join(letters)
    for spelling in spellings:
        at = plain.find(spelling.replace(" ", ""))
        if spelling and at >= 0:
            length = len(spelling.replace(" ", ""))
            return [(places[at], places[at + length - 1] + 1)]
    return []


def _reading(text: str, form: Form) -> tuple[str, ...]:
    """The syllables behind a pinyin or initials form."""
    for reading in pinyin.readings(grams.fold(text)):
        if form.text in ("".join(reading), "".join(s[:1] for s in reading)):
            return reading
    return ()


def _touched(reading: Sequence[str], form: Form, spelling: str) -> list[tuple[int, int, int]]:
    """(syllable, from, to): the letters of each syllable that the spelling covers."""
    start = form.text.find(spelling)
    stop = start + len(spelling)
    if form.kind == grams.INITIALS:
        return [(place, 0, 1) for place in range(start, stop)]
    found, at = [], 0
    for place, syllable in enumerate(reading):
        begin, end = max(start, at) - at, min(stop, at + len(syllable)) - at
        if begin < end:
            found.append((place, begin, end))
        at += len(syllable)
    return found


def _label(ranked: _Ranked) -> SafeString:
    entry, form = ranked.entry, ranked.form
    if form.kind in (grams.PINYIN, grams.INITIALS):
        places = [m.start() for m in pinyin.HAN.finditer(entry.label)]
        reading = _reading(entry.label, form)
        touched = _touched(reading, form, ranked.spelling) if len(reading) == len(places) else []
        return _marked(entry.label, [(places[place], places[place] + 1) for place, _b, _e in touched])
    if form.kind == grams.PHONE:
        return _marked(entry.label, [])
    return _marked(entry.label, _folded_ranges(entry.label, [ranked.spelling]))


def _why(ranked: _Ranked) -> tuple[str, SafeString]:
    """ "Pinyin initials: zhang san", plain and with the matching letters marked."""
    form, spelling = ranked.form, ranked.spelling
    text, ranges = form.text, _folded_ranges(form.text, [spelling])
    if form.kind in (grams.PINYIN, grams.INITIALS) and (reading := _reading(ranked.entry.label, form)):
        text = " ".join(reading)
        starts = [sum(len(s) + 1 for s in reading[:place]) for place in range(len(reading))]
        ranges = [(starts[p] + begin, starts[p] + end) for p, begin, end in _touched(reading, form, spelling)]
    elif form.kind == grams.NAME and (as_written := _folded_ranges(ranked.entry.label, [spelling])):
        text, ranges = ranked.entry.label, as_written
    elif form.kind == grams.PHONE:
        text, ranges = _spoken(form.text, spelling)
    elif form.kind == grams.WORDS and len(text) > 60:
        at = max(text.find(spelling) - 20, 0)
        text = ("…" if at else "") + text[at : at + 60] + "…"
        ranges = _folded_ranges(text, [spelling])
    elif form.kind in (grams.NUMBER, grams.REFERENCE):
        text = form.text.upper()
    label = KIND_WORDS.get(form.kind, "")
    sentence = _("%(what)s: %(text)s")
    head, _place, tail = (sentence % {"what": label, "text": "\0"}).partition("\0")
    return f"{head}{text}{tail}", format_html("{}{}{}", head, _marked(text, ranges), tail)


def _spoken(digits: str, spelling: str) -> tuple[str, list[tuple[int, int]]]:
    """A number spaced as it is spoken, and where its matching digits stand."""
    spoken = phones.shown(f"+{digits}") if phones.stored(f"+{digits}") else digits  # else as it is dialled at home
    places = [place for place, sign in enumerate(spoken) if sign.isdigit()]
    plain = "".join(spoken[place] for place in places)
    at = plain.find(spelling)
    if at < 0:
        return digits, _folded_ranges(digits, [spelling])
    covered = places[at : at + len(spelling)]
    runs: list[tuple[int, int]] = []
    for place in covered:
        if runs and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return spoken, runs
