"""My day, the lists of work and the overview, with a year of purchases, 5,000 follow-ups and 3,000 answers behind them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from bench import bare, online_retail
from bench.figures import Figure

ORDER = 70  # after the import
FOLLOWUPS, ANSWERS, TODAY = 5_000, 3_000, 30
YEAR = "?since=2010-12-01&until=2011-11-30"


def _work(agent_id: int) -> None:
    """Follow-ups over a year, thirty of the agent's due today; answers over the year of the file."""
    from crm.staff.models import Team, User
    from customers.models import Customer
    from followups.models import FollowUp
    from satisfaction.models import Invitation, Response, Survey

    random, now = Random(7), timezone.now()
    agent = User.objects.select_related("team").get(pk=agent_id)
    team = agent.team or Team.objects.order_by("path").first()
    customers = list(Customer.objects.order_by("pk").values_list("pk", flat=True)[:2_000])
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = []
    for place in range(FOLLOWUPS):
        mine = place < TODAY
        due_at = midnight + (
            timedelta(minutes=30 * place + 1) if mine else timedelta(hours=random.randint(-4000, 4000))
        )
        done = not mine and due_at < now
        rows.append(
            FollowUp(
                customer_id=random.choice(customers),
                title=f"Ask how it went {place}",
                owner=agent if mine or place % 7 == 0 else None,
                team=team,
                due_at=due_at,
                overdue_at=due_at + timedelta(days=1),
                status="done" if done else "open",
                finished_at=due_at if done else None,
            )
        )
    FollowUp.objects.bulk_create(rows)
    survey = Survey.objects.order_by("pk").first()
    begin = datetime(2010, 12, 1, tzinfo=ZoneInfo("UTC"))
    asked = Invitation.objects.bulk_create(
        Invitation(
            survey=survey,
            customer_id=random.choice(customers),
            source_kind="purchase",
            source_id=10**9 + place,
            state="answered",
            language="en",
            team=team,
            owner=agent,
            created_at=begin + timedelta(hours=3 * place),
            expires_at=begin + timedelta(hours=3 * place, days=30),
        )
        for place in range(ANSWERS)
    )
    Response.objects.bulk_create(
        Response(
            invitation=invitation,
            customer_id=invitation.customer_id,
            overall=random.randint(1, 5),
            nps=random.randint(0, 10),
            comment="Quick and friendly",
            language="en",
            answered_at=invitation.created_at + timedelta(hours=1),
            team=team,
            owner=agent,
        )
        for invitation in asked
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def main() -> Iterator[Figure]:
    if not online_retail.imported():
        return
    agent, manager = bare.signed_in("agent"), bare.signed_in("manager")
    _work(int(agent.session["_auth_user_id"]))
    yield from bare.compare(agent, "my_day", "/my-day/")
    yield from bare.compare(manager, "followup_list", "/followups/")
    yield from bare.compare(manager, "satisfaction_list", "/satisfaction/")
    yield from bare.compare(manager, "complaint_list", "/complaints/")
    yield from bare.compare(manager, "purchase_list", "/purchases/")
    yield from bare.compare(manager, "dashboard_year", f"/insights/{YEAR}", times=40)
    yield from bare.compare(manager, "dashboard_30_days", "/insights/", times=40)
