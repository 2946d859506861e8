"""Words in the settings: what is refused, what a preview shows, and that every kind is there in both languages."""

import pytest
from django.urls import reverse

from crm.outbox import kinds, previews, texts
from crm.outbox.forms import MessageTextForm
from crm.outbox.models import Message, MessageText

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(people, sign_in):
    return sign_in(people.admin)


def checked(**given) -> MessageTextForm:
    words = {"kind": "a-survey", "language": "en", "subject": "Hello {name}", "body": "{link}"}
    form = MessageTextForm(words | given)
    form.is_valid()
    return form


def test_good_words_are_taken():
    assert not checked().errors


@pytest.mark.parametrize(
    "given, field, says",
    [
        ({"body": "{link} {user}"}, "body", "no value for {user}"),
        ({"subject": "{nobody}"}, "subject", "no value for {nobody}"),
        ({"body": "{link} 5 } 3"}, "body", "brace stands alone"),
        ({"subject": "{link}"}, "subject", "secret"),
        ({"body": "Dear {name}"}, "body", "Without {link}"),
        ({"subject": " "}, "subject", "subject"),
        ({"kind": "nothing"}, "kind", "nothing"),
    ],
)
def test_words_that_could_not_be_filled_are_refused(given, field, says):
    assert says in str(checked(**given).errors[field])


def test_the_foot_of_customers_mails_is_a_text_like_any_other(survey):
    foot = {"kind": "customer-footer", "language": "en", "subject": "", "body": "Stop: {opt_out}"}
    assert not checked(**foot).errors
    assert "Without {opt_out}" in str(checked(**(foot | {"body": "No way out"})).errors["body"])

    MessageText.objects.create(**foot)

    assert survey().body.endswith("\n-- \nStop: {opt_out}")


def test_the_list_offers_every_kind_in_both_languages(admin):
    MessageText.objects.create(kind="a-note", language="en", subject="{name}", body="{text}")

    page = admin.get(reverse("admin:outbox_messagetext_changelist")).content.decode()

    add = reverse("admin:outbox_messagetext_add")
    assert f"{add}?kind=a-note&amp;language=zh-hans" in page and f"{add}?kind=a-note&amp;language=en" not in page
    assert f"{add}?kind=a-survey&amp;language=en" in page


def test_a_test_mail_can_be_sent_from_the_settings(admin):
    page = admin.get(reverse("admin:outbox_messagetext_changelist")).content.decode()

    assert f'<form method="post" action="{reverse("outbox:test_mail")}">' in page


def test_a_new_text_begins_with_the_shipped_words(admin):
    url = reverse("admin:outbox_messagetext_add")

    page = admin.get(url, {"kind": "a-survey", "language": "zh-hans"}).content.decode()

    assert "您还满意吗" in page and "formaction=" in page


def test_a_text_is_saved(admin):
    words = {"kind": "a-note", "language": "en", "subject": "Psst, {name}", "body": "{text}"}

    admin.post(reverse("admin:outbox_messagetext_add"), words)

    assert MessageText.objects.get().subject == "Psst, {name}"


def preview(admin, **given):
    words = {"kind": "a-survey", "language": "en", "subject": "Hello {name}", "body": "Dear {name}\n\n{link}"}
    return admin.post(reverse("admin:outbox_messagetext_preview"), words | given).content.decode()


def test_a_preview_shows_unsaved_words_with_examples(admin):
    page = preview(admin)

    assert "Hello Mr Osei" in page and "[ Answer ]" in page and "No more of these mails" in page
    assert not MessageText.objects.exists() and not Message.objects.exists()


def test_a_preview_shows_them_with_somebody_real(admin, monkeypatch):
    known = {"C-100001": {"name": "钱嘉", "unknown": "x"}}
    monkeypatch.setattr(previews, "_sources", [previews.Source("Customer", lambda user, typed: known.get(typed, {}))])

    assert "Hello 钱嘉" in preview(admin, source="0", typed="C-100001")
    assert "Nobody was found" in preview(admin, source="0", typed="C-9")


def test_a_preview_says_what_is_wrong(admin):
    assert "no value for nobody" in preview(admin, body="{nobody}")
    assert "Choose a kind" in preview(admin, kind="")


def test_a_preview_escapes_what_was_typed(admin):
    assert "<script>x" not in preview(admin, body="<script>x</script> {link}", subject="<script>x")


def test_only_administrators_see_it(people, sign_in):
    response = sign_in(people.manager).post(reverse("admin:outbox_messagetext_preview"))

    assert response.status_code in (302, 403)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_shipped_words_of_every_kind_would_pass_as_edited_ones(language):
    """Of all apps: what is shipped is what an administrator begins with."""
    for kind in kinds.kinds():
        subject, body = kind.shipped(language)
        form = MessageTextForm({"kind": kind.key, "language": language, "subject": subject, "body": body})

        assert not form.errors, (kind.key, form.errors)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_kind_can_be_filled_with_its_examples(language):
    for kind in kinds.kinds():
        subject, body = texts.fill(kind, kind.shipped(language), language, kind.examples, {*kind.secrets, "opt_out"})

        assert body.strip() and (subject or kind.key == "customer-footer"), kind.key
