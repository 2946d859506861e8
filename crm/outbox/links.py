"""The registry of secret links: made at sending from a row's id and the server's key, and stored nowhere."""

from collections.abc import Callable

_links: dict[str, Callable[[int], str]] = {}


def register(name: str, make: Callable[[int], str]) -> None:
    """`make(pk)` answers with the absolute address for a row; registered in `AppConfig.ready()`."""
    _links[name] = make


def is_known(name: str) -> bool:
    return name in _links


def make(name: str, pk: int) -> str:
    """The absolute address now. KeyError for a name that nobody registered."""
    return _links[name](pk)
