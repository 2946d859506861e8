"""The daily work of the outbox, and its figures on the command line."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from crm.outbox import actions, tasks
from crm.outbox.delivery import deliver_due
from crm.outbox.models import HeartbeatMinute, JobRun, MailboxMail, Message
from crm.outbox.today import interruptions, last_hour

pytestmark = pytest.mark.django_db


def test_words_go_some_time_after_the_end_and_the_fact_stays(note, mailbox, time_machine, settings):
    note()
    deliver_due()
    note("waiting", send_after=timezone.now() + timedelta(days=365))
    time_machine.move_to(timezone.now() + timedelta(days=settings.OUTBOX_KEEP_DAYS, hours=1))

    actions.clean_up()

    assert Message.objects.get(key="note:1").body == "" and Message.objects.get(key="note:1").subject
    assert Message.objects.get(key="waiting").body
    assert not MailboxMail.objects.exists()


def test_the_row_decides_whether_the_day_is_done_not_the_memory_of_the_clock(note, time_machine):
    actions.clean_up()
    assert JobRun.objects.get().on == timezone.localdate()
    HeartbeatMinute.objects.create(minute=timezone.now() - timedelta(days=3))

    assert actions.clean_up() == 0 and HeartbeatMinute.objects.exists()
    time_machine.move_to(timezone.now() + timedelta(days=1))
    assert actions.clean_up() == 1 and not HeartbeatMinute.objects.exists()


def test_much_work_is_done_in_bites_until_it_is_done(note, mailbox, time_machine):
    for number in range(5):
        note(f"note:{number}")
    deliver_due()
    time_machine.move_to(timezone.now() + timedelta(days=100))

    assert actions.clean_up(most=2) == 4  # two messages, two mails
    assert not JobRun.objects.exists()
    assert actions.clean_up(most=2) == 4
    assert actions.clean_up(most=3) == 2
    assert JobRun.objects.count() == 1


def test_one_job_a_day(time_machine):
    assert actions.claim_day("report")
    assert not actions.claim_day("report")
    assert actions.claim_day("other")
    time_machine.move_to(timezone.now() + timedelta(days=1))
    assert actions.claim_day("report")


def test_the_figures_for_programs(note, mailbox):
    note()
    deliver_due()
    note("a", send_after=timezone.now() - timedelta(seconds=90))
    note("b", send_after=timezone.now() + timedelta(days=1))
    actions.cancel(note("c").pk, by=None)
    out = StringIO()

    call_command("outbox", "--json", stdout=out)

    told = json.loads(out.getvalue())
    assert told.pop("oldest_unsent_s") in (90, 91)
    assert told == {"pending": 2, "sent": 1, "failed": 0, "cancelled": 1}


def test_the_figures_for_people(note):
    out = StringIO()
    call_command("outbox", stdout=out)
    assert "Nothing is due." in out.getvalue()

    note(send_after=timezone.now() - timedelta(seconds=90))
    call_command("outbox", stdout=out)

    assert "has been waiting for 90 s" in out.getvalue() or "for 91 s" in out.getvalue()


def test_the_tasks_do_their_work(note, mailbox):
    note()

    tasks.heartbeat()
    tasks.deliver()
    tasks.housekeeping()

    assert MailboxMail.objects.exists() and HeartbeatMinute.objects.exists() and JobRun.objects.exists()


def test_the_last_hour_has_sixty_marks():
    now = timezone.now()
    this = now.replace(second=0, microsecond=0)
    marks = [this - timedelta(minutes=back) for back in range(1, 31) if back != 10]

    minutes = last_hour(marks, now)

    assert len(minutes) == 60 and [minute.state for minute in minutes[:30]] == ["unknown"] * 30
    assert [minute.at for minute in minutes if minute.state == "missing"] == [this - timedelta(minutes=10)]


def test_a_pause_of_more_than_one_round_is_an_interruption():
    now = timezone.now().replace(second=30, microsecond=0)
    this = now.replace(second=0)
    ago = {back: this - timedelta(minutes=back) for back in range(60)}

    assert interruptions([ago[5], ago[4], ago[2], ago[1]], now) == []
    assert interruptions([ago[9], ago[5], ago[4]], now) == [(ago[4], None), (ago[9], ago[5])]
