"""The survey as a customer meets it: without signing in, in their language, once."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from customers.models import TimelineEntry
from satisfaction import actions
from satisfaction.models import Invitation, Response
from satisfaction.words import token_of
from tests.factories import make_invitation

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation(db) -> Invitation:
    return make_invitation()


def url_of(invitation: Invitation) -> str:
    return reverse("satisfaction:answer", args=[token_of(invitation)])


def test_an_answer_is_kept_and_stands_on_the_timeline(client, invitation):
    answered = client.post(url_of(invitation), {"overall": "4", "nps": "9", "comment": "Quick"})
    assert answered.status_code == 200
    response = Response.objects.get()
    assert (response.overall, response.nps, response.comment) == (4, 9, "Quick")
    entry = TimelineEntry.objects.get(kind="response")
    assert entry.values == {"overall": 4, "nps": 9}


def test_looking_does_not_use_the_link_up(client, invitation):
    for _ in range(3):
        assert client.get(url_of(invitation)).status_code == 200
    assert client.head(url_of(invitation)).status_code == 200
    assert not Response.objects.exists()


def test_a_second_answer_meets_the_same_thanks_and_changes_nothing(client, invitation):
    client.post(url_of(invitation), {"overall": "5"})
    again = client.post(url_of(invitation), {"overall": "1"})
    assert again.status_code == 200
    assert Response.objects.get().overall == 5


def test_a_used_link_says_so_kindly(client, invitation):
    client.post(url_of(invitation), {"overall": "5"})
    later = client.get(url_of(invitation))
    assert later.status_code == 410
    assert reverse("complaints:public") in later.content.decode()


def test_an_expired_link_says_so_kindly_and_takes_nothing(client, invitation):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(url_of(invitation)).status_code == 410
    assert client.post(url_of(invitation), {"overall": "5"}).status_code == 410
    assert not Response.objects.exists()


@pytest.mark.parametrize("token", ["x", "b" + "a" * 20, "中文", "a" * 500, "%00", "../../etc/passwd"])
def test_a_wrong_link_is_not_found(client, invitation, token):
    assert client.get(f"/s/{token}/").status_code == 404


def test_whoever_tries_many_links_waits_and_a_real_link_still_opens(client, invitation):
    from satisfaction.views import WRONG_PER_HOUR

    tried = [client.get("/s/wrong/").status_code for _ in range(WRONG_PER_HOUR + 1)]

    assert tried[:-1] == [404] * WRONG_PER_HOUR and tried[-1] == 429
    assert client.get(url_of(invitation)).status_code == 200


def test_every_changed_letter_makes_the_link_wrong(client, invitation):
    token = token_of(invitation)
    for place in range(len(token)):
        other = "a" if token[place] != "a" else "b"
        wrong = token[:place] + other + token[place + 1 :]
        assert client.get(reverse("satisfaction:answer", args=[wrong])).status_code == 404, place


def test_the_link_of_another_purpose_opens_nothing(client, invitation):
    from crm import secret_links

    code = secret_links.code_for("complaint", invitation.pk, invitation.nonce)
    assert client.get(reverse("satisfaction:answer", args=[code])).status_code == 404


@pytest.mark.parametrize(
    "answers",
    [{}, {"overall": "6"}, {"overall": "0"}, {"nps": "11"}, {"nps": "-1"}, {"overall": "x"}, {"comment": "   "}],
)
def test_what_says_nothing_or_lies_outside_its_scale_is_refused(client, invitation, answers):
    refused = client.post(url_of(invitation), answers)
    assert refused.status_code == 422
    assert not Response.objects.exists()


def test_what_was_typed_is_kept_when_a_number_is_wrong(client, invitation):
    refused = client.post(url_of(invitation), {"overall": "9", "comment": "The <b>door</b> squeaks"})
    assert "The &lt;b&gt;door&lt;/b&gt; squeaks" in refused.content.decode()


def test_zero_is_an_answer_and_a_blank_is_not(client, invitation):
    client.post(url_of(invitation), {"nps": "0"})
    response = Response.objects.get()
    assert (response.nps, response.overall) == (0, None)


def test_the_page_speaks_the_customers_language_until_they_switch(client, invitation):
    Invitation.objects.update(language="zh-hans")
    assert "您满意吗" in client.get(url_of(invitation)).content.decode()
    client.cookies["django_language"] = "en"
    assert "how satisfied are you" in client.get(url_of(invitation)).content.decode()


def test_the_page_is_small_and_needs_no_script(client, invitation):
    page = client.get(url_of(invitation)).content.decode()
    assert "<script" not in page
    assert len(page) < 20_000


@pytest.mark.parametrize(
    "values", [{"overall": None, "nps": None, "comment": " "}, {"overall": 6, "nps": None, "comment": ""}]
)
def test_the_action_refuses_what_the_form_would_refuse(invitation, values):
    with pytest.raises(ValidationError):
        actions.answer(invitation.pk, language="en", **values)


@pytest.mark.parametrize(
    "values", [{"overall": 6}, {"overall": 0}, {"nps": 11}, {"overall": None, "nps": None, "comment": ""}]
)
def test_the_database_refuses_it_too(invitation, values):
    fields = {"overall": 1, "nps": 1, "comment": "", "language": "en"} | values
    with pytest.raises(IntegrityError), transaction.atomic():
        Response.objects.create(invitation=invitation, customer=invitation.customer, **fields)


@pytest.mark.django_db(transaction=True)
def test_two_thumbs_at_once_leave_one_answer():
    invitation, together, kept = make_invitation(), Barrier(2), []

    def send(overall):
        together.wait()
        try:
            kept.append(actions.answer(invitation.pk, overall=overall, nps=None, comment="", language="en"))
        except actions.AlreadyAnswered:
            kept.append(None)
        finally:
            connection.close()

    threads = [Thread(target=send, args=(overall,)) for overall in (1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept.count(None) == 1
    assert Response.objects.count() == 1
