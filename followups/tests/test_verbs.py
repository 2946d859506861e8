"""What one follow-up goes through: made, tried, done, cancelled, moved, given, taken."""

from datetime import timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from customers.models import ContactMade, Customer, TimelineEntry
from followups import actions
from followups.models import Attempt, FollowUp, FollowUpEvent
from tests.factories import make_customer, make_followup

pytestmark = pytest.mark.django_db


def test_the_same_form_sent_twice_makes_one_followup(people):
    customer = make_customer(owner=people.agent, team=people.agent.team)
    submission, due_at = uuid4(), timezone.now() + timedelta(days=1)
    made = [
        actions.create(
            by=people.agent, customer=customer, title="Call", due_at=due_at, owner=people.agent, submission=submission
        )
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert FollowUp.objects.count() == 1
    assert FollowUpEvent.objects.filter(what="created").count() == 1


def test_a_followup_without_owner_and_team_is_refused(people):
    people.admin.team = None
    customer = make_customer()
    with pytest.raises(ValidationError):
        actions.create(by=people.admin, customer=customer, title="Call", due_at=timezone.now() + timedelta(days=1))


def test_reached_finishes_it_and_leaves_a_contact_and_a_timeline_entry(people):
    followup = make_followup(owner=people.agent)
    actions.log_attempt(followup.pk, by=people.agent, outcome="reached", note="Happy with it")
    followup.refresh_from_db()
    assert (followup.status, followup.finished_by, followup.result) == ("done", people.agent, "reached")
    contact = ContactMade.objects.get(customer=followup.customer)
    assert (contact.channel, contact.purpose, contact.staff) == ("phone", "care", people.agent)
    entry = TimelineEntry.objects.get(customer=followup.customer, kind="attempt")
    assert entry.subject == "Happy with it"


def test_a_try_that_is_entered_later_stands_in_the_history_when_it_was(people):
    followup = make_followup(owner=people.agent)
    at = timezone.now() - timedelta(hours=2)
    actions.log_attempt(followup.pk, by=people.agent, outcome="reached", at=at)
    assert followup.events.get(what="done").at == at
    assert Attempt.objects.get().at == at


def test_no_answer_moves_it_and_makes_it_remind_again(people):
    followup = make_followup(owner=people.agent)
    FollowUp.objects.filter(pk=followup.pk).update(reminded_at=timezone.now())
    next_at = timezone.now() + timedelta(hours=3)
    actions.log_attempt(followup.pk, by=people.agent, outcome="no_answer", next_at=next_at)
    followup.refresh_from_db()
    assert (followup.status, followup.due_at, followup.version, followup.reminded_at) == ("open", next_at, 2, None)
    assert followup.overdue_at == next_at + timedelta(days=1)


def test_no_answer_without_a_next_try_is_refused_and_nothing_is_kept(people):
    followup = make_followup(owner=people.agent)
    with pytest.raises(ValidationError):
        actions.log_attempt(followup.pk, by=people.agent, outcome="no_answer")
    assert not Attempt.objects.exists()
    assert not ContactMade.objects.exists()


def test_a_next_try_in_the_past_is_refused(people):
    followup = make_followup(owner=people.agent)
    with pytest.raises(ValidationError):
        actions.log_attempt(followup.pk, by=people.agent, outcome="busy", next_at=timezone.now() - timedelta(minutes=1))


def test_an_attempt_sent_twice_counts_once(people):
    followup = make_followup(owner=people.agent)
    submission = uuid4()
    for _ in range(2):
        actions.log_attempt(followup.pk, by=people.agent, outcome="reached", submission=submission)
    assert Attempt.objects.count() == 1
    assert ContactMade.objects.count() == 1


@pytest.mark.parametrize("verb", ["log_attempt", "finish", "cancel", "reschedule", "assign", "take"])
def test_what_is_done_is_not_changed_any_more(people, verb):
    followup = make_followup(owner=people.agent)
    actions.finish(followup.pk, by=people.agent)
    arguments = {
        "log_attempt": {"outcome": "reached"},
        "finish": {},
        "cancel": {"reason": "no"},
        "reschedule": {"due_at": timezone.now() + timedelta(days=1)},
        "assign": {"owner": people.colleague},
        "take": {},
    }[verb]
    with pytest.raises(actions.AlreadyFinished):
        getattr(actions, verb)(followup.pk, by=people.lead, **arguments)


@pytest.mark.parametrize("verb", ["log_attempt", "finish", "cancel", "reschedule"])
def test_a_stranger_may_not_touch_it(people, verb):
    followup = make_followup(owner=people.agent)
    arguments = {
        "log_attempt": {"outcome": "reached"},
        "finish": {},
        "cancel": {"reason": "no"},
        "reschedule": {"due_at": timezone.now() + timedelta(days=1)},
    }[verb]
    with pytest.raises(PermissionDenied):
        getattr(actions, verb)(followup.pk, by=people.agent2, **arguments)
    followup.refresh_from_db()
    assert followup.status == "open"


def test_an_agent_may_not_give_work_away_but_the_lead_may(people):
    followup = make_followup(owner=people.agent)
    with pytest.raises(PermissionDenied):
        actions.assign(followup.pk, by=people.agent, owner=people.colleague)
    given = actions.assign(followup.pk, by=people.lead, owner=people.colleague)
    assert given.owner == people.colleague
    assert people.colleague.notices.filter(kind="followup-given").count() == 1


def test_giving_it_to_somebody_who_left_is_refused(people):
    followup = make_followup(owner=people.agent)
    with pytest.raises(ValidationError):
        actions.assign(followup.pk, by=people.lead, owner=people.deactivated)


def test_the_new_owner_may_open_the_customer_and_the_old_one_no_longer(people):
    customer = make_customer(team=people.agent2.team)
    followup = make_followup(customer, owner=people.agent)
    assert Customer.objects.visible_to(people.agent).filter(pk=customer.pk).exists()
    actions.assign(followup.pk, by=people.manager, owner=people.colleague)
    assert not Customer.objects.visible_to(people.agent).filter(pk=customer.pk).exists()
    assert Customer.objects.visible_to(people.colleague).filter(pk=customer.pk).exists()


def test_whoever_takes_from_the_queue_owns_it(people):
    customer = make_customer(team=people.agent.team)
    followup = make_followup(customer, team=people.agent.team)
    actions.take(followup.pk, by=people.colleague)
    followup.refresh_from_db()
    assert followup.owner == people.colleague
    with pytest.raises(PermissionDenied):
        actions.take(followup.pk, by=people.agent)


def test_the_queue_of_another_team_is_not_there(people):
    customer = make_customer(team=people.agent2.team)
    followup = make_followup(customer, team=people.agent2.team)
    assert not FollowUp.objects.visible_to(people.agent).filter(pk=followup.pk).exists()
    with pytest.raises(PermissionDenied):
        actions.take(followup.pk, by=people.agent)


def test_cancelling_asks_why(people):
    followup = make_followup(owner=people.agent)
    with pytest.raises(ValidationError):
        actions.cancel(followup.pk, by=people.agent, reason="  ")


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"status": "done"}, "followup_finished_has_time"),
        ({"finished_at": "now"}, "followup_finished_has_time"),
        ({"status": "lost"}, "followup_"),
        ({"title": ""}, "followup_says_what_to_do"),
        ({"source_id": 1}, "followup_source_has_id"),
        ({"overdue_at": "due"}, "followup_overdue_comes_after_due"),
    ],
)
def test_the_database_refuses_rows_that_contradict_themselves(people, changes, constraint):
    followup = make_followup(owner=people.agent)
    values = {
        name: {"now": timezone.now(), "due": followup.due_at}.get(value, value) for name, value in changes.items()
    }
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        FollowUp.objects.filter(pk=followup.pk).update(**values)


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_who_finish_it_at_once_leave_one_result(people):
    followup = make_followup(owner=people.agent)
    together, answers = Barrier(2), []

    def finish(user, note):
        together.wait()
        try:
            actions.finish(followup.pk, by=user, note=note)
            answers.append("done")
        except actions.AlreadyFinished:
            answers.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=finish, args=pair) for pair in ((people.agent, "a"), (people.lead, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["done", "refused"]
    assert FollowUpEvent.objects.filter(what="done").count() == 1
