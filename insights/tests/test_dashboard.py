"""Every figure opens the rows that it counts, for each role that may see it, and for nobody else."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from complaints import actions as complaints
from complaints.models import Complaint
from customers.models import Customer, Purchase
from followups import actions as followups
from followups.models import FollowUp
from insights import figures, tiles
from insights.figures import Scope
from tests.factories import make_complaint, make_customer, make_followup, make_response, unique

pytestmark = pytest.mark.django_db

ROLES = ["lead", "lead2", "manager", "quality", "admin"]


def bought(customer, days: int, team=None, **fields) -> Purchase:
    at = timezone.now() - timedelta(days=days)
    return Purchase.objects.create(
        customer=customer,
        reference=unique("P"),
        happened_at=at,
        happened_on=timezone.localdate(at),
        amount=10,
        team=team or customer.team,
        **fields,
    )


@pytest.fixture
def busy_house(people):
    """Something of everything in both branches, in different numbers, with a little that must not be counted."""
    now = timezone.now()
    for person, handler, times in ((people.agent, people.handler, 2), (people.agent2, people.handler2, 3)):
        for turn in range(times):
            customer = make_customer(owner=person, team=person.team)
            bought(customer, turn * 9)
            bought(customer, 1)
            bought(customer, 1, kind=Purchase.Kind.RETURN)
            make_response(customer, overall=1 + turn, nps=[0, 8, 10][turn])
            make_followup(customer, owner=person)
            late = make_followup(customer, owner=person)
            FollowUp.objects.filter(pk=late.pk).update(
                due_at=now - timedelta(days=4), overdue_at=now - timedelta(days=3)
            )
            followups.finish(make_followup(customer, owner=person).pk, by=person)
            make_complaint(customer, owner=handler, team=handler.team)
            overdue = make_complaint(customer, team=handler.team)
            Complaint.objects.filter(pk=overdue.pk).update(next_due_at=now - timedelta(hours=1))
            mended = make_complaint(customer, owner=handler, team=handler.team)
            complaints.resolve(mended.pk, by=handler, note="Mended")
            make_complaint(customer, owner=handler, team=handler.team, kind="praise")
        gone = make_customer(owner=person, team=person.team)
        bought(gone, 1)
        Customer.objects.filter(pk=gone.pk).update(archived_at=now)
        make_followup(make_customer(team=person.team), team=person.team)
    return people


def rows_behind(client, url: str) -> int:
    """How many rows the list that a figure links to says it has."""
    page = client.get(url)
    assert page.status_code == 200, url
    assert not page.context["filters"].problems(), (url, page.context["filters"].problems())
    return int(page.context["count"])


def test_every_tile_opens_the_rows_it_counts(busy_house, sign_in):
    for role in ROLES:
        user = getattr(busy_house, role)
        client = sign_in(user)
        for query in ({}, {"team": user.team.pk}, {"days": 7}):
            page = client.get(reverse("insights:dashboard"), query)
            assert len(page.context["tiles"]) == 8
            for tile in page.context["tiles"]:
                assert rows_behind(client, tile.url) == tile.rows, (role, tile.key, tile.url)


def test_every_mark_of_a_chart_opens_the_rows_it_counts(busy_house, sign_in):
    for role in ROLES:
        client = sign_in(getattr(busy_house, role))
        charts = client.get(reverse("insights:dashboard"), {"days": 7}).context["charts"]
        assert len(charts) == 2
        for chart in charts:
            for row in chart.rows:
                for value, url in row.cells:
                    assert rows_behind(client, url) == value, (role, chart.question, row.label, url)


def test_every_number_of_a_person_opens_the_rows_it_counts(busy_house, sign_in):
    for role in ROLES:
        client = sign_in(getattr(busy_house, role))
        people = client.get(reverse("insights:dashboard")).context["people"]
        assert people
        for row in people:
            for name, url in row["links"].items():
                assert rows_behind(client, url) == row[name], (role, row["owner__name"], name)


def test_a_lead_counts_their_branch_and_a_manager_everything(busy_house, sign_in):
    def opened(person) -> int:
        page = sign_in(person).get(reverse("insights:dashboard"))
        return next(tile.rows for tile in page.context["tiles"] if tile.key == "open")

    assert (opened(busy_house.lead), opened(busy_house.lead2), opened(busy_house.manager)) == (4, 6, 10)


def test_praise_is_not_a_complaint_and_a_return_is_not_a_purchase(busy_house):
    today = timezone.localdate()
    scope = Scope(busy_house.manager, None, today - timedelta(days=29), today)
    assert figures.complaint_figures(scope, timezone.now()).received == 15
    assert scope.purchases.count() == 12


def test_the_buckets_cover_the_period_without_gap_or_overlap(people):
    today = timezone.localdate()
    for days in (1, 7, 30, 199, 200, 365):
        scope = Scope(people.manager, None, today - timedelta(days=days - 1), today)
        covered = [
            bucket.since + timedelta(days=day)
            for bucket in figures.purchases_over_time(scope)
            for day in range((bucket.until - bucket.since).days + 1)
        ]
        assert covered == [scope.since + timedelta(days=day) for day in range(days)], days


@pytest.mark.parametrize("role", ["agent", "handler"])
def test_the_front_line_has_no_dashboard(people, sign_in, role):
    assert sign_in(getattr(people, role)).get(reverse("insights:dashboard")).status_code == 403


def test_another_teams_figures_cannot_be_asked_for(busy_house, house, sign_in):
    page = sign_in(busy_house.lead).get(reverse("insights:dashboard"), {"team": house.service.pk})
    assert page.status_code == 200
    assert page.context["scope"].team is None
    assert page.context["filters"].problems()


@pytest.mark.parametrize(
    "query", ["since=2026-13-40", "days=-5", "since=2026-05-01&until=2026-04-01", "team=x", "since=0001-01-01"]
)
def test_nonsense_in_the_address_is_said_and_harmless(people, sign_in, query):
    page = sign_in(people.manager).get(f"{reverse('insights:dashboard')}?{query}")
    assert page.status_code == 200
    scope = page.context["scope"]
    assert scope.since <= scope.until


def test_an_empty_house_has_no_scores_instead_of_zero(people, sign_in):
    page = sign_in(people.manager).get(reverse("insights:dashboard"))
    assert [tile.value for tile in page.context["tiles"] if tile.key in ("nps", "csat")] == ["–", "–"]


def test_the_dashboard_costs_the_same_queries_whatever_it_counts(busy_house, sign_in, django_assert_max_num_queries):
    client = sign_in(busy_house.manager)
    url = reverse("insights:dashboard")
    client.get(url)
    with django_assert_max_num_queries(32) as few:
        client.get(url)
    for _ in range(3):
        make_followup(owner=busy_house.agent2)
        bought(make_customer(owner=busy_house.agent2, team=busy_house.agent2.team), 3)
    with django_assert_max_num_queries(32) as many:
        client.get(url)
    assert len(few) == len(many)


def test_links_name_only_filters_that_their_lists_know(people):
    today = timezone.localdate()
    scope = Scope(people.manager, people.manager.team, today - timedelta(days=6), today)
    for tile in tiles.tiles_of(scope, timezone.now()):
        assert "team" in QueryDict(urlsplit(tile.url).query), tile.key
