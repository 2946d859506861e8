"""Every way a delivery can go wrong, over real SMTP: whom it concerns, what it costs, and that nobody else waits."""

import socket
import time
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.utils import timezone

from crm.outbox import actions, channels, delivery
from crm.outbox.delivery import deliver_due
from crm.outbox.models import Message, State

pytestmark = pytest.mark.django_db

GOOD = [f"good{number}@example.com" for number in range(10)]


def of(address: str) -> Message:
    return Message.objects.get(address=address)


def test_one_bad_recipient_stops_nobody(note, sink):
    bad = [
        "unknown@x.example",
        "spam@x.example",
        "busy@x.example",
        "full@x.example",
        "hang@x.example",
        "drop@x.example",
    ]
    odd = ["bad\nbcc: a@x.example", "not an address", "a@x.example, b@x.example"]
    for position, address in enumerate([*bad, *odd, *GOOD]):
        note(f"note:{position}", to=address)

    batch = deliver_due()

    assert sorted(sink.to) == sorted(GOOD)
    assert (batch.claimed, batch.sent, batch.given_back) == (19, 10, 0)
    assert not Message.objects.filter(lease_token__isnull=False).exists()
    for address in ("unknown@x.example", "spam@x.example", *odd):
        assert of(address).state == State.FAILED, address
    for address in ("busy@x.example", "full@x.example", "hang@x.example", "drop@x.example"):
        message = of(address)
        assert (message.state, message.attempts) == (State.PENDING, 1), address
        assert message.next_try_at > timezone.now() + timedelta(seconds=20), address
        assert message.last_error and [event.what for event in message.events.all()] == ["put_off"], address
    assert of("unknown@x.example").last_error.startswith("550 5.1.1")
    assert of(GOOD[0]).finished_at and of(GOOD[0]).last_error == ""


def test_all_of_a_batch_goes_over_one_connection(note, sink):
    for position, address in enumerate(GOOD):
        note(f"note:{position}", to=address)

    deliver_due()

    assert len(sink.taken) == 10 and sink.connections == 1


def test_a_server_that_leaves_costs_one_message_a_try_and_the_others_go_on(note, sink):
    for position, address in enumerate(["leaving@x.example", *GOOD]):
        note(f"note:{position}", to=address)

    deliver_due()

    assert len(sink.taken) == 10 and sink.connections == 2
    assert of("leaving@x.example").attempts == 1


def test_a_broken_template_of_ours_costs_only_the_dress(note, sink, monkeypatch):
    def broken(letter):
        raise RuntimeError

    monkeypatch.setattr(channels.letters, "as_html", broken)
    note()

    assert deliver_due().sent == 1
    assert sink.taken[0].mail.get_content_type() == "text/plain"


@pytest.mark.parametrize("away", ["refused", "mute", "busy greeting", "no such host"])
def test_a_server_that_is_away_costs_nobody_a_try(note, sink, away, settings):
    if away == "refused":
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            settings.EMAIL_PORT = unused.getsockname()[1]
    elif away == "mute":
        sink.mute = True
    elif away == "busy greeting":
        sink.greeting = b"421 too busy"
    else:
        settings.EMAIL_HOST = "mail.invalid"
    for position, address in enumerate(GOOD):
        note(f"note:{position}", to=address)
    started = time.monotonic()

    batch = deliver_due()

    assert time.monotonic() - started < 5
    assert (batch.sent, batch.given_back, batch.more) == (0, 10, False)
    soon = timezone.now() + timedelta(seconds=25)
    for message in Message.objects.all():
        assert (message.state, message.attempts, message.lease_token) == (State.PENDING, 0, None)
        assert timezone.now() < message.next_try_at < soon and message.last_error


def test_a_server_that_refuses_us_is_no_fault_of_the_recipient(note, sink):
    sink.at_mail = b"530 sign in first"
    note()

    deliver_due()

    assert (Message.objects.get().state, Message.objects.get().attempts) == (State.PENDING, 1)


def test_pauses_double_up_to_an_hour_and_the_eighth_try_is_the_last(note, sink, time_machine):
    message = note(to="busy@x.example")
    now, pauses = timezone.now(), []
    for _try in range(8):
        time_machine.move_to(now, tick=False)
        assert deliver_due().claimed == 1
        message.refresh_from_db()
        pauses.append((message.next_try_at - now).total_seconds())
        now = message.next_try_at + timedelta(seconds=1)

    assert pauses[:7] == [30, 60, 120, 240, 480, 960, 1920]
    assert message.state == State.FAILED and message.attempts == 8
    assert [event.what for event in message.events.all()] == ["gave_up"] + ["put_off"] * 7
    assert actions.back_off(8) == timedelta(hours=1) == actions.back_off(1000)


def test_what_is_not_due_waits(note, sink, time_machine):
    note(send_after=timezone.now() + timedelta(hours=1))

    assert deliver_due().claimed == 0
    time_machine.move_to(timezone.now() + timedelta(hours=1, seconds=1))
    assert deliver_due().sent == 1


def test_the_longest_waiting_go_first(note, sink):
    for age in (1, 3, 2):
        note(f"note:{age}", to=f"age{age}@example.com", send_after=timezone.now() - timedelta(minutes=age))

    deliver_due(limit=2)

    assert sink.to == ["age3@example.com", "age2@example.com"]


def test_a_batch_that_takes_too_long_gives_the_rest_back(note, sink, settings, monkeypatch):
    monkeypatch.setattr(delivery, "longest_batch_s", lambda: 0.5)
    sink.slowness = 0.3
    for position, address in enumerate(GOOD):
        note(f"note:{position}", to=address)

    batch = deliver_due()

    assert 1 <= batch.sent <= 3 and batch.sent + batch.given_back == 10
    waiting = Message.objects.pending()
    assert {message.attempts for message in waiting} == {0} and waiting.due().count() == batch.given_back


def test_a_batch_that_is_told_to_stop_leaves_nothing_in_hand(note, monkeypatch):
    class Stopped:
        def send(self, letter):
            raise SoftTimeLimitExceeded

        def close(self):
            pass

    monkeypatch.setattr(channels.EmailChannel, "open", lambda self: Stopped())
    note(), note("note:2")

    with pytest.raises(SoftTimeLimitExceeded):
        deliver_due()

    assert not Message.objects.filter(lease_token__isnull=False).exists()
    assert sorted(Message.objects.values_list("attempts", flat=True)) == [0, 1]


def test_a_link_that_cannot_be_made_fails_alone(survey, note, sink, monkeypatch):
    from crm.outbox import links

    def gone(pk: int) -> str:
        raise LookupError(f"row {pk} is gone")

    monkeypatch.setitem(links._links, "survey", gone)
    survey(), note()

    deliver_due()

    assert sink.to == ["priya@example.com"]
    assert Message.objects.get(key="survey:1").last_error == "link: LookupError"


def test_a_channel_that_nobody_has_fails_alone(note, sink):
    note("pigeon", channel="pigeon"), note()

    deliver_due()

    assert sink.to == ["priya@example.com"]
    assert Message.objects.get(key="pigeon").last_error == "no channel pigeon"


def test_another_channel_is_a_class_and_one_line(note, monkeypatch):
    texts = []

    class Pigeon(channels.Channel):
        key = "pigeon"

        def open(self):
            return self

        def send(self, letter):
            texts.append((letter.address, letter.subject))

        def close(self):
            pass

    monkeypatch.setitem(channels._channels, "pigeon", Pigeon())
    note(channel="pigeon", to="the roof")

    assert deliver_due().sent == 1
    assert texts == [("the roof", "Note for Priya")]


def test_an_unexpected_error_is_nobody_elses_business(note, monkeypatch):
    class Broken:
        def send(self, letter):
            if "good" not in letter.address:
                raise RuntimeError("a bug of ours")

        def close(self):
            pass

    monkeypatch.setattr(channels.EmailChannel, "open", lambda self: Broken())
    note("a", to="x@example.com"), note("b", to="good@example.com")

    deliver_due()

    assert (of("x@example.com").state, of("x@example.com").attempts) == (State.PENDING, 1)
    assert of("good@example.com").state == State.SENT


def test_the_numbers_hang_together():
    """End of a batch + one mail timeout < time limit < lease < visibility timeout."""
    visible = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]

    assert delivery.longest_batch_s() + 10 < settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT
    assert settings.CELERY_TASK_TIME_LIMIT < settings.OUTBOX_LEASE_SECONDS < visible
    assert settings.OUTBOX_LEASE_SECONDS < timedelta(hours=1).total_seconds()


# --- The letter itself ------------------------------------------------------------------------------------------------


def test_a_mail_to_a_customer_has_a_way_out_and_one_click(survey, sink):
    survey(language="zh")

    deliver_due()

    mail = sink.taken[0].mail
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    assert mail["Subject"] == "Mr Osei，您还满意吗？" and mail["Content-Language"] == "zh-hans"
    assert mail["List-Unsubscribe"] == "<https://revisit.example/opt-out/t0ps3cret7/>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "https://revisit.example/s/t0ps3cret7/" in text and "https://revisit.example/opt-out/t0ps3cret7/" in text
    assert 'href="https://revisit.example/s/t0ps3cret7/"' in html and ">回答</a>" in html
    assert 'href="https://revisit.example/opt-out/t0ps3cret7/"' in html


def test_a_mail_to_a_colleague_has_none(note, sink):
    note()

    deliver_due()

    assert "List-Unsubscribe" not in sink.taken[0].mail


def test_nothing_typed_becomes_html(note, sink):
    note(values={"text": "<script>alert(1)</script> & <b>"})

    deliver_due()

    html = sink.taken[0].mail.get_body(("html",)).get_content()
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_the_message_id_is_that_of_the_promise(note, sink):
    note()
    deliver_due()
    Message.objects.update(state=State.PENDING, finished_at=None)
    deliver_due()
    note("note:2")
    deliver_due()

    first, second, other = [taken.mail["Message-ID"] for taken in sink.taken]
    assert first == second != other and first.endswith("@revisit.invalid>")
