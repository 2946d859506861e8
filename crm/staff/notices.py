"""The kinds of lines at the bell: registered in `ready()` by the app that rings, with words, icon and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class NoticeKind:
    """`words` is a lazy text with %(name)s places, filled from the notice's values when it is read."""

    key: str
    words: Any
    icon: str = "bell"
    fill: Callable[[dict], dict] | None = None  # values → places, where they depend on the reader's language


_kinds: dict[str, NoticeKind] = {}


def register(kind: NoticeKind) -> None:
    _kinds[kind.key] = kind


def get(key: str) -> NoticeKind | None:
    return _kinds.get(key)


class _Gap(dict):
    """A value that an old row does not have leaves a gap, not an error."""

    def __missing__(self, key: str) -> str:
        return "…"


def words(key: str, values: dict) -> str:
    """What a notice says, in the reader's language."""
    kind = _kinds.get(key)
    if kind is None:
        return key
    return str(kind.words) % _Gap(kind.fill(values) if kind.fill else values)
