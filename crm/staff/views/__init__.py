"""Pages around people: the door, oneself, colleagues, and what is said when something went wrong."""

from crm.staff.views.errors import csrf_failed, server_error

__all__ = ["csrf_failed", "server_error"]
