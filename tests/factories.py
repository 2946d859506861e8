"""Rows for tests: plain functions, each the smallest valid row of its kind. Every part adds its own below its heading."""

from datetime import timedelta
from itertools import count
from types import SimpleNamespace

from django.utils import timezone

from crm.staff.models import Role, Team, User
from customers.models import Customer

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


def make_customer(
    name: str = "张三", *, phone: str = "", email: str = "", by: User | None = None, **fields
) -> Customer:
    """A customer made by the action itself: numbered, found by search. `phone` and `email` become contact points."""
    from customers.actions import create_customer

    points = [{"kind": kind, "value": value} for kind, value in (("phone", phone), ("email", email)) if value]
    return create_customer(by=by, values={"name": name, **fields}, contact_points=points, via="web" if by else "task")


# --- Purchases -----------------------------------------------------------------------------------------------------------------


def make_product(code: str = "", description: str = "", **fields):
    from customers.models import Product

    return Product.objects.create(code=code or unique("SKU-"), description=description, **fields)


def make_purchase(customer=None, *, lines=((1, "10.00"),), by: User | None = None, happened_at=None, **fields):
    """A purchase made by the action itself, a minute ago. `lines` are (quantity, unit price) or (quantity, price, product)."""
    from decimal import Decimal

    from customers.actions import record_purchase

    customer = customer or make_customer(owner=fields.get("staff"), team=fields.get("team"))
    rows = [
        {"product": more[0] if more else make_product(), "quantity": Decimal(quantity), "unit_price": Decimal(price)}
        for quantity, price, *more in lines
    ]
    fields.setdefault("currency", "CNY")
    happened_at = happened_at or timezone.now() - timedelta(minutes=1)
    return record_purchase(by=by, customer=customer, lines=rows, happened_at=happened_at, **fields)


# --- Complaints ----------------------------------------------------------------------------------------------------------------


def make_complaint(
    customer=None, *, owner: User | None = None, team: Team | None = None, by: User | None = None, **fields
):
    """A case as it is after being taken in by nobody in particular (the machine); its letters and notices included."""
    from complaints.actions import take_in

    customer = customer or make_customer()
    team = (
        team or (owner.team if owner else None) or customer.team or Team.objects.order_by("path").first() or make_team()
    )
    fields.setdefault("subject", unique("The door is scratched "))
    return take_in(by=by, customer=customer, owner=owner, team=team, via="web" if by else "task", **fields)


# --- Satisfaction --------------------------------------------------------------------------------------------------------------


def make_invitation(customer=None, *, source_kind: str = "purchase", owner: User | None = None, team=None, **fields):
    """A customer who was asked, with a link that works for thirty days."""
    from satisfaction.models import Invitation, Survey

    customer = customer or make_customer()
    now = timezone.now()
    defaults = {
        "survey": Survey.objects.first(),
        "source_id": next(_numbers),
        "state": "sent",
        "language": customer.language,
        "owner": owner or customer.owner,
        "team": team or customer.team,
        "nonce": "nonce",
        "created_at": now,
        "expires_at": now + timedelta(days=30),
    }
    return Invitation.objects.create(customer=customer, source_kind=source_kind, **defaults | fields)


def make_response(customer=None, *, owner: User | None = None, team=None, overall=5, nps=9, comment="", **fields):
    """An answer to an invitation of its own."""
    from satisfaction.models import Response

    invitation = make_invitation(customer, owner=owner, team=team, state="answered")
    return Response.objects.create(
        invitation=invitation,
        customer=invitation.customer,
        overall=overall,
        nps=nps,
        comment=comment,
        language=invitation.language,
        owner=invitation.owner,
        team=invitation.team,
        **fields,
    )


# --- Follow-ups ----------------------------------------------------------------------------------------------------------------


def make_followup(customer=None, *, owner: User | None = None, team=None, due_at=None, **fields):
    """An open follow-up typed by hand, due in an hour unless said otherwise."""
    from followups.actions import create

    customer = customer or make_customer(owner=owner, team=team or (owner.team if owner else None))
    followup = create(
        by=None,
        customer=customer,
        title=fields.pop("title", "Ask how it went"),
        due_at=due_at or timezone.now() + timedelta(hours=1),
        owner=owner,
        team=team,
        via="task",
        **fields,
    )
    return followup
