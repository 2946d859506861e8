"""Who may see and move messages: administrators, by the permissions of their role."""

from typing import Any


def can_see_messages(user: Any) -> bool:
    return user.has_perm("outbox.view_message")


def can_change_messages(user: Any) -> bool:
    return user.has_perm("outbox.change_message")


def can_see_mailbox(user: Any) -> bool:
    return user.has_perm("outbox.view_mailboxmail")
