"""Gives every template its frame: computed when a template asks for it, and nothing that queries for strangers."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language

from crm.look import frame as registry

IN_BOTTOM_BAR = 4


@dataclass(frozen=True)
class NavEntry:
    key: str
    label: Any
    icon: str
    url: str
    count: int | None
    tone: str
    current: bool


@dataclass(frozen=True)
class NewEntry:
    key: str
    label: Any
    icon: str
    url: str
    shortcut: str


@dataclass(frozen=True)
class Language:
    code: str
    name: str
    current: bool


def url_or_nothing(name: str) -> str:
    """The address of a page, or "" where that page is not part of this installation."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


class Frame:
    """All that base.html shows around a page; each part is asked for at most once."""

    def __init__(self, request: HttpRequest):
        self.request = request
        self.company = settings.COMPANY_NAME
        self.path = request.get_full_path()

    @cached_property
    def signed_in(self) -> bool:
        user = getattr(self.request, "user", None)
        return bool(user and user.is_authenticated)

    @cached_property
    def current(self) -> str:
        """Key of the entry that the page belongs to: the one with the longest matching beginning of the path."""
        best, key = 0, ""
        for item, url in self._nav_urls:
            for beginning in (url, *item.also):
                if self.request.path.startswith(beginning) and len(beginning) > best:
                    best, key = len(beginning), item.key
        return key

    @cached_property
    def _nav_urls(self) -> list[tuple[registry.NavItem, str]]:
        if not self.signed_in:
            return []
        allowed = [item for item in registry.nav_items() if item.allowed(self.request.user)]
        return [(item, url) for item in allowed if (url := url_or_nothing(item.url_name))]

    @cached_property
    def nav(self) -> list[NavEntry]:
        entries = []
        for item, url in self._nav_urls:
            count, tone = (item.count(self.request.user) if item.count else None) or (None, "")
            entries.append(NavEntry(item.key, item.label, item.icon, url, count, tone, item.key == self.current))
        return entries

    @property
    def bottom(self) -> list[NavEntry]:
        return self.nav[:IN_BOTTOM_BAR]

    @property
    def rest(self) -> list[NavEntry]:
        return self.nav[IN_BOTTOM_BAR:]

    @cached_property
    def new(self) -> list[NewEntry]:
        if not self.signed_in:
            return []
        return [
            NewEntry(item.key, item.label, item.icon, url, item.shortcut)
            for item in registry.new_items()
            if item.allowed(self.request.user) and (url := url_or_nothing(item.url_name))
        ]

    @cached_property
    def banners(self) -> list[registry.Banner]:
        return registry.banners(self.request) if self.signed_in else []

    @cached_property
    def unread(self) -> int:
        return registry.unread(self.request) if self.signed_in else 0

    @cached_property
    def beat(self) -> tuple[bool, Any] | None:
        return registry.beat(self.request) if self.signed_in else None

    @cached_property
    def languages(self) -> list[Language]:
        active = (get_language() or "").lower()
        return [Language(code, name, code == active) for code, name in settings.LANGUAGES]

    @property
    def other_languages(self) -> list[Language]:
        return [language for language in self.languages if not language.current]

    @cached_property
    def initials(self) -> str:
        """Two letters of a Latin name, the given name of a Chinese one."""
        name = str(getattr(self.request, "user", "")).strip()
        parts = name.split()
        if len(parts) > 1:
            return (parts[0][0] + parts[-1][0]).upper()
        return name[:2].upper() if name.isascii() else name[-2:]


def frame(request: HttpRequest) -> dict[str, Any]:
    return {"frame": Frame(request)}
