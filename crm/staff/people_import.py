"""A list of staff as a CSV file: read as it comes, checked whole, every problem with its line and column.

Columns (English or Chinese headers, any order): username, name, email, phone, team, roles, language. A user name that exists
changes that person, an empty cell leaves what is there. Nothing is written unless every line is right.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.staff.models import Role, Team, User

COLUMNS = ("username", "name", "email", "phone", "team", "roles", "language")
HEADERS = {
    "用户名": "username",
    "账号": "username",
    "姓名": "name",
    "邮箱": "email",
    "电子邮件": "email",
    "电话": "phone",
    "手机": "phone",
    "团队": "team",
    "部门": "team",
    "角色": "roles",
    "语言": "language",
    "user name": "username",
    "e-mail": "email",
    "telephone": "phone",
    "role": "roles",
}
LANGUAGES = {"en": "en", "english": "en", "英文": "en", "英语": "en"} | dict.fromkeys(
    ("zh", "zh-cn", "zh-hans", "chinese", "中文", "简体中文"), "zh-hans"
)
MAX_BYTES = 1024 * 1024
MAX_LINES = 2000


class NotATable(ValueError):
    """The file cannot be read at all; the words say why."""


@dataclass(frozen=True)
class Problem:
    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Entry:
    """One line that is right: whom it adds or changes, and to what."""

    line: int
    user: User | None
    values: dict[str, Any]
    roles: list[str] | None

    def shown(self, field: str) -> Any:
        """What the field will be: from the list, else what is there."""
        return self.values.get(field, getattr(self.user, field, None)) or ""

    @property
    def name(self) -> str:
        return self.shown("name")

    @property
    def team(self) -> Team | str:
        return self.shown("team")

    @property
    def changes(self) -> list[str]:
        """Names of the fields that become different; all of them for somebody new."""
        if self.user is None:
            return list(self.values)
        return [name for name, value in self.values.items() if getattr(self.user, name) != value]


@dataclass
class Plan:
    """What an import would do, and everything that stands in its way."""

    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def added(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.user is None]

    @property
    def changed(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.user is not None]


def decode(content: bytes) -> str:
    """UTF-8 with or without a mark, else GB18030."""
    if len(content) > MAX_BYTES:
        raise NotATable(_("The file is larger than 1 MB."))
    if b"\0" in content:
        raise NotATable(_("This is not a text file. Save the sheet as CSV."))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotATable(_("The letters of this file are neither UTF-8 nor GB18030."))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t，", key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        raise NotATable(_("Line %(line)s cannot be read: quotes do not match.") % {"line": reader.line_num}) from error


def read(text: str) -> list[tuple[int, dict[str, str]]]:
    """The lines as cells by column, with their numbers in the file."""
    rows = _rows(text.lstrip("﻿"))
    header = next(rows, (0, []))[1]
    names = [HEADERS.get(cell.lower(), cell.lower()) for cell in header]
    if missing := [name for name in ("username", "name") if name not in names]:
        raise NotATable(_("Columns are missing: %(columns)s") % {"columns": ", ".join(missing)})
    if unknown := [name for name in names if name and name not in COLUMNS]:
        raise NotATable(_("Columns nobody knows: %(columns)s") % {"columns": ", ".join(unknown)})
    if len(set(names)) != len(names):
        raise NotATable(_("A column stands there twice."))
    lines = [(line, dict(zip(names, row, strict=False))) for line, row in rows if any(row)]
    if len(lines) > MAX_LINES:
        raise NotATable(_("More than %(count)s lines.") % {"count": MAX_LINES})
    return lines


class _House:
    """Teams and roles by every name people may write."""

    def __init__(self) -> None:
        self.roles: dict[str, str] = {}
        for role in Role.objects.filter(retired_at__isnull=True):
            for name in (role.key, role.name_en, role.name_zh):
                self.roles[name.lower()] = role.key
        self.roles.pop("", None)
        self.teams: dict[str, list[Team]] = {}
        teams = {team.pk: team for team in Team.objects.active()}
        for team in teams.values():
            above = [teams[pk] for pk in reversed(team.ancestor_ids) if pk in teams]
            names = {team.name_en, team.name_zh}
            for pick in ("name_en", "name_zh"):
                names.add("/".join(getattr(one, pick) or one.name for one in above))
            for name in names - {""}:
                self.teams.setdefault(name.lower(), []).append(team)

    def team(self, typed: str) -> Team:
        key = "/".join(part.strip() for part in typed.lower().replace("／", "/").split("/"))
        found = self.teams.get(key, [])
        if not found:
            raise ValidationError(_("There is no such team."))
        if len(found) > 1:
            raise ValidationError(_("Several teams have this name: write the way to it, such as Sales/East."))
        return found[0]

    def role_keys(self, typed: str) -> list[str]:
        for sign in ";；、，|/":
            typed = typed.replace(sign, ",")
        keys = []
        for name in filter(None, (part.strip() for part in typed.split(","))):
            if name.lower() not in self.roles:
                raise ValidationError(_("There is no role “%(role)s”.") % {"role": name})
            keys.append(self.roles[name.lower()])
        return keys


def _language(typed: str) -> str:
    if typed.lower() not in LANGUAGES:
        names = ", ".join(code for code, _name in settings.LANGUAGES)
        raise ValidationError(_("Languages are: %(names)s") % {"names": names})
    return LANGUAGES[typed.lower()]


def plan(text: str) -> Plan:
    """What the list would do. Asks the database, changes nothing."""
    result, house = Plan(), _House()
    lines = read(text)
    known = {user.username.lower(): user for user in User.objects.select_related("team")}
    seen: dict[str, int] = {}
    for line, cells in lines:
        problems: list[Problem] = []

        def wrong(column: str, reason: str, line=line, cells=cells, problems=problems) -> None:
            problems.append(Problem(line, column, cells.get(column, "")[:60], reason))

        username = cells.get("username", "")
        user = known.get(username.lower())
        if username.lower() in seen:
            wrong("username", _("Stands in line %(line)s already.") % {"line": seen[username.lower()]})
        seen.setdefault(username.lower(), line)
        if user is not None and not user.is_active:
            wrong("username", _("This account is deactivated. Activate it first."))
        values: dict[str, Any] = {"username": user.username if user else username}
        for column in ("name", "email", "phone"):
            if cells.get(column):
                values[column] = cells[column]
        roles = None
        try:
            if cells.get("team"):
                values["team"] = house.team(cells["team"])
        except ValidationError as error:
            wrong("team", error.messages[0])
        try:
            if cells.get("roles"):
                roles = house.role_keys(cells["roles"])
        except ValidationError as error:
            wrong("roles", error.messages[0])
        try:
            if cells.get("language"):
                values["language"] = _language(cells["language"])
        except ValidationError as error:
            wrong("language", error.messages[0])
        whole = User(**({"password": "!"} | values))
        try:
            whole.clean_fields(exclude=["password", "team"])
        except ValidationError as error:
            for column, reasons in error.message_dict.items():
                if not (user and column not in values):  # an empty cell keeps what somebody has
                    wrong(column if column in COLUMNS else "username", reasons[0])
        if user is None and not values.get("name") and not any(p.column == "name" for p in problems):
            wrong("name", _("This field is required."))
        if problems:
            result.problems += problems
        else:
            result.entries.append(Entry(line, user, values, roles))
    return result
