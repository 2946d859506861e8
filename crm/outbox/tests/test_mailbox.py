"""The mailbox of the embedded default: what lands there, once, and what its page shows of it."""

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.urls import reverse

from crm.outbox import reading
from crm.outbox.delivery import deliver_due
from crm.outbox.models import MailboxMail, Message, State
from crm.outbox.tests.conftest import SECRET

pytestmark = pytest.mark.django_db


def test_a_second_copy_is_the_same_mail(survey, mailbox):
    survey()
    deliver_due()
    Message.objects.update(state=State.PENDING, finished_at=None)
    deliver_due()

    mail = MailboxMail.objects.get()
    assert mail.to == "osei@example.com" and mail.size > 1000
    assert mail.can_opt_out and mail.sender == "Revisit <care@revisit.invalid>"
    assert mail.headers["Subject"] == "How was it, Mr Osei?"


def test_one_bad_mail_spoils_no_other(note, mailbox):
    note("a", to="bad\nbcc: x@example.com"), note("b")

    deliver_due()

    assert [mail.to for mail in MailboxMail.objects.all()] == ["priya@example.com"]


def test_its_page_shows_the_mail_with_links_that_work(survey, mailbox, people, sign_in):
    survey()
    deliver_due()
    mail = MailboxMail.objects.get()

    page = sign_in(people.admin).get(reverse("outbox:mail", args=[mail.pk])).content.decode()

    assert f'href="https://revisit.example/s/{SECRET}7/"' in page and ">Answer</a>" in page
    assert f'href="https://revisit.example/opt-out/{SECRET}7/"' in page
    assert "style=" not in page


@pytest.mark.parametrize("view", ["text", "source", "nonsense"])
def test_its_other_views(survey, mailbox, people, sign_in, view):
    survey()
    deliver_due()

    response = sign_in(people.admin).get(reverse("outbox:mail", args=[MailboxMail.objects.get().pk]), {"as": view})

    assert response.status_code == 200
    if view == "source":
        assert "List-Unsubscribe-Post" in response.content.decode()


def test_a_mail_is_shown_without_being_trusted():
    html = """<title>T</title><style>p{}</style><p onclick="x()">A &lt;b&gt; <script>alert(1)</script>
    <a href="javascript:alert(1)">bad</a>
    <a href="https://x.example/?a=1&amp;b=2" onclick="y()">good</a></p><img src=x>"""

    shown = reading.safely(html)

    for bad in ("script", "onclick", "javascript", "alert", "img", "style"):
        assert bad not in shown
    assert 'href="https://x.example/?a=1&amp;b=2"' in shown and "A &lt;b&gt;" in shown


def test_where_a_mail_server_is_set_there_is_no_mailbox(settings, people, sign_in):
    settings.MAILBOX = False

    for url in (reverse("outbox:mailbox"), reverse("outbox:empty_mailbox")):
        assert sign_in(people.admin).get(url).status_code == 404


def test_it_can_be_emptied(survey, mailbox, people, sign_in):
    survey()
    deliver_due()

    sign_in(people.admin).post(reverse("outbox:empty_mailbox"))

    assert not MailboxMail.objects.exists() and Message.objects.exists()


def test_mails_of_django_itself_land_there_too(mailbox):
    mail = EmailMultiAlternatives("Subject", "Body", to=["a@example.com", "b@example.com"])
    assert get_connection().send_messages([mail]) == 1

    assert MailboxMail.objects.get().to == "a@example.com, b@example.com"
