"""What the apps put into the frame around every page: navigation, the "+" menu, banners, the bell, the line on reminders.

Filled in `AppConfig.ready()`; the frame asks each entry once a page, so a callable costs one cheap query at the most.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

Words = Any  # a str or a lazy translation


def always(user: Any) -> bool:
    return True


@dataclass(frozen=True)
class NavItem:
    """An entry at the left. `also` are further path prefixes that belong to it, such as "/purchases/"."""

    key: str
    label: Words
    icon: str
    url_name: str
    position: int
    allowed: Callable[[Any], bool] = always
    count: Callable[[Any], tuple[int, str] | None] | None = None  # (number, tone "" or "bad")
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewItem:
    """An entry of the "+" menu. `shortcut` is the one key that opens it while the menu is open."""

    key: str
    label: Words
    icon: str
    url_name: str
    position: int
    allowed: Callable[[Any], bool] = always
    shortcut: str = ""


@dataclass(frozen=True)
class Banner:
    """The strip under the top bar: what fails since when, and what to do now. Tones: "bad", "warn"."""

    tone: str
    title: Words
    text: Words = ""
    url: str = ""


BannerSource = Callable[[HttpRequest], Banner | None]

_nav: dict[str, NavItem] = {}
_new: dict[str, NewItem] = {}
_banners: list[BannerSource] = []
_bell: list[Callable[[HttpRequest], int]] = []
_beat: list[Callable[[HttpRequest], tuple[bool, Words] | None]] = []
_who_may: list[Callable[[str], list[Words]]] = []


def register_nav(item: NavItem) -> None:
    _nav[item.key] = item


def register_new(item: NewItem) -> None:
    _new[item.key] = item


def register_banner(source: BannerSource) -> None:
    if source not in _banners:
        _banners.append(source)


def register_bell(source: Callable[[HttpRequest], int]) -> None:
    """Who counts the unread reminders of the reader; the last one registered is asked."""
    _bell[:] = [source]


def register_beat(source: Callable[[HttpRequest], tuple[bool, Words] | None]) -> None:
    """Who says whether reminders leave on time, as (well, words); the last one registered is asked."""
    _beat[:] = [source]


def register_who_may(source: Callable[[str], list[Words]]) -> None:
    """Who knows which roles have a permission ("complaints.assign_complaint"); the page "no access" names them."""
    _who_may[:] = [source]


def who_may(permission: str) -> list[Words]:
    return _who_may[0](permission) if _who_may else []


def nav_items() -> list[NavItem]:
    return sorted(_nav.values(), key=lambda item: item.position)


def new_items() -> list[NewItem]:
    return sorted(_new.values(), key=lambda item: item.position)


def banners(request: HttpRequest) -> list[Banner]:
    return [banner for source in _banners if (banner := source(request))]


def unread(request: HttpRequest) -> int:
    return sum(source(request) for source in _bell)


def beat(request: HttpRequest) -> tuple[bool, Words] | None:
    return _beat[0](request) if _beat else None
