"""Puts values into the `{name}` places of a text. Not a template language: no loops, no attributes, no code.

A text is filled twice. When the promise is made, all values go in and only the places of secrets stay; every other
brace is doubled, so that a value that contains "{link}" stays the words it is. When it is sent, the secrets go in.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping

PLACE = re.compile(r"\{\{|\}\}|\{([a-z][a-z0-9_]*)\}|[{}]")
HIDDEN = "••••"


class UnknownPlace(ValueError):
    """A text has a place for which there is no value."""


def places(text: str) -> set[str]:
    """Names of the places in a text."""
    return {match[1] for match in PLACE.finditer(text) if match[1]}


def stray_braces(text: str) -> list[str]:
    """Braces that belong to no place, each with the letters around it; written twice they would be meant."""
    strays = [match for match in PLACE.finditer(text) if match[0] in "{}"]
    return [text[max(0, match.start() - 10) : match.end() + 10].strip() for match in strays]


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def fill(text: str, values: Mapping[str, str], secret: Collection[str] = ()) -> str:
    """The text with all values in; the places of secrets stay, every other brace is doubled."""

    def put(match: re.Match) -> str:
        name = match[1]
        if name is None:
            return _literal(match[0][0])
        if name in secret:
            return match[0]
        if name not in values:
            raise UnknownPlace(name)
        return _literal(values[name])

    return PLACE.sub(put, text)


def finish(text: str, secrets: Mapping[str, str]) -> str:
    """The filled text with its secrets in and its braces single again."""

    def put(match: re.Match) -> str:
        name = match[1]
        if name is None:
            return match[0][0]
        if name not in secrets:
            raise UnknownPlace(name)
        return secrets[name]

    return PLACE.sub(put, text)


def hide(text: str) -> str:
    """The filled text as pages show it: dots where a secret goes."""
    return PLACE.sub(lambda match: HIDDEN if match[1] else match[0][0], text)


def one_line(text: str) -> str:
    """Fit for a header: white space of every kind becomes one space, control letters go."""
    spaced = " ".join(text.split())
    return "".join(letter for letter in spaced if unicodedata.category(letter) not in ("Cc", "Cs"))


def clean(text: str) -> str:
    """Fit for a body and for the database: line ends as \\n, no NUL, no half letters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.encode("utf-8", "replace").decode()
