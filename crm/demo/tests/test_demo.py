"""The demo is believable, the same each time, laid out once, and nobody's rows are touched by a later run."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone, translation

from complaints.models import Complaint
from crm.demo.company import ACCOUNTS
from crm.demo.diary import submission
from crm.demo.seeding import lay_out
from crm.demo.shop import ledger, people
from crm.demo.tests.conftest import DAY
from crm.demo.tests.consistency import problems
from crm.demo.tests.dump import differences, dump
from crm.outbox.models import Message
from crm.staff.actions import change_person
from crm.staff.models import Notice, Team, User
from customers import search
from customers.actions import update_customer
from customers.models import Customer, Purchase, PurchaseLine, RecentlySeen
from followups.models import FollowUp
from followups.my_day import day_of
from satisfaction.models import Response
from satisfaction.scoring import csat, nps


def counts(field: str) -> dict[int, int]:
    found: dict[int, int] = {}
    for value in Response.objects.exclude(**{field: None}).values_list(field, flat=True):
        found[value] = found.get(value, 0) + 1
    return found


def test_nothing_happens_before_its_cause_or_after_now_and_all_sums_add_up(demo):
    assert list(problems(demo.now)) == []


def test_the_house_has_twenty_people_in_five_teams_with_leads(demo):
    assert User.objects.active().count() == 20
    assert Team.objects.count() == 5
    assert Team.objects.filter(lead=None).count() == 1, "only the house itself"
    agent, agent2 = User.objects.get(username="agent"), User.objects.get(username="agent2")
    assert not agent.team.path.startswith(agent2.team.path) and not agent2.team.path.startswith(agent.team.path)


def test_the_whole_slice_is_there_and_ends_today(demo):
    assert Purchase.objects.count() == len(ledger().sales)
    assert PurchaseLine.objects.count() == sum(len(sale.lines) for sale in ledger().sales)
    assert Purchase.objects.latest("happened_at").happened_on == DAY
    assert Customer.objects.exclude(name="").count() >= len(people())


def test_it_looks_alive(demo):
    assert 12 <= Complaint.objects.open().count() <= 19
    assert Complaint.objects.overdue(demo.now).count() >= 3
    assert Complaint.objects.filter(round__gt=1).count() >= 4
    assert 60 <= Complaint.objects.count() <= 95
    assert 120 <= Response.objects.count() <= 220
    assert 25 <= nps(counts("nps")).score <= 50
    assert 0.7 <= csat(counts("overall")).share <= 0.88
    assert FollowUp.objects.queued().filter(due_at__lte=demo.now).exists()
    assert 4 <= FollowUp.objects.overdue(demo.now).count() <= 40


def test_the_agents_day_has_work_in_every_part_of_it(demo):
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        day = day_of(User.objects.get(username="agent"), demo.now)

    assert [part.key for part in day.parts] == ["overdue", "due", "morning", "afternoon", "evening"]
    assert 9 <= day.open <= 15
    assert day.done and day.later and day.queue


def test_nothing_of_the_past_is_left_to_be_sent(demo):
    assert Message.objects.pending().count() <= 5
    assert not Message.objects.filter(finished_at__gt=demo.now).exists()
    assert Message.objects.sent().count() > 200


@pytest.mark.parametrize("name", ACCOUNTS)
def test_every_account_signs_in_with_the_known_password(demo, name):
    client = Client()

    answer = client.post("/sign-in/", {"username": name, "password": "demo"})

    assert answer.status_code == 302
    assert client.get("/my-day/").status_code == 200


def test_the_others_cannot_sign_in_at_all(demo):
    others = User.objects.exclude(username__in=ACCOUNTS)
    assert others.count() == 13
    assert not any(user.has_usable_password() for user in others)


def test_customers_are_found_by_pinyin_by_their_number_elsewhere_and_by_telephone(demo):
    manager = User.objects.get(username="manager")
    for typed, name in (("shan", "单娜"), ("zgmy", "诸葛明月"), ("Ellison", "Ellison")):
        hits = [hit.label for group in search.find(manager, typed) for hit in group.hits]
        assert any(name in label for label in hits), (typed, hits)


def test_a_second_run_changes_nothing(demo):
    before = dump()

    again = lay_out()

    assert again.added == [] and not again.first
    assert differences(before, dump()) == []
    assert again.seconds < 5


def test_a_later_run_leaves_alone_what_a_person_changed(demo):
    manager = User.objects.get(username="manager")
    customer = Customer.objects.filter(owner__username="agent").first()
    update_customer(customer.pk, by=manager, values={"name": "改过的名字"}, version=customer.version)
    change_person(User.objects.get(username="agent").pk, by=None, values={"name": "Somebody Else", "username": "emma"})
    before = dump()

    lay_out()

    assert differences(before, dump()) == []


def test_a_later_run_adds_what_is_missing_and_nothing_else(demo):
    quality = User.objects.get(username="quality")
    quality.groups.clear()
    for rows in (RecentlySeen, Notice):
        rows.objects.filter(user=quality).delete()
    User.objects.filter(pk=quality.pk).delete()
    others = set(User.objects.values_list("pk", flat=True))

    again = lay_out()

    assert again.added == ["person:quality"]
    back = User.objects.get(username="quality")
    assert back.has_role("quality") and back.check_password("demo")
    assert set(User.objects.values_list("pk", flat=True)) == {*others, back.pk}


def test_a_case_that_is_missing_is_told_again_and_no_letter_of_it_leaves_now(demo):
    key = submission("case:past-3")
    first = Complaint.objects.get(submission=key)
    Complaint.objects.filter(pk=first.pk).update(submission=None)
    waiting, purchases = Message.objects.pending().count(), Purchase.objects.count()

    again = lay_out()

    assert again.added == ["cases"]
    told = Complaint.objects.get(submission=key)
    assert (told.customer, told.subject, told.received_at) == (first.customer, first.subject, first.received_at)
    assert told.resolved_at == first.resolved_at
    assert (Message.objects.pending().count(), Purchase.objects.count()) == (waiting, purchases)


def test_the_same_day_gives_the_same_rows(demo):
    before = dump()

    with translation.override("zh-hans"):  # of whoever asks
        lay_out(DAY, reset=True)

    assert differences(before, dump()) == []


def test_another_day_moves_everything(demo):
    later = DAY + timedelta(days=40)

    laid = lay_out(later, reset=True)

    assert laid.now.date() == later
    assert Purchase.objects.latest("happened_at").happened_on == later
    assert list(problems(laid.now)) == []
