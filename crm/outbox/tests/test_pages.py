"""The pages for administrators: order, filters, secrets, verbs, and what they cost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.outbox import actions
from crm.outbox.delivery import deliver_due
from crm.outbox.models import Message, State
from crm.outbox.tests.conftest import SECRET

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(people, sign_in):
    return sign_in(people.admin)


@pytest.fixture
def some(note, survey, sink) -> dict[str, Message]:
    """One message in each state."""
    note("failed", to="unknown@example.com")
    note("again", to="busy@example.com")
    note("sent", to="good@example.com")
    deliver_due()
    survey("waiting", send_after=timezone.now() + timedelta(hours=1))
    actions.cancel(note("cancelled", send_after=timezone.now() + timedelta(hours=1)).pk, by=None)
    return {message.key: message for message in Message.objects.all()}


def test_what_needs_a_hand_stands_first(admin, some):
    rows = admin.get(reverse("outbox:list")).context["page"].rows

    assert [row.key for row in rows] == ["failed", "again", "waiting", "sent", "cancelled"]


@pytest.mark.parametrize(
    "query, keys",
    [
        ({"state": "failed"}, ["failed"]),
        ({"state": "again"}, ["again"]),
        ({"state": "sent"}, ["sent"]),
        ({"kind": "a-survey"}, ["waiting"]),
        ({"q": "UNKNOWN@"}, ["failed"]),
        ({"q": "%"}, []),
        ({"state": "sent", "q": "unknown"}, []),
        ({"state": "nonsense"}, ["failed", "again", "waiting", "sent", "cancelled"]),
    ],
)
def test_filters(admin, some, query, keys):
    rows = admin.get(reverse("outbox:list"), query).context["page"].rows

    assert [row.key for row in rows] == keys


def test_pages_go_by_key(admin, note):
    for number in range(60):
        note(f"note:{number}")

    first = admin.get(reverse("outbox:list")).context["page"]
    second = admin.get(reverse("outbox:list") + first.next_url).context["page"]

    assert len(first.rows) == 50 and len(second.rows) == 10
    assert not {row.pk for row in first.rows} & {row.pk for row in second.rows}


def test_no_page_shows_a_secret(admin, some):
    pages = [reverse("outbox:list"), reverse("outbox:detail", args=[some["waiting"].pk]), reverse("outbox:health")]

    for url in pages:
        text = admin.get(url).content.decode()
        assert SECRET not in text and "{link}" not in text
    assert "••••" in admin.get(pages[1]).content.decode()


def test_a_failed_message_says_why_and_is_tried_again(admin, some, sink):
    url = reverse("outbox:detail", args=[some["failed"].pk])
    assert "550 5.1.1 no such user here" in admin.get(url).content.decode()

    response = admin.post(reverse("outbox:retry", args=[some["failed"].pk]), follow=True)

    assert response.redirect_chain == [(url, 302)] and "It will be tried again now" in response.content.decode()
    assert Message.objects.get(key="failed").state == State.PENDING


def test_cancelling_asks_first(admin, some):
    url = reverse("outbox:cancel", args=[some["waiting"].pk])
    assert "Cancel this message?" in admin.get(url).content.decode()
    assert Message.objects.get(key="waiting").state == State.PENDING

    admin.post(url)

    assert Message.objects.get(key="waiting").state == State.CANCELLED


@pytest.mark.parametrize(
    "verb, key", [("cancel", "sent"), ("retry", "sent"), ("cancel", "cancelled"), ("retry", "waiting")]
)
def test_what_cannot_be_done_is_said_and_changes_nothing(admin, some, verb, key):
    before = Message.objects.values().get(key=key)

    response = admin.post(reverse(f"outbox:{verb}", args=[some[key].pk]), follow=True)

    assert response.status_code == 200 and response.context["messages"]
    assert Message.objects.values().get(key=key) == before


def test_all_that_failed_is_tried_again(admin, some):
    assert "Failed messages: 1." in admin.get(reverse("outbox:retry_failed")).content.decode()

    response = admin.post(reverse("outbox:retry_failed"), follow=True)

    assert "1 message is tried again." in response.content.decode()


def test_a_test_mail_goes_through_the_outbox_to_me(admin, people, sink):
    response = admin.post(reverse("outbox:test_mail"), follow=True)
    deliver_due()

    assert sink.to == [people.admin.email]
    assert "A test mail to admin@example.com is on its way." in response.content.decode()
    assert "Sent" in admin.get(response.redirect_chain[0][0]).content.decode()


def test_without_an_address_there_is_no_test_mail(admin, people):
    type(people.admin).objects.filter(pk=people.admin.pk).update(email="")

    response = admin.post(reverse("outbox:test_mail"), follow=True)

    assert "no e-mail address" in response.content.decode() and not Message.objects.exists()


def test_words_that_are_gone_are_said_to_be_gone(admin, some):
    Message.objects.filter(key="sent").update(body="")

    assert "The words were removed" in admin.get(reverse("outbox:detail", args=[some["sent"].pk])).content.decode()


@pytest.mark.parametrize("name", ["list", "health", "mailbox"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_open_with_nothing_and_with_something(admin, survey, name, language, mailbox):
    admin.cookies["django_language"] = language
    assert admin.get(reverse(f"outbox:{name}")).status_code == 200

    survey()
    deliver_due()

    assert admin.get(reverse(f"outbox:{name}")).status_code == 200


def test_the_sum_of_the_day_is_right(admin, some):
    together = admin.get(reverse("outbox:health")).context["together"]

    parts = ("sent", "again", "waiting", "failed", "cancelled")
    assert together["promised"] == 5 == sum(together[part] for part in parts)


@pytest.mark.parametrize("name, budget", [("list", 16), ("health", 14), ("mailbox", 10)])
def test_more_rows_cost_no_more_queries(
    people, sign_in, note, mailbox, name, budget, django_assert_max_num_queries, django_assert_num_queries
):
    actions.record_heartbeat()
    client, url = sign_in(people.admin), reverse(f"outbox:{name}")
    note()
    deliver_due()
    with django_assert_max_num_queries(budget) as few:
        client.get(url)
    for number in range(2, 30):
        note(f"note:{number}")
    deliver_due()

    with django_assert_num_queries(len(few)):
        client.get(url)
