"""Care plans look forward and create each follow-up once."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from crm.staff.models import User
from customers.models import Customer, Purchase
from followups import actions
from followups.actions.plans import too_old
from followups.models import CarePlan, CarePlanStep, FollowUp
from satisfaction.models import Response
from tests.factories import make_complaint, make_customer, make_response, unique

pytestmark = pytest.mark.django_db


def bought(customer: Customer, ago: timedelta = timedelta(0), *, staff: User | None = None, **fields) -> Purchase:
    at = timezone.now() - ago
    return Purchase.objects.create(
        customer=customer,
        reference=unique("P"),
        happened_at=at,
        happened_on=at.date(),
        amount=10,
        staff=staff,
        **fields,
    )


@pytest.fixture
def step(db) -> CarePlanStep:
    """One step, three days after a purchase; everything else that is shipped is out of the way."""
    CarePlan.objects.update(retired_at=timezone.now())
    plan = CarePlan.objects.create(name_en="After a purchase", active_from=timezone.now() - timedelta(days=60))
    return CarePlanStep.objects.create(plan=plan, name_en="Delivery check", offset=timedelta(days=3))


def test_a_purchase_creates_each_step_once_however_often_one_looks(people, step):
    customer = make_customer(owner=people.agent, team=people.agent.team)
    purchase = bought(customer)
    for _ in range(3):
        actions.apply_plans()
    followup = FollowUp.objects.get()
    assert followup.due_at == purchase.happened_at + timedelta(days=3)
    assert (followup.owner, followup.source_id, followup.round) == (people.agent, purchase.pk, 1)
    assert followup.events.get().what == "created"


def test_an_offset_of_a_minute_is_a_minute(people, step):
    step.offset = timedelta(minutes=1)
    step.save(update_fields=["offset"])
    purchase = bought(make_customer(owner=people.agent))
    actions.apply_plans()
    assert FollowUp.objects.get().due_at == purchase.happened_at + timedelta(minutes=1)


def test_what_was_bought_before_the_plan_was_activated_creates_nothing(people, step):
    step.plan.active_from = timezone.now() - timedelta(days=1)
    step.plan.save(update_fields=["active_from"])
    bought(make_customer(owner=people.agent), timedelta(days=2))
    assert actions.apply_plans() == 0


def test_what_was_bought_in_the_minute_of_activation_counts(people, step):
    """People type times to the minute."""
    purchase = bought(make_customer(owner=people.agent))
    minute = purchase.happened_at.replace(second=0, microsecond=0)
    Purchase.objects.filter(pk=purchase.pk).update(happened_at=minute)
    step.plan.active_from = minute + timedelta(seconds=59)
    step.plan.save(update_fields=["active_from"])
    assert actions.apply_plans() == 1


def test_a_step_that_was_due_more_than_seven_days_ago_is_not_created(people, step):
    bought(make_customer(owner=people.agent), timedelta(days=11))
    kept = bought(make_customer(owner=people.agent), timedelta(days=9))
    assert actions.apply_plans() == 1
    assert FollowUp.objects.get().source_id == kept.pk


def test_an_import_of_history_is_counted_as_too_old(people, step):
    from customers.models import ImportRun

    run = ImportRun.objects.create(source="shop", file_name="x.csv", file_path="x.csv")
    for days in (400, 100, 1):
        bought(make_customer(owner=people.agent), timedelta(days=days), import_run=run)
    assert too_old(run) == 2


def test_returns_create_nothing(people, step):
    bought(make_customer(owner=people.agent), kind=Purchase.Kind.RETURN)
    assert actions.apply_plans() == 0


def test_a_purchase_that_arrived_long_ago_but_was_never_looked_at_is_found(people, step):
    purchase = bought(make_customer(owner=people.agent), timedelta(days=5))
    Purchase.objects.filter(pk=purchase.pk).update(created_at=timezone.now() - timedelta(days=5))
    assert actions.apply_plans() == 1


def test_an_import_that_took_hours_is_found_by_the_next_look(people, step):
    actions.apply_plans()
    purchase = bought(make_customer(owner=people.agent))
    Purchase.objects.filter(pk=purchase.pk).update(created_at=timezone.now() - timedelta(hours=10))
    assert actions.apply_plans() == 1


def test_owner_then_seller_then_queue(people, step, house):
    owned = bought(make_customer(owner=people.agent, team=house.sales_east), staff=people.colleague)
    sold = bought(make_customer(team=house.sales_east), staff=people.colleague)
    left = bought(make_customer(owner=people.deactivated, team=house.sales_east))
    nobody = bought(make_customer())
    actions.apply_plans()
    by_source = {row.source_id: (row.owner, row.team) for row in FollowUp.objects.select_related("owner", "team")}
    assert by_source[owned.pk][0] == people.agent
    assert by_source[sold.pk][0] == people.colleague
    assert by_source[left.pk] == (None, house.sales_east)
    assert by_source[nobody.pk] == (None, house.company)


def test_who_has_to_call_may_open_the_customer(people, step, house):
    customer = make_customer(team=house.repairs)
    bought(customer, staff=people.agent)
    assert not Customer.objects.visible_to(people.agent).filter(pk=customer.pk).exists()
    actions.apply_plans()
    assert Customer.objects.visible_to(people.agent).filter(pk=customer.pk).exists()


def test_archived_customers_are_left_in_peace(people, step):
    customer = make_customer(owner=people.agent)
    Customer.objects.filter(pk=customer.pk).update(archived_at=timezone.now())
    bought(customer)
    assert actions.apply_plans() == 0


def test_a_plan_for_a_tier_serves_that_tier_only(people, step):
    from customers.models import Tier

    vip = Tier.objects.first()
    step.plan.tier = vip
    step.plan.save(update_fields=["tier"])
    bought(make_customer(owner=people.agent))
    wanted = bought(make_customer(owner=people.agent, tier=vip))
    assert actions.apply_plans() == 1
    assert FollowUp.objects.get().source_id == wanted.pk


def rescue_only() -> CarePlanStep:
    CarePlan.objects.exclude(trigger=CarePlan.Trigger.LOW_SCORE).update(retired_at=timezone.now())
    CarePlan.objects.update(active_from=timezone.now() - timedelta(days=1))
    return CarePlanStep.objects.active().get()


@pytest.mark.parametrize(
    ("overall", "nps", "rescued"),
    [(2, 9, True), (5, 6, True), (5, 0, True), (3, 7, False), (None, None, False), (None, 6, True), (1, None, True)],
)
def test_a_low_score_opens_one_rescue_with_a_due_time(people, overall, nps, rescued):
    step = rescue_only()
    response = make_response(make_customer(owner=people.agent), overall=overall, nps=nps, comment="…")
    actions.apply_plans()
    actions.apply_plans()
    assert FollowUp.objects.count() == int(rescued)
    if rescued:
        followup = FollowUp.objects.get()
        assert (followup.source_kind, followup.source_id) == ("response", response.pk)
        assert followup.due_at == response.answered_at + step.offset
        assert followup.owner == people.agent


def test_a_second_low_score_opens_a_second_rescue(people):
    rescue_only()
    customer = make_customer(owner=people.agent)
    for _ in range(2):
        make_response(customer, overall=1)
        actions.apply_plans()
    assert FollowUp.objects.count() == Response.objects.count() == 2


def test_a_resolved_complaint_is_called_back_once_a_round(people):
    from complaints import actions as complaints

    CarePlan.objects.exclude(trigger=CarePlan.Trigger.RESOLUTION).update(retired_at=timezone.now())
    CarePlan.objects.update(active_from=timezone.now() - timedelta(days=1))
    complaint = make_complaint(make_customer(owner=people.handler), owner=people.handler, team=people.handler.team)
    complaints.resolve(complaint.pk, by=people.handler, note="Mended")
    actions.apply_plans()
    complaints.reopen(complaint.pk, by=people.handler, reason="Broke again")
    complaints.resolve(complaint.pk, by=people.handler, note="Mended for good")
    actions.apply_plans()
    actions.apply_plans()
    rounds = list(
        FollowUp.objects.filter(source_kind="complaint", source_id=complaint.pk).values_list("round", flat=True)
    )
    assert sorted(rounds) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_look_at_once_create_each_followup_once(people, step):
    for _ in range(20):
        bought(make_customer(owner=people.agent))
    together = Barrier(2)

    def look():
        together.wait()
        try:
            actions.apply_plans()
        finally:
            connection.close()

    threads = [Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert FollowUp.objects.filter(plan_step=step).count() == 20
