"""What /healthz answers, when, and how fast; what every page says when the chain stands still."""

import socket
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from crm.outbox import actions, broker, frame, health
from crm.outbox.delivery import deliver_due
from crm.outbox.models import Heartbeat, HeartbeatMinute, Message

STILL_ASKED = """
SELECT count(*) FROM pg_stat_activity
WHERE query LIKE '%outbox_heartbeat%' AND state = 'active' AND pid <> pg_backend_pid()
"""
KEYS = {"status", "database", "redis", "clock_age_s", "oldest_unsent_s", "failed"}


@pytest.fixture
def probe(transactional_db):
    """Asks /healthz as a load balancer would: by an address, over plain HTTP, without a cookie."""

    def ask(**headers):
        response = Client().get("/healthz", headers={"host": "10.0.0.7:8000"} | headers)
        return response.status_code, response.json(), response

    return ask


@pytest.fixture
def mute() -> str:
    """The address of a server that accepts connections and never says a word, like a frozen one."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(16)
        yield server.getsockname()


def test_all_is_well_after_a_beat(probe):
    actions.record_heartbeat()

    status, told, response = probe()

    assert status == 200 and set(told) == KEYS
    assert told == {
        "status": "ok",
        "database": True,
        "redis": True,
        "clock_age_s": 0,
        "oldest_unsent_s": None,
        "failed": 0,
    }
    assert response["Cache-Control"] == "no-store" and not response.cookies


def test_it_is_never_sent_to_https_or_to_sign_in(probe, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["revisit.example"]

    assert probe()[0] == 503  # no beat yet, but an answer


@pytest.mark.parametrize("age, status", [(149, 200), (150, 503), (86400, 503), (-3600, 503)])
def test_the_clock_is_dead_after_150_seconds(probe, age, status):
    Heartbeat.objects.create(name=Heartbeat.CHAIN, at=timezone.now() - timedelta(seconds=age))

    got, told, _response = probe()

    assert got == status and told["status"] == ("ok" if status == 200 else "failing")
    assert abs(told["clock_age_s"] - abs(age)) <= 1


def test_a_clock_that_never_ran_is_dead(probe):
    status, told, _response = probe()

    assert status == 503 and told["clock_age_s"] is None


def test_mail_that_is_stuck_is_told_and_after_a_quarter_of_an_hour_it_is_failing(probe, note):
    actions.record_heartbeat()
    message = note(send_after=timezone.now() - timedelta(minutes=14))
    status, told, _response = probe()
    assert status == 200 and 838 <= told["oldest_unsent_s"] <= 842

    Message.objects.filter(pk=message.pk).update(send_after=timezone.now() - timedelta(minutes=15))

    status, told, _response = probe()
    assert status == 503 and told["oldest_unsent_s"] >= 900


def test_what_is_not_due_is_not_unsent(probe, note):
    actions.record_heartbeat()
    note(send_after=timezone.now() + timedelta(minutes=1))

    assert probe()[1]["oldest_unsent_s"] is None


def test_a_mail_server_that_is_away_shows_between_the_tries_too(probe, note, sink):
    actions.record_heartbeat()
    note(send_after=timezone.now() - timedelta(minutes=20))
    sink.greeting = b"421 no"

    deliver_due()

    assert probe()[0] == 503


def test_while_it_is_in_hand_a_stuck_message_is_still_stuck(probe, note):
    actions.record_heartbeat()
    note(send_after=timezone.now() - timedelta(minutes=20))
    actions.lease(1)

    assert probe()[0] == 503


def test_one_full_mailbox_is_not_our_standstill(probe, note, sink, time_machine):
    note(to="full@example.com", send_after=timezone.now() - timedelta(hours=2))
    deliver_due()
    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    actions.record_heartbeat()

    status, told, _response = probe()

    assert status == 200 and told["oldest_unsent_s"] < 120


def test_what_failed_is_counted_and_alone_makes_no_alarm(probe, note, sink):
    note(to="unknown@example.com")
    deliver_due()
    actions.record_heartbeat()

    status, told, _response = probe()

    assert (status, told["failed"]) == (200, 1)


def test_a_dead_redis_is_told(probe, settings):
    actions.record_heartbeat()
    settings.REDIS_URL = "unix:///nowhere/redis.sock"

    status, told, _response = probe()

    assert (status, told["redis"], told["database"]) == (503, False, True)


def test_it_answers_in_time_when_redis_hangs(probe, settings, mute):
    actions.record_heartbeat()
    settings.REDIS_URL = f"redis://{mute[0]}:{mute[1]}/0"
    started = time.monotonic()

    status, told, _response = probe()

    assert time.monotonic() - started < 3
    assert (status, told["redis"], told["database"]) == (503, False, True)


def test_it_answers_in_time_when_everything_hangs(db, settings, mute):
    settings.REDIS_URL = f"redis://{mute[0]}:{mute[1]}/0"
    started = time.monotonic()

    told = health.measure(database={"host": mute[0], "port": mute[1], "dbname": "x", "user": "x"})

    assert time.monotonic() - started < 3
    assert told.as_json() == {
        "status": "failing",
        "database": False,
        "redis": False,
        "clock_age_s": None,
        "oldest_unsent_s": None,
        "failed": None,
    }


def test_it_answers_in_time_when_a_table_is_locked(probe):
    actions.record_heartbeat()
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN; LOCK TABLE outbox_message IN ACCESS EXCLUSIVE MODE")
            locked.set()
            done.wait(10)
            cursor.execute("ROLLBACK")
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(10)
    started = time.monotonic()

    status, told, _response = probe()

    took = time.monotonic() - started
    done.set()
    holder.join(10)
    assert took < 3 and (status, told["database"]) == (503, False)
    time.sleep(0.8)
    with connection.cursor() as cursor:  # what was asked in vain has ended on the server, too
        cursor.execute(STILL_ASKED)
        assert cursor.fetchone()[0] == 0


def test_a_database_that_is_away_is_told(db):
    told = health.measure(database={"host": "/nowhere", "dbname": "x", "user": "x"})

    assert not told.database and told.redis and told.dead == "database"


# --- The beat --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_beat_overwrites_the_last_and_marks_its_minute(time_machine):
    now = timezone.now().replace(second=10)
    for seconds in (0, 30, 60):
        time_machine.move_to(now + timedelta(seconds=seconds), tick=False)
        actions.record_heartbeat()

    assert Heartbeat.objects.get().at == now + timedelta(seconds=60)
    assert HeartbeatMinute.objects.count() == 2


@pytest.mark.django_db
def test_a_nudge_to_a_dead_broker_costs_nothing_and_is_not_repeated_at_once(settings, monkeypatch, caplog):
    monkeypatch.setattr(broker, "_no_nudge_before", 0.0)
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    started = time.monotonic()

    for _time in range(50):
        broker.nudge()

    assert time.monotonic() - started < 1 and caplog.text.count("nudge failed") == 1


# --- What every page says --------------------------------------------------------------------------------


@pytest.fixture
def page(people):
    """A request of an agent, and one of an administrator."""

    def of(who: str = "agent"):
        request = RequestFactory().get("/")
        request.user = getattr(people, who)
        return request

    return of


def test_no_banner_while_reminders_leave(page):
    actions.record_heartbeat()

    assert frame.banner(page()) is None
    well, words = frame.beat_line(page())
    assert well and "Reminders on time" in words


def test_a_banner_within_three_minutes_of_a_death_and_gone_by_itself(page, time_machine):
    now = timezone.now()
    time_machine.move_to(now)
    actions.record_heartbeat()

    time_machine.move_to(now + timedelta(seconds=175))

    banner = frame.banner(page())
    assert "Reminders are late" in str(banner.title) and "please work from them" in str(banner.text)
    assert banner.url == "" and frame.banner(page("admin")).url == reverse("outbox:health")
    assert not frame.beat_line(page())[0]
    actions.record_heartbeat()
    assert frame.banner(page()) is None


def test_a_banner_for_mail_that_is_stuck(page, note):
    actions.record_heartbeat()
    note(send_after=timezone.now() - timedelta(minutes=16))

    assert "Mails are late" in str(frame.banner(page()).title)


def test_banner_and_line_cost_one_query_a_page(page, django_assert_num_queries):
    actions.record_heartbeat()
    request = page()

    with django_assert_num_queries(1):
        frame.banner(request)
        frame.beat_line(request)


@pytest.mark.parametrize(
    "state, dead",
    [
        ({"database": False}, "database"),
        ({"redis": False, "waiting": None}, "redis"),
        ({"pulse": health.Pulse(200, None), "waiting": 0}, "beat"),
        ({"pulse": health.Pulse(200, None), "waiting": 9}, "worker"),
        ({"pulse": health.Pulse(5, 1000)}, "mail"),
        ({}, ""),
    ],
)
def test_who_is_dead(state, dead):
    well = {"database": True, "redis": True, "pulse": health.Pulse(5, None), "failed": 0, "waiting": 0}

    assert health.Health(**(well | state)).dead == dead
