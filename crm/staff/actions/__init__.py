"""Everything that changes people, teams, roles, notices and the audit trail, by noun."""

from crm.staff.actions.trail import audit, notify, read_all_notices, read_notice

__all__ = ["audit", "notify", "read_all_notices", "read_notice"]
