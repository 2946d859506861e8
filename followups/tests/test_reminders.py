"""When the owner is reminded and the lead is told: once, late after an outage, never twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.outbox.models import Message
from crm.staff.models import Notice
from followups import actions
from followups.models import FollowUp
from tests.factories import make_customer, make_followup

pytestmark = pytest.mark.django_db


def due_now(followup, ago=timedelta(minutes=1)):
    due_at = timezone.now() - ago
    FollowUp.objects.filter(pk=followup.pk).update(due_at=due_at, overdue_at=due_at + timedelta(days=1))
    followup.refresh_from_db()
    return followup


def test_a_due_followup_is_promised_once_and_rings_once(people):
    followup = due_now(make_followup(owner=people.agent))
    for _ in range(3):
        actions.remind_due()
    message = Message.objects.get(key=f"followup:{followup.pk}:1:email")
    assert message.address == people.agent.email
    assert followup.customer.title in message.subject
    assert Notice.objects.filter(user=people.agent, kind="followup-due").count() == 1


def test_what_is_not_due_yet_reminds_nobody(people):
    make_followup(owner=people.agent)
    assert actions.remind_due() == 0
    assert not Message.objects.filter(key__startswith="followup:").exists()


def test_what_is_done_before_its_time_reminds_nobody(people):
    followup = make_followup(owner=people.agent)
    actions.finish(followup.pk, by=people.agent)
    FollowUp.objects.filter(pk=followup.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    assert actions.remind_due() == 0


def test_a_moved_followup_reminds_again_at_its_new_time(people):
    followup = due_now(make_followup(owner=people.agent))
    actions.remind_due()
    actions.reschedule(followup.pk, by=people.agent, due_at=timezone.now() + timedelta(minutes=5))
    actions.remind_due(at=timezone.now() + timedelta(minutes=6))
    keys = set(Message.objects.filter(key__startswith=f"followup:{followup.pk}:").values_list("key", flat=True))
    assert keys == {f"followup:{followup.pk}:1:email", f"followup:{followup.pk}:2:email"}


def test_an_owner_without_mail_is_still_rung(people):
    people.agent.email = ""
    people.agent.save(update_fields=["email"])
    due_now(make_followup(owner=people.agent))
    actions.remind_due()
    assert not Message.objects.filter(key__startswith="followup:").exists()
    assert Notice.objects.filter(user=people.agent, kind="followup-due").exists()


def test_a_queue_rings_at_everybody_in_the_team_and_mails_its_lead(people):
    customer = make_customer(team=people.agent.team)
    followup = due_now(make_followup(customer, team=people.agent.team))
    actions.remind_due()
    rung = set(Notice.objects.filter(kind="followup-due").values_list("user__username", flat=True))
    assert {"agent", "colleague"} <= rung
    assert "agent2" not in rung and "deactivated" not in rung
    assert Message.objects.get(key=f"followup:{followup.pk}:1:email").address == people.lead.email


def test_after_a_long_outage_one_summary_comes_instead_of_a_flood(people):
    for _ in range(5):
        due_now(make_followup(owner=people.agent), ago=timedelta(hours=30))
    actions.remind_due()
    messages = Message.objects.filter(address=people.agent.email)
    assert messages.count() == 1
    assert "5" in messages.get().subject


def test_the_lead_hears_of_an_overdue_followup_once_in_its_life(people):
    followup = due_now(make_followup(owner=people.agent), ago=timedelta(days=2))
    actions.escalate_overdue()
    actions.reschedule(followup.pk, by=people.agent, due_at=timezone.now() + timedelta(hours=1))
    actions.escalate_overdue(at=timezone.now() + timedelta(days=3))
    assert Message.objects.filter(key__startswith="followup-overdue:").count() == 1
    assert Message.objects.get(key__startswith="followup-overdue:").address == people.lead.email
    assert Notice.objects.filter(user=people.lead, kind="followup-overdue").count() == 1


def test_the_lead_reads_the_name_of_the_queue_in_their_own_language(people, house):
    people.lead.language = "zh-hans"
    people.lead.save(update_fields=["language"])
    due_now(make_followup(make_customer(team=house.sales_east), team=house.sales_east), ago=timedelta(days=2))
    actions.escalate_overdue()
    assert "华东组" in Message.objects.get(key__startswith="followup-overdue:").body


def test_a_lead_who_is_late_is_told_on_by_nobody_but_the_lead_above(people, house):
    house.company.lead = people.manager
    house.company.save(update_fields=["lead"])
    due_now(make_followup(owner=people.lead), ago=timedelta(days=2))
    actions.escalate_overdue()
    assert Notice.objects.filter(user=people.manager, kind="followup-overdue").count() == 1
    assert not Notice.objects.filter(user=people.lead, kind="followup-overdue").exists()


def test_a_reminder_speaks_the_language_and_zone_of_its_reader(people):
    people.agent.language, people.agent.timezone = "zh-hans", "Europe/London"
    people.agent.save(update_fields=["language", "timezone"])
    followup = due_now(make_followup(owner=people.agent))
    actions.remind_due()
    message = Message.objects.get(key=f"followup:{followup.pk}:1:email")
    assert "回访到期" in message.subject
    local = followup.due_at.astimezone(__import__("zoneinfo").ZoneInfo("Europe/London"))
    assert f"{local:%H:%M}" in message.body
