"""Django's mail backend of the embedded default: mails land in rows that a page shows, not on the network."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from crm.outbox import actions


class MailboxBackend(BaseEmailBackend):
    """Keeps each mail once: a second copy with the same Message-ID is the same mail."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            built = mail.message()
            headers = {name: str(value) for name, value in built.items()}
            html = next((text for text, kind in getattr(mail, "alternatives", []) if kind == "text/html"), "")
            actions.catch_mail(
                message_id=headers.get("Message-ID", "")[:300],
                to=", ".join(mail.recipients())[:320],
                subject=mail.subject[:300],
                body=str(mail.body),
                html=str(html),
                size=len(built.as_bytes()),
                headers=headers,
            )
        return len(email_messages)
