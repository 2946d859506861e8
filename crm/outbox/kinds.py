"""The registry of kinds of message: which words each is shipped with, and which places its words may have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm.bilingual import is_chinese
from crm.outbox import words

Label = Any  # a str or a lazy translation
OPT_OUT = "opt_out"


@dataclass(frozen=True)
class MessageKind:
    """One kind of message.

    `variables` are its places: name → (label, example). `secrets` are places of links that are made at sending; they
    may as well stand among the variables. `subject`, `body` and `button` are words by language code; `button` names the
    link that stands alone on its line, where a mail is shown with buttons. With `to_customer` it needs the secret
    "opt_out".
    """

    key: str
    label: Label
    variables: Mapping[str, tuple[Label, str]]
    subject: Mapping[str, str]
    body: Mapping[str, str]
    to_customer: bool = False
    secrets: Mapping[str, tuple[Label, str]] = field(default_factory=dict)
    button: Mapping[str, str] = field(default_factory=dict)

    @property
    def places(self) -> dict[str, tuple[Label, str]]:
        """Everything that the words of this kind may name, for people who edit them."""
        return {"company": (_("name of our company"), settings.COMPANY_NAME), **self.variables, **self.secrets}

    @property
    def examples(self) -> dict[str, str]:
        return {name: example for name, (_label, example) in self.places.items()}

    def shipped(self, language: str) -> tuple[str, str]:
        """Subject and body as they came with the product."""
        return self.subject[language], self.body[language]


_kinds: dict[str, MessageKind] = {}


def language_of(code: str | None) -> str:
    """The one of our languages that serves a reader of `code`."""
    return "zh-hans" if is_chinese(code or settings.LANGUAGE_CODE) else "en"


def register(kind: MessageKind) -> None:
    """Make a kind known, in `AppConfig.ready()`. Words in both languages, without places that nobody fills."""
    if kind.key in _kinds and _kinds[kind.key] != kind:
        raise ValueError(f"message kind {kind.key} is registered twice")
    for language, _name in settings.LANGUAGES:
        subject, body = kind.shipped(language)
        unknown = words.places(subject + body) - set(kind.places)
        if unknown:
            raise ValueError(f"message kind {kind.key} ({language}) has unknown places: {', '.join(sorted(unknown))}")
        if words.places(subject) & set(kind.secrets):
            raise ValueError(f"message kind {kind.key} ({language}) has a secret in its subject")
    _kinds[kind.key] = kind


def kind(key: str) -> MessageKind:
    return _kinds[key]


def find(key: str) -> MessageKind | None:
    return _kinds.get(key)


def kinds() -> list[MessageKind]:
    return sorted(_kinds.values(), key=lambda each: each.key)


FOOTER = MessageKind(
    key="customer-footer",
    label=_("Foot of every mail to a customer"),
    variables={},
    secrets={OPT_OUT: (_("link: no more mails"), "https://…/opt-out/…/")},
    subject={"en": "", "zh-hans": ""},
    body={
        "en": "{company}\nYou get this mail because you are our customer. No more of these mails, please: {opt_out}",
        "zh-hans": "{company}\n您是我们的客户，因此收到这封邮件。不想再收到此类邮件，请点击：{opt_out}",
    },
)
TEST = MessageKind(
    key="test",
    label=_("Test mail to an administrator"),
    variables={
        "name": (_("your name"), "Sofia Lind"),
        "url": (_("address of the outbox"), "https://revisit.example/outbox/"),
    },
    subject={"en": "Test mail from {company}", "zh-hans": "{company} 测试邮件"},
    body={
        "en": "Hello {name},\n\nthis mail left through the outbox, like every other. Mail works.\n\n{url}",
        "zh-hans": "{name}，您好：\n\n这封邮件和其他所有邮件一样，经发件箱发出。邮件功能正常。\n\n{url}",
    },
    button={"en": "Open the outbox", "zh-hans": "打开发件箱"},
)
