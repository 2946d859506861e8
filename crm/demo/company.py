"""The house of the demo: its teams, the twenty who work there, its calendars and branches. What exists is left as it is."""

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from io import StringIO
from typing import Any
from uuid import uuid5

from django.contrib.auth.hashers import make_password
from django.core.management import CommandError, call_command

from crm.demo.diary import NAMESPACE, Diary
from crm.demo.models import Seeding
from crm.staff.actions import save_team
from crm.staff.backends import DEMO_PASSWORD
from crm.staff.models import Role, Team, User
from crm.staff.roles import ADMINISTRATOR
from crm.worktime.actions import set_week
from crm.worktime.models import WorkCalendar
from customers.models import Branch

FOUNDED = 700  # days ago

TEAMS = (  # key, part of, English, Chinese, lead, country of its calendar
    ("house", None, "Lantern House", "灯屋礼品", None, None),
    ("care", "house", "Customer Care", "客户关怀部", "lead", None),
    ("london", "care", "London Desk", "伦敦客服组", "callum", "GB"),
    ("aftersales", "house", "After-sales", "售后服务部", "xu", None),
    ("returns", "aftersales", "Returns and Repairs", "退换维修组", "zheng", None),
)

ACCOUNTS = ("agent", "agent2", "handler", "lead", "manager", "quality", "admin")
PEOPLE = (  # user name, name, role, team, language, telephone
    ("manager", "Helen Marsh", "manager", "house", "en", "0571-8800 1001"),
    ("quality", "沈静怡", "quality", "house", "zh-hans", "0571-8800 1002"),
    ("admin", "Daniel Osei", ADMINISTRATOR, "house", "en", "0571-8800 1003"),
    ("lead", "Priya Nair", "lead", "care", "en", "0571-8800 1010"),
    ("agent", "Emma Zhou", "agent", "care", "en", "0571-8800 1011"),
    ("handler", "Mark Ellery", "handler", "care", "en", "0571-8800 1012"),
    ("liu", "刘晓彤", "agent", "care", "zh-hans", "0571-8800 1013"),
    ("zhao", "赵一鸣", "agent", "care", "zh-hans", "0571-8800 1014"),
    ("sophie", "Sophie Turner", "agent", "care", "en", "0571-8800 1015"),
    ("callum", "Callum Boyd", "lead", "london", "en", "+44 20 7946 0101"),
    ("tom", "Tom Reid", "agent", "london", "en", "+44 20 7946 0102"),
    ("hannah", "Hannah Doyle", "agent", "london", "en", "+44 20 7946 0103"),
    ("imran", "Imran Siddiqui", "handler", "london", "en", "+44 20 7946 0104"),
    ("xu", "许志强", "lead", "aftersales", "zh-hans", "0571-8800 1020"),
    ("agent2", "王雨桐", "agent", "aftersales", "zh-hans", "0571-8800 1021"),
    ("he", "何俊杰", "handler", "aftersales", "zh-hans", "0571-8800 1022"),
    ("zhou", "周婷", "agent", "aftersales", "zh-hans", "0571-8800 1023"),
    ("zheng", "郑海燕", "lead", "returns", "zh-hans", "0571-8800 1030"),
    ("sun", "孙磊", "handler", "returns", "zh-hans", "0571-8800 1031"),
    ("dev", "Dev Shah", "agent", "returns", "en", "0571-8800 1032"),
)

BRANCHES = (  # key, English, Chinese, zone, team
    ("hangzhou", "Hangzhou West Lake", "杭州西湖店", "Asia/Shanghai", "care"),
    ("shanghai", "Shanghai Jing’an", "上海静安店", "Asia/Shanghai", "care"),
    ("spitalfields", "London Spitalfields", "伦敦斯皮塔佛德店", "Europe/London", "london"),
    ("online", "Online shop", "线上商城", "Asia/Shanghai", "care"),
)

LONDON_HOURS = {weekday: [(9 * 60, 17 * 60 + 30)] for weekday in range(5)}


@dataclass
class House:
    """Who and what there is, by the keys of the demo. One object a person, so that nobody's rights are read twice."""

    teams: dict[str, Team] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    branches: dict[str, Branch] = field(default_factory=dict)
    by_id: dict[int, User] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)

    def person(self, user_id: int | None) -> User | None:
        return self.by_id.get(user_id) if user_id else None


def furnish(seeding: Seeding, diary: Diary) -> House:
    """Adds what is missing of the house, and says who and what there is. A row that was made once is never made again."""
    house, made = House(), dict(seeding.made)
    calendars = _calendars(made, diary, house)
    _teams(made, house, calendars)
    _people(made, house)
    _leads(house)
    _branches(made, house)
    if made != seeding.made:
        seeding.made = made
        seeding.save(update_fields=["made"])
    return house


def _calendars(made: dict[str, int], diary: Diary, house: House) -> dict[str, WorkCalendar]:
    found: dict[str, WorkCalendar] = {}
    wanted = {"CN": None, "GB": ("London office hours", "伦敦办公时间", "Europe/London")}
    for country, names in wanted.items():
        key = f"calendar:{country}"
        calendar = WorkCalendar.objects.filter(pk=made.get(key)).first()
        if calendar is None:
            if names is None:
                calendar = WorkCalendar.objects.default()
            else:
                calendar = WorkCalendar.objects.create(name_en=names[0], name_zh=names[1], timezone=names[2])
                set_week(calendar.pk, LONDON_HOURS)
            made[key] = calendar.pk
            house.added.append(key)
            _holidays(calendar, country, diary)
        found[country] = calendar
    return found


def _holidays(calendar: WorkCalendar, country: str, diary: Diary) -> None:
    for year in sorted({diary.today.year, diary.day_of(diary.begin).year, (diary.today + dt.timedelta(days=30)).year}):
        try:
            call_command("load_holidays", calendar=calendar.pk, country=country, year=year, stdout=StringIO())
        except CommandError:  # a year of which nothing is known yet
            continue
    # The database draws a new revision by lot with every change. This one follows from what the calendar says, so that the
    # same house is the same rows; whatever is changed afterwards gets another.
    said = (
        sorted(calendar.windows.values_list("weekday", "opens", "closes")),
        sorted(calendar.days.values_list("on", "kind", "name")),
    )
    revision = uuid5(NAMESPACE, sha256(f"{calendar.pk} {calendar.timezone} {said}".encode()).hexdigest())
    WorkCalendar.objects.filter(pk=calendar.pk).update(revision=revision)


def _teams(made: dict[str, int], house: House, calendars: dict[str, WorkCalendar]) -> None:
    known = Team.objects.in_bulk()
    for key, parent, english, chinese, _lead, country in TEAMS:
        team = known.get(made.get(f"team:{key}", 0))
        if team is None:
            values: dict[str, Any] = {"name_en": english, "name_zh": chinese}
            values["parent"] = house.teams[parent] if parent else None
            values["calendar"] = calendars[country] if country else None
            team = save_team(None, by=None, values=values)
            made[f"team:{key}"] = team.pk
            house.added.append(f"team:{key}")
        house.teams[key] = team


def _people(made: dict[str, int], house: House) -> None:
    known = {user.pk: user for user in User.objects.select_related("team")}
    by_name = {user.username.lower(): user for user in known.values()}
    missing: list[tuple[User, str]] = []
    for name, says, role, team, language, phone in PEOPLE:
        user = known.get(made.get(f"person:{name}", 0)) or by_name.get(name)
        if user is None:
            administrates = role == ADMINISTRATOR
            user = User(
                username=name,
                name=says,
                email=f"{name}@example.com",
                phone=phone,
                team=house.teams[team],
                language=language,
                timezone="Europe/London" if team == "london" else "Asia/Shanghai",
                is_staff=administrates,
                is_superuser=administrates,
                password=_password(name),
            )
            missing.append((user, role))
        house.people[name] = user
    User.objects.bulk_create(user for user, _role in missing)
    groups = dict(Role.objects.values_list("key", "group_id"))
    through = User.groups.through
    through.objects.bulk_create(
        through(user_id=user.pk, group_id=groups[role]) for user, role in missing if role in groups
    )
    for user, _role in missing:
        made[f"person:{user.username}"] = user.pk
        house.added.append(f"person:{user.username}")
    house.by_id = {user.pk: user for user in house.people.values()}


def _password(name: str) -> str:
    """The known password for the accounts, none for the others."""
    return _known_password() if name in ACCOUNTS else f"!{sha256(name.encode()).hexdigest()[:40]}"


@lru_cache(maxsize=1)
def _known_password() -> str:
    """Made once for all, and its salt is fixed: there is no secret to protect, it opens nothing but a demo."""
    return make_password(DEMO_PASSWORD, salt=sha256(b"demo accounts").hexdigest()[:22])


def _leads(house: House) -> None:
    """Only where the team was made just now: whom a person set as lead stays."""
    for key, _parent, _english, _chinese, lead, _country in TEAMS:
        if lead and f"team:{key}" in house.added:
            save_team(house.teams[key].pk, by=None, values={"lead": house.people[lead]})
            house.teams[key].lead = house.people[lead]


def _branches(made: dict[str, int], house: House) -> None:
    known = Branch.objects.in_bulk()
    for key, english, chinese, zone, team in BRANCHES:
        branch = known.get(made.get(f"branch:{key}", 0))
        if branch is None:
            branch = Branch.objects.create(name_en=english, name_zh=chinese, timezone=zone, team=house.teams[team])
            made[f"branch:{key}"] = branch.pk
            house.added.append(f"branch:{key}")
        house.branches[key] = branch
