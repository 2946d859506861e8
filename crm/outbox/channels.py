"""How a message leaves: a channel is a class. E-mail is the first; text messages would be another class and one line.

A channel opens a session, the session sends letters one by one. What can go wrong has three names for delivery.
"""

import hashlib
import logging
import re
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils.translation import gettext_lazy as _

from crm.outbox import kinds, letters

log = logging.getLogger(__name__)

ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+")  # one recipient and never two


class ChannelDown(Exception):
    """The server is away or does not want us: nobody's letter is to blame."""


class Refused(Exception):
    """Never, as it is: unknown recipient, unbuildable letter."""


class NotNow(Exception):
    """Later perhaps. `lost`: the session broke with this letter in hand."""

    def __init__(self, error: str, lost: bool = False):
        super().__init__(error)
        self.lost = lost


@dataclass(frozen=True)
class Letter:
    """A message with its secrets in: lives only while it is being sent."""

    key: str
    address: str
    language: str
    subject: str
    body: str
    secrets: Mapping[str, str] = field(default_factory=dict)
    button: str = ""


class Session(Protocol):
    def send(self, letter: Letter) -> None:
        """Returns when the letter was accepted, else raises Refused or NotNow."""

    def close(self) -> None: ...


class Channel:
    """A way to reach people. `key` is what messages name it by."""

    key = ""
    label: Any = ""

    def open(self) -> Session:
        """A session, or ChannelDown."""
        raise NotImplementedError


def why(error: BaseException) -> str:
    """An error in words for the outbox page, without anything that a server may have echoed beyond its own reply."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, reply = next(iter(error.recipients.values()), (0, b""))
        return f"{code} {_text(reply)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _text(reply: bytes | str) -> str:
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)


def message_id(key: str) -> str:
    """Derived from the promise: a second copy carries the same id, and mail programs show it once."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "revisit.invalid"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


class EmailSession:
    def __init__(self, connection: Any):
        self.connection = connection

    def send(self, letter: Letter) -> None:
        try:
            mail = self.build(letter)
            mail.message()
        except (ValueError, LookupError) as error:  # a line break in an address, an unknown charset: for good
            raise Refused(why(error)) from error
        try:
            sent = self.connection.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()), (0, b""))[0]
            raise (Refused(why(error)) if code >= 500 else NotNow(why(error), lost=code == 421)) from error
        except smtplib.SMTPSenderRefused as error:
            # Our own address or sign-in is refused: a new setting mends it, so the letter is kept. 552: it is too big.
            if error.smtp_code == 552:
                raise Refused(why(error)) from error
            raise NotNow(why(error), lost=error.smtp_code == 421) from error
        except smtplib.SMTPServerDisconnected as error:  # smtplib's name for a read that timed out, too
            raise NotNow(why(error), lost=True) from error
        except smtplib.SMTPResponseException as error:
            if error.smtp_code >= 500:
                raise Refused(why(error)) from error
            raise NotNow(why(error), lost=error.smtp_code == 421) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Refused(why(error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotNow(why(error), lost=True) from error
        except ValueError as error:
            raise Refused(why(error)) from error
        if not sent:
            raise Refused("no recipient")

    def build(self, letter: Letter) -> EmailMultiAlternatives:
        """The mail; ValueError for what is no address at all. Servers differ in what they let pass."""
        if not ADDRESS.fullmatch(letter.address):
            raise ValueError("not an e-mail address")
        headers = {
            "Message-ID": message_id(letter.key),
            "Auto-Submitted": "auto-generated",
            "Content-Language": letter.language,
        }
        if opt_out := letter.secrets.get(kinds.OPT_OUT):
            headers["List-Unsubscribe"] = f"<{opt_out}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail = EmailMultiAlternatives(
            subject=letter.subject,
            body=letter.body,
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[letter.address],
            headers=headers,
            connection=self.connection,
        )
        try:
            mail.attach_alternative(letters.as_html(letter), "text/html")
        except Exception:  # our mistake, not the letter's: its words leave without their dress
            log.exception("no HTML for a letter in %s", letter.language)
        return mail

    def close(self) -> None:
        try:
            self.connection.close()
        except (smtplib.SMTPException, OSError):
            pass  # everything is recorded already; a server that does not say goodbye takes nothing back


class EmailChannel(Channel):
    """Mail by Django's backend: SMTP in production, the mailbox page on the embedded default."""

    key = "email"
    label = _("e-mail")

    def open(self) -> EmailSession:
        connection = get_connection()
        try:
            connection.open()
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelDown(why(error)) from error
        return EmailSession(connection)


_channels: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    _channels[channel.key] = channel


def find(key: str) -> Channel | None:
    return _channels.get(key)


def channels() -> list[Channel]:
    return list(_channels.values())


register(EmailChannel())
