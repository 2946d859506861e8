"""The translations: one catalogue a language in crm/locale, gathered from the sources, filled from JSON, checked, compiled.

    python -m crm.local.messages update            gather the texts of all sources (needs gettext's xgettext)
    python -m crm.local.messages missing [PREFIX]  what has no translation yet, as JSON, of source files below PREFIX
    python -m crm.local.messages fill FILE.json    put {text: translation} into the catalogue
    python -m crm.local.messages check             fails when anything is missing, outdated or has lost a placeholder
    python -m crm.local.messages compile           .mo files where a .po is newer (no gettext needed)

Why not makemessages: it guesses ("fuzzy"), notes line numbers and the hour, and so changes on every run and collides in every
merge. Here an entry is its text and the files it is in; it keeps its translation for as long as the text stays the same.
In JSON a text with a context is written "context\\u0004text"; a text with a plural stands under its singular and may have a list.
"""

import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import polib

CHECKOUT = Path(__file__).resolve().parent.parent.parent
LOCALE = CHECKOUT / "crm" / "locale"
LANGUAGES = {"zh_Hans": "nplurals=1; plural=0;"}
SOURCES = ("crm", "customers", "complaints", "satisfaction", "followups", "insights", "templates")
NOT_READ = {"tests", "migrations", "locale", "local", "__pycache__", "vendor"}
KEYWORDS = (
    "gettext_noop",
    "gettext_lazy",
    "ngettext_lazy:1,2",
    "pgettext:1c,2",
    "npgettext:1c,2,3",
    "pgettext_lazy:1c,2",
    "npgettext_lazy:1c,2,3",
)
WIDTH = 118
CONTEXT_MARK = "\u0004"  # gettext's own between context and text
PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]*[\d.]*[a-zA-Z]|%[a-zA-Z]|\{\w*\}")

Catalogue: TypeAlias = polib.POFile


class Refused(Exception):
    """What is wrong, in words for the person who translates."""


# --- Reading the sources -------------------------------------------------------------------------------------------------------


def sources(top: Path = CHECKOUT) -> Iterator[Path]:
    for folder in SOURCES:
        for path in sorted((top / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and not NOT_READ & set(path.relative_to(top).parts):
                yield path


def gather(top: Path = CHECKOUT) -> Catalogue:
    """All texts of the sources, without translations."""
    from django.utils.translation.template import templatize

    if not shutil.which("xgettext"):
        raise Refused("gettext is missing; install it, on Debian and Ubuntu: apt-get install gettext")
    with tempfile.TemporaryDirectory() as scratch:
        names = []
        for path in sources(top):
            name = path.relative_to(top)
            text = path.read_text(encoding="utf-8")
            if path.suffix != ".py":
                text = templatize(text, origin=str(name))
            target = Path(scratch, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            names.append(str(name))
        command = [
            "xgettext",
            "--language=Python",
            "--from-code=UTF-8",
            "--add-comments=Translators",
            "--output=-",
            "--files-from=-",
        ]
        command += [f"--keyword={word}" for word in KEYWORDS]
        done = subprocess.run(command, cwd=scratch, input="\n".join(names), capture_output=True, text=True)
    if done.returncode:
        raise Refused(done.stderr.strip())
    catalogue = polib.pofile(done.stdout)
    for entry in catalogue:
        entry.occurrences = sorted({(name, "") for name, _ in entry.occurrences})
        entry.flags = []
    return catalogue


# --- The catalogue -------------------------------------------------------------------------------------------------------------


def path_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def key(entry: polib.POEntry) -> str:
    return f"{entry.msgctxt}{CONTEXT_MARK}{entry.msgid}" if entry.msgctxt else entry.msgid


def load(language: str) -> Catalogue:
    path = path_of(language)
    catalogue = polib.pofile(str(path), wrapwidth=WIDTH) if path.exists() else polib.POFile(wrapwidth=WIDTH)
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": language,
        "Plural-Forms": LANGUAGES[language],
    }
    return catalogue


def save(catalogue: Catalogue, language: str) -> None:
    catalogue.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}.new")
    new.write_text(str(catalogue) + "\n", encoding="utf-8")
    os.replace(new, path)


@contextlib.contextmanager
def only_me() -> Iterator[None]:
    """Several may fill the catalogue at once; each takes its turn from reading to writing."""
    LOCALE.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(LOCALE, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def merge(found: Catalogue, old: Catalogue) -> None:
    """Make `old` hold exactly the texts that were found; a translation stays with its text."""
    translations = {(key(entry), entry.msgid_plural): entry for entry in old if "fuzzy" not in entry.flags}
    old.clear()
    for entry in found:
        if known := translations.get((key(entry), entry.msgid_plural)):
            entry.msgstr, entry.msgstr_plural = known.msgstr, known.msgstr_plural
        elif entry.msgid_plural:
            entry.msgstr_plural = {0: ""}
        old.append(entry)


def is_missing(entry: polib.POEntry) -> bool:
    return not entry.translated() or "fuzzy" in entry.flags


def is_below(entry: polib.POEntry, prefix: str) -> bool:
    return any(name.startswith(prefix) for name, _ in entry.occurrences)


def lost_placeholders(entry: polib.POEntry) -> str:
    """Which places of the text its translation lacks or invents; empty when they agree."""
    wanted = set(PLACEHOLDER.findall(entry.msgid.replace("%%", "")))
    either = wanted | set(PLACEHOLDER.findall((entry.msgid_plural or "").replace("%%", "")))
    for said in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
        has = set(PLACEHOLDER.findall(said.replace("%%", "")))
        if entry.msgid_plural:
            wrong = (wanted & set(PLACEHOLDER.findall(entry.msgid_plural))) - has | has - either
        else:
            wrong = wanted ^ has
        if wrong:
            return ", ".join(sorted(wrong))
    return ""


# --- Verbs ---------------------------------------------------------------------------------------------------------------------


def update() -> str:
    found = gather()
    counts = []
    for language in LANGUAGES:
        with only_me():
            catalogue = load(language)
            merge(polib.pofile(str(found)), catalogue)
            save(catalogue, language)
        counts.append(f"{language}: {len(catalogue)} texts, {sum(map(is_missing, catalogue))} without a translation")
    return "\n".join(counts)


def missing(prefix: str = "") -> dict[str, str]:
    return {
        key(entry): ""
        for language in LANGUAGES
        for entry in load(language)
        if is_missing(entry) and is_below(entry, prefix)
    }


def fill(given: dict[str, str | list[str]], language: str = "zh_Hans") -> list[str]:
    """Returns what was not taken: texts that the catalogue does not know, translations that lose a placeholder."""
    refused = []
    with only_me():
        catalogue = load(language)
        entries = {key(entry): entry for entry in catalogue}
        for text, translation in given.items():
            entry = entries.get(text)
            if not translation:
                continue
            if entry is None:
                refused.append(f"no such text: {text!r}")
                continue
            before = entry.msgstr, entry.msgstr_plural
            if entry.msgid_plural:
                forms = translation if isinstance(translation, list) else [translation]
                entry.msgstr_plural = dict(enumerate(forms))
            else:
                entry.msgstr = translation if isinstance(translation, str) else translation[0]
            if wrong := lost_placeholders(entry):
                refused.append(f"placeholders differ ({wrong}): {text!r}")
                entry.msgstr, entry.msgstr_plural = before
        save(catalogue, language)
    return refused


def problems() -> list[str]:
    found = []
    gathered = {key(entry): entry for entry in gather()}
    for language in LANGUAGES:
        catalogue = {key(entry): entry for entry in load(language)}
        found += [
            f"{language}: not in the catalogue, run make messages: {text!r}"
            for text in gathered.keys() - catalogue.keys()
        ]
        found += [
            f"{language}: no longer in the sources, run make messages: {text!r}"
            for text in catalogue.keys() - gathered.keys()
        ]
        for text, entry in catalogue.items():
            if "fuzzy" in entry.flags:
                found.append(f"{language}: only guessed (fuzzy): {text!r}")
            elif is_missing(entry):
                found.append(f"{language}: no translation: {text!r}")
            elif wrong := lost_placeholders(entry):
                found.append(f"{language}: placeholders differ ({wrong}): {text!r}")
    return found


def compile_catalogues() -> None:
    for path in LOCALE.glob("*/LC_MESSAGES/django.po"):
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
            continue
        new = target.with_suffix(f".{os.getpid()}.new")
        polib.pofile(str(path)).save_as_mofile(str(new))
        os.replace(new, target)


def main(words: list[str]) -> int:
    try:
        match words:
            case ["update"]:
                print(update())
            case ["missing"] | ["missing", _]:
                print(json.dumps(missing(*words[1:]), ensure_ascii=False, indent=1, sort_keys=True))
            case ["fill", file]:
                refused = fill(json.loads(Path(file).read_text(encoding="utf-8")))
                print("\n".join(refused), end="\n" if refused else "")
                return 1 if refused else 0
            case ["check"]:
                found = problems()
                for line in found[:50]:
                    print(line)
                if found:
                    print(f"{len(found)} problems of translation.")
                return 1 if found else 0
            case ["compile"]:
                compile_catalogues()
            case _:
                print(__doc__)
                return 2
    except Refused as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
