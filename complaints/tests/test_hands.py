"""Who has a case: taking, giving, handing over; who sees what of it afterwards."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from complaints import actions
from complaints.actions import NotNow
from complaints.models import Complaint
from complaints.tests.conftest import at, make_calendar
from crm.staff import open_items
from crm.staff.models import Notice
from customers import search
from customers.models import Customer, TimelineEntry
from tests.factories import make_complaint, make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def complaint(people, house, hours) -> Complaint:
    return make_complaint(make_customer(team=house.sales_east), team=house.sales_east, subject="Winter wheels fitted")


def seen_by(user) -> set[str]:
    """The ways in which this person comes across the only case."""
    ways = set()
    if Complaint.objects.visible_to(user).exists():
        ways.add("list")
    if TimelineEntry.objects.visible_to(user).filter(kind="complaint-received").exists():
        ways.add("timeline")
    if any(group.source.kind == "complaint" and group.hits for group in search.find(user, "winter wheels", limit=5)):
        ways.add("search")
    return ways


ALL_WAYS = {"list", "timeline", "search"}


def test_a_case_shows_itself_everywhere_or_nowhere(complaint, people):
    assert [seen_by(p) for p in (people.handler, people.lead, people.manager, people.quality)] == [ALL_WAYS] * 4
    assert [seen_by(p) for p in (people.agent, people.agent2, people.handler2, people.lead2)] == [set()] * 4


def test_taking_makes_it_mine_everywhere(complaint, people):
    actions.take(complaint.pk, by=people.handler)
    assert Complaint.objects.get().owner == people.handler
    assert Complaint.objects.get().events.filter(what="taken").exists()


def test_taking_ones_own_changes_nothing(complaint, people):
    actions.take(complaint.pk, by=people.handler)
    events = complaint.events.count()
    actions.take(complaint.pk, by=people.handler)
    assert complaint.events.count() == events


def test_giving_it_to_a_colleague_rings_them_and_shows_it_to_them(complaint, people):
    assert seen_by(people.agent) == set()

    actions.assign(complaint.pk, by=people.lead, to=people.agent, note="You know her")

    assert seen_by(people.agent) == ALL_WAYS
    assert Notice.objects.get(user=people.agent).kind == "complaint_given"
    assert Customer.objects.visible_to(people.agent).filter(pk=complaint.customer_id).exists()


def test_giving_it_away_closes_the_customer_to_who_had_it(people, house, hours):
    complaint = make_complaint(make_customer(team=house.repairs), owner=people.agent)
    assert Customer.objects.visible_to(people.agent).exists()

    actions.assign(complaint.pk, by=people.manager, to=people.handler2)

    assert not Customer.objects.visible_to(people.agent).exists()
    assert Complaint.objects.get().team == house.repairs


def test_handing_over_moves_it_to_the_other_teams_queue_with_the_reason(complaint, people, house):
    actions.hand_over(complaint.pk, by=people.handler, team=house.repairs, note="Check the batch")

    now = Complaint.objects.get()
    assert (now.team, now.owner) == (house.repairs, None)
    assert now.events.get(what="handed_over").note == "Check the batch"
    assert seen_by(people.handler) == set() and seen_by(people.handler2) == ALL_WAYS
    assert Notice.objects.filter(user=people.lead2, kind="complaint_handed").exists()


def test_handing_over_needs_a_reason(complaint, people, house):
    with pytest.raises(ValidationError):
        actions.hand_over(complaint.pk, by=people.handler, team=house.repairs, note=" ")
    assert Complaint.objects.get().team == house.sales_east


def test_another_teams_hours_reckon_the_open_clocks_from_the_original_start(complaint, people, house, tuesday):
    house.repairs.calendar = make_calendar("With Saturdays", days=range(6))
    house.repairs.save(update_fields=["calendar"])
    tuesday.move_to(at("2026-11-18 10:00"))

    actions.hand_over(complaint.pk, by=people.handler, team=house.repairs, note="Check the batch")

    now = Complaint.objects.get()
    assert now.calendar == house.repairs.calendar
    # 24 hours from Tuesday 10:00 end on Friday 10:00 in both weeks, 40 would not: nothing moved, nothing is logged.
    assert now.resolve_due_at == at("2026-11-20 10:00") and not now.events.filter(what="reckoned").exists()


def test_a_shorter_week_of_the_new_team_moves_the_clock_and_says_so(complaint, people, house):
    house.repairs.calendar = make_calendar("Tuesdays", days=[1])
    house.repairs.save(update_fields=["calendar"])

    actions.hand_over(complaint.pk, by=people.handler, team=house.repairs, note="Check the batch")

    now = Complaint.objects.get()
    assert now.resolve_due_at == at("2026-12-08 10:00")
    event = now.events.get(what="reckoned")
    assert event.new["why"] == "team" and event.old["resolve_due_at"] != event.new["resolve_due_at"]


def test_a_case_is_given_only_within_reach_and_only_to_who_works_on_cases(complaint, people):
    for to in (people.handler2, people.quality, people.deactivated):
        with pytest.raises(ValidationError):
            actions.assign(complaint.pk, by=people.handler, to=to)
    for by in (people.agent, people.handler2, people.quality):
        with pytest.raises(PermissionDenied):
            actions.assign(complaint.pk, by=by, to=people.agent)
    assert Complaint.objects.get().owner is None


def test_an_agent_does_not_take_what_is_not_theirs(complaint, people):
    with pytest.raises(PermissionDenied):
        actions.take(complaint.pk, by=people.agent)


def test_what_is_resolved_does_not_change_hands(complaint, people, house):
    actions.resolve(complaint.pk, by=people.handler, note="Done.")
    with pytest.raises(NotNow):
        actions.assign(complaint.pk, by=people.lead, to=people.agent)
    with pytest.raises(NotNow):
        actions.hand_over(complaint.pk, by=people.lead, team=house.repairs, note="x")
    with pytest.raises(NotNow):
        actions.take(complaint.pk, by=people.lead)


def test_somebody_with_open_cases_has_open_items_that_can_be_given_on(complaint, people):
    actions.take(complaint.pk, by=people.handler)
    items = open_items.get("complaints")
    assert [items.describe(row) for row in items.rows(people.handler)] == [f"{complaint.number} Winter wheels fitted"]

    items.reassign(complaint.pk, to=people.lead, by=people.admin)

    assert Complaint.objects.get().owner == people.lead and not items.rows(people.handler).exists()
