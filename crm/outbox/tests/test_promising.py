"""A promise is a row: made once, in the caller's transaction, with values in and secrets out."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from crm.outbox import actions, kinds
from crm.outbox.actions import NotPossible
from crm.outbox.delivery import deliver_due
from crm.outbox.kinds import MessageKind
from crm.outbox.models import MailboxMail, Message, MessageText, State
from crm.outbox.tests.conftest import SECRET

pytestmark = pytest.mark.django_db


def test_the_same_key_is_one_promise(note):
    first = note("note:1", values={"text": "one"})
    second = note("note:1", values={"text": "two"})

    assert first.pk == second.pk and Message.objects.count() == 1
    assert "one" in second.body


def test_a_promise_is_taken_back_with_what_it_tells_of(note):
    with pytest.raises(RuntimeError), transaction.atomic():
        note()
        raise RuntimeError

    assert not Message.objects.exists()


def test_words_are_in_the_language_of_the_reader(note):
    assert note("a", language="zh-Hans").subject == "给 Priya 的便条"
    assert note("b", language="zh-CN").language == "zh-hans"
    assert note("c", language="fr").subject == "Note for Priya"
    assert note("d", language=None).language == "en"


def test_edited_words_replace_the_shipped_ones(note):
    MessageText.objects.create(kind="a-note", language="en", subject="Psst, {name}", body="{text}")

    assert note().subject == "Psst, Priya"
    assert note("zh", language="zh-hans").subject == "给 Priya 的便条"


def test_edited_words_that_no_longer_fit_give_way_to_the_shipped_ones(note):
    MessageText.objects.create(kind="a-note", language="en", subject="{gone}", body="{text}")

    assert note().subject == "Note for Priya"


def test_secrets_are_not_stored(survey):
    message = survey()

    stored = " ".join(map(str, Message.objects.filter(pk=message.pk).values_list().get()))
    assert SECRET not in stored and "{link}" in message.body
    assert message.secrets == {"link": ["survey", 7], "opt_out": ["opt_out", 7]}
    assert "••••" in message.shown_body and "{link}" not in message.shown_body


def test_a_value_cannot_steal_a_secret(survey, mailbox):
    survey(values={"name": "{link}"})

    deliver_due()

    mail = MailboxMail.objects.get()
    assert mail.subject == "How was it, {link}?"
    assert mail.body.startswith("Dear {link},") and mail.body.count(SECRET) == 2  # the link and the opt-out


def test_line_breaks_in_a_value_make_no_header(note, mailbox):
    note(values={"name": "Priya\r\nBcc: everybody@example.com"})

    deliver_due()

    mail = MailboxMail.objects.get()
    assert mail.subject == "Note for Priya Bcc: everybody@example.com"
    assert mail.to == "priya@example.com" and "Bcc" not in mail.headers


def test_what_people_type_never_makes_a_promise_fail(note):
    long = note("a", to="x" * 400 + "@example.com")
    nul = note("b", to="a\0b@example.com", values={"text": "a\0b \ud800"})
    huge = note("c", values={"name": "n" * 1000})

    assert (long.state, nul.state) == (State.FAILED, State.FAILED)
    assert len(huge.subject) == 300 and huge.subject.endswith("…")


@pytest.mark.parametrize(
    "wrong, says",
    [
        ({"values": {"name": "A"}}, "needs: text"),
        ({"values": {"name": "A", "text": "B", "else": "C"}}, "no place for: else"),
        ({"values": {"name": "A", "text": "B"}, "secrets": {"text": ("survey", 1)}}, "both"),
        ({"values": {"name": "A"}, "secrets": {"text": ("nothing", 1)}}, "nobody registered"),
    ],
)
def test_values_that_do_not_fit_the_kind_are_our_mistake(wrong, says):
    with pytest.raises(ValueError, match=says):
        actions.promise("x", kind="a-note", to="a@example.com", language="en", **wrong)


def test_a_mail_to_a_customer_needs_a_way_to_opt_out():
    with pytest.raises(ValueError, match="opt_out"):
        values, secrets = {"name": "A"}, {"link": ("survey", 1)}
        actions.promise("x", kind="a-survey", to="a@example.com", language="en", values=values, secrets=secrets)


def test_a_kind_with_places_that_nobody_fills_is_refused():
    words = {"en": "{gone}", "zh-hans": "{gone}"}

    with pytest.raises(ValueError, match="gone"):
        kinds.register(MessageKind("bad", "Bad", {}, words, words))


def test_a_secret_has_no_place_in_a_subject():
    words = {"en": "{link}", "zh-hans": "{link}"}

    with pytest.raises(ValueError, match="secret in its subject"):
        kinds.register(MessageKind("bad", "Bad", {}, words, words, secrets={"link": ("", "")}))


# --- Cancelling, trying again -----------------------------------------------------------------------------------------


def test_a_cancelled_message_is_not_sent(note, mailbox, people):
    message = note()

    actions.cancel(message.pk, by=people.admin)
    deliver_due()

    message.refresh_from_db()
    assert message.state == State.CANCELLED and not MailboxMail.objects.exists()
    assert [(event.what, event.by) for event in message.events.all()] == [("cancelled", "admin")]


def test_what_was_sent_can_be_neither_cancelled_nor_repeated(note, mailbox):
    message = note()
    deliver_due()

    for act in (actions.cancel, actions.retry):
        with pytest.raises(NotPossible):
            act(message.pk, by=None)


def test_what_is_in_hand_cannot_be_cancelled(note):
    message = note()
    actions.lease(10)

    with pytest.raises(NotPossible):
        actions.cancel(message.pk, by=None)
    assert not actions.cancel_pending("note:1")


def test_a_promise_is_taken_back_by_its_key(note):
    note()

    assert actions.cancel_pending("note:1")
    assert not actions.cancel_pending("note:1") and not actions.cancel_pending("never")


def test_trying_again_begins_anew(note, people, time_machine):
    message = note()
    token, [held] = actions.lease(10)
    actions.record_failed(held, token, "550 no such user")
    time_machine.move_to(timezone.now() + timedelta(hours=1))

    again = actions.retry(message.pk, by=people.admin)

    assert (again.state, again.attempts, again.last_error) == (State.PENDING, 0, "")
    assert again.next_try_at == again.send_after >= timezone.now() - timedelta(seconds=5)


def test_all_that_failed_is_tried_again_at_once(note, survey, people):
    note(), note("note:2"), survey()
    token, held = actions.lease(10)
    for message in held[1:]:
        actions.record_failed(message, token, "550")

    assert actions.retry_failed(by=people.admin) == 2
    assert not Message.objects.failed().exists()


def test_only_administrators_move_messages(note, people):
    message = note()

    for person in (people.agent, people.lead, people.manager, people.quality):
        for act in (lambda by: actions.cancel(message.pk, by=by), lambda by: actions.retry_failed(by=by)):
            with pytest.raises(PermissionDenied):
                act(person)
