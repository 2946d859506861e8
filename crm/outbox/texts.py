"""Makes the words of one message: the text in force, its values, and under a customer's mail its foot."""

import logging
from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings

from crm.outbox import kinds, words
from crm.outbox.kinds import MessageKind
from crm.outbox.models import Message, MessageText

log = logging.getLogger(__name__)

SUBJECT_LENGTH = Message._meta.get_field("subject").max_length or 0
FOOT_MARK = "\n\n-- \n"  # what mail programs know as the beginning of a signature

Text = tuple[str, str]  # subject and body


def write(kind: MessageKind, language: str, values: Mapping[str, Any], secrets: Collection[str]) -> Text:
    """Subject and body with all values in; in the body the places of secrets stay."""
    try:
        return fill(kind, MessageText.objects.words(kind, language), language, values, secrets)
    except words.UnknownPlace as place:  # edited words that no longer fit, after an update perhaps
        log.warning("text of kind %s (%s) names unknown place %s: using the shipped words", kind.key, language, place)
        return fill(kind, kind.shipped(language), language, values, secrets)


def fill(kind: MessageKind, text: Text, language: str, values: Mapping[str, Any], secrets: Collection[str]) -> Text:
    """The same with words in hand, as a preview has them. UnknownPlace when they name what is not given."""
    filled = {name: words.clean("" if value is None else str(value)) for name, value in values.items()}
    filled.setdefault("company", settings.COMPANY_NAME)
    subject = words.one_line(words.finish(words.fill(text[0], filled), {}))
    if len(subject) > SUBJECT_LENGTH:
        subject = subject[: SUBJECT_LENGTH - 1] + "…"
    body = words.fill(words.clean(text[1]), filled, secrets)
    return subject, body.rstrip() + FOOT_MARK + _foot(language, filled["company"]) if kind.to_customer else body


def _foot(language: str, company: str) -> str:
    _subject, foot = MessageText.objects.words(kinds.FOOTER, language)
    try:
        return words.fill(foot, {"company": company}, [kinds.OPT_OUT])
    except words.UnknownPlace:
        return words.fill(kinds.FOOTER.shipped(language)[1], {"company": company}, [kinds.OPT_OUT])
