"""Who holds a message may write what became of it, and nobody else: two deliverers, dead ones, and a clock set back."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from crm.outbox import actions
from crm.outbox.delivery import deliver_due
from crm.outbox.models import Message, State


def _in_threads(work, count: int) -> None:
    """Run `work` in several threads that begin together."""
    start, wrong = threading.Barrier(count), []

    def run() -> None:
        try:
            start.wait(10)
            work()
        except Exception as error:  # noqa: BLE001 - told in the main thread
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong


@pytest.mark.django_db(transaction=True)
def test_two_deliverers_send_nothing_twice(note, sink):
    for number in range(60):
        note(f"note:{number}", to=f"to{number}@example.com")

    def work() -> None:
        while deliver_due(limit=7).claimed:
            pass

    _in_threads(work, 3)

    assert Counter(sink.to) == Counter(f"to{number}@example.com" for number in range(60))
    assert set(Message.objects.values_list("state", "attempts")) == {(State.SENT, 1)}


@pytest.mark.django_db(transaction=True)
def test_the_same_promise_made_twice_at_once_is_one_row(note):
    _in_threads(lambda: note("same"), 4)

    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_a_held_message_is_nobody_elses(note):
    note()
    actions.lease(10)

    assert actions.lease(10)[1] == []


@pytest.mark.django_db
def test_a_lease_runs_out_and_the_message_goes_on(note, sink, time_machine):
    note()
    actions.lease(10)  # and the worker dies here
    time_machine.move_to(timezone.now() + timedelta(seconds=119))
    assert deliver_due().claimed == 0

    time_machine.move_to(timezone.now() + timedelta(seconds=3))

    assert deliver_due().sent == 1
    assert Message.objects.get().attempts == 2


@pytest.mark.django_db
def test_a_lost_lease_writes_nothing(note, time_machine, caplog):
    note()
    token, [held] = actions.lease(10)
    time_machine.move_to(timezone.now() + timedelta(seconds=121))
    other, [same] = actions.lease(10)

    assert not actions.record_sent(held, token)
    assert not actions.record_failed(held, token, "550")
    assert not actions.record_put_off(held, token, "451")
    assert actions.give_back([held], token) == 0

    message = Message.objects.get()
    assert (message.state, message.lease_token, message.attempts) == (State.PENDING, other, 2)
    assert not message.events.exists() and "lease lost" in caplog.text
    assert actions.record_sent(same, other)


@pytest.mark.django_db
def test_a_clock_set_back_holds_nobody_up(note, sink, time_machine):
    now = timezone.now()
    note(send_after=now - timedelta(days=2))
    time_machine.move_to(now)
    actions.lease(10)

    time_machine.move_to(now - timedelta(days=1))

    assert deliver_due().sent == 1


@pytest.mark.django_db
def test_a_try_agreed_under_a_clock_set_back_is_brought_forward(note, time_machine):
    now = timezone.now()
    message = note(send_after=now - timedelta(days=2))
    time_machine.move_to(now)
    token, [held] = actions.lease(10)
    actions.record_put_off(held, token, "451")

    time_machine.move_to(now - timedelta(days=1))
    actions.clean_up()

    message.refresh_from_db()
    assert message.next_try_at <= timezone.now()
