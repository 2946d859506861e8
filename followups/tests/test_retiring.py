"""What is in use is retired, not deleted: every way of being pointed at counts, also the ones without a name of their own."""

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.look.retiring import is_in_use
from customers.models import Tier
from followups.models import CarePlan
from tests.factories import make_customer, make_followup, make_team

pytestmark = pytest.mark.django_db


def test_what_nothing_points_at_is_not_in_use():
    assert not is_in_use(Tier.objects.create(name_en="New"))


def test_a_tier_of_a_customer_is_in_use():
    tier = Tier.objects.first()
    make_customer(tier=tier)
    assert is_in_use(tier)


def test_a_team_that_only_a_nameless_relation_points_at_is_in_use(people):
    """`related_name="+"` gives no accessor, and counts all the same."""
    team = make_team("Lonely")
    followup = make_followup(make_customer(), owner=people.agent)
    followup.customer.timeline.create(at=timezone.now(), kind="interaction", key="1", team=team)
    assert is_in_use(team)


def test_a_plan_in_use_cannot_be_deleted_but_retired_and_offered_again(people, sign_in):
    plan = CarePlan.objects.first()
    client = sign_in(people.admin)
    assert client.post(reverse("admin:followups_careplan_delete", args=[plan.pk]), {"post": "yes"}).status_code == 403
    for action, retired in (("retire", True), ("restore", False)):
        client.post(reverse("admin:followups_careplan_changelist"), {"action": action, "_selected_action": [plan.pk]})
        plan.refresh_from_db()
        assert (plan.retired_at is not None) == retired
