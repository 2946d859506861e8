"""Rows for tests: plain functions, each the smallest valid row of its kind. Every part adds its own below its heading."""

from itertools import count
from types import SimpleNamespace

from crm.staff.models import Role, Team, User

_numbers = count(1)


def unique(prefix: str) -> str:
    """`prefix` with a number that no other row of this run has."""
    return f"{prefix}{next(_numbers)}"


# --- Staff ---------------------------------------------------------------------------------------------------------------------


def make_team(name: str = "", parent: Team | None = None, **fields) -> Team:
    """A team with its path."""
    team = Team.objects.create(name_en=name or unique("Team "), parent=parent, **fields)
    team.path = f"{parent.path if parent else '/'}{team.pk}/"
    team.save(update_fields=["path"])
    return team


def make_user(username: str = "", *, role: str | None = "agent", team: Team | None = None, **fields) -> User:
    """Somebody with one shipped role; the password is `correct horse battery`."""
    username = username or unique("person")
    fields.setdefault("name", username.capitalize())
    fields.setdefault("email", f"{username}@example.com")
    if role == "administrator":
        fields = {"is_staff": True, "is_superuser": True} | fields
    user = User.objects.create_user(username, fields.pop("password", PASSWORD), team=team, **fields)
    if role:
        user.groups.add(Role.objects.get(key=role).group)
    return user


PASSWORD = "correct horse battery"


def make_house() -> SimpleNamespace:
    """Two branches of one company, so that "another team" is never one's own by accident."""
    company = make_team("Company", name_zh="公司")
    sales = make_team("Sales", company, name_zh="销售部")
    sales_east = make_team("Sales East", sales, name_zh="华东组")
    sales_west = make_team("Sales West", sales, name_zh="西部组")
    service = make_team("Service", company, name_zh="服务部")
    repairs = make_team("Repairs", service, name_zh="维修组")
    return SimpleNamespace(
        company=company, sales=sales, sales_east=sales_east, sales_west=sales_west, service=service, repairs=repairs
    )


# name: (role, team). The second of a role stands in the other branch of the tree; those of the widest scopes stand in a
# branch, too: at the root, "own team and below" and "everything" could not be told apart.
PEOPLE = {
    "agent": ("agent", "sales_east"),
    "colleague": ("agent", "sales_east"),
    "handler": ("handler", "sales_east"),
    "lead": ("lead", "sales"),
    "manager": ("manager", "sales"),
    "quality": ("quality", "sales"),
    "admin": ("administrator", "company"),
    "agent2": ("agent", "repairs"),
    "colleague2": ("agent", "repairs"),
    "handler2": ("handler", "repairs"),
    "lead2": ("lead", "service"),
    "manager2": ("manager", "service"),
    "quality2": ("quality", "service"),
    "admin2": ("administrator", "service"),
    "deactivated": ("agent", "sales_east"),
}


def make_people(house: SimpleNamespace) -> SimpleNamespace:
    """Everybody in `PEOPLE`, with the leads set at their teams."""
    groups = {role.key: role.group_id for role in Role.objects.all()}
    people = User.objects.bulk_create(
        User(
            username=name,
            name=name.capitalize(),
            email=f"{name}@example.com",
            team=getattr(house, team),
            is_active=name != "deactivated",
            is_staff=role == "administrator",
            is_superuser=role == "administrator",
            password="!",
        )
        for name, (role, team) in PEOPLE.items()
    )
    through = User.groups.through
    through.objects.bulk_create(through(user_id=user.pk, group_id=groups[PEOPLE[user.username][0]]) for user in people)
    them = SimpleNamespace(**{user.username: user for user in people})
    for team, lead in ((house.sales, them.lead), (house.service, them.lead2)):
        team.lead = lead
        team.save(update_fields=["lead"])
    return them


# --- Customers -----------------------------------------------------------------------------------------------------------------


# --- Purchases -----------------------------------------------------------------------------------------------------------------


# --- Complaints ----------------------------------------------------------------------------------------------------------------


# --- Satisfaction --------------------------------------------------------------------------------------------------------------


# --- Follow-ups ----------------------------------------------------------------------------------------------------------------
