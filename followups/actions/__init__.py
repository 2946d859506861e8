"""Everything that changes a follow-up, by noun."""

from followups.actions.followup import (
    AlreadyFinished,
    assign,
    cancel,
    create,
    finish,
    log_attempt,
    reschedule,
    take,
)
from followups.actions.plans import apply_plans, apply_step
from followups.actions.reminders import escalate_overdue, remind_due

__all__ = [
    "AlreadyFinished",
    "apply_plans",
    "apply_step",
    "assign",
    "cancel",
    "create",
    "escalate_overdue",
    "finish",
    "log_attempt",
    "remind_due",
    "reschedule",
    "take",
]
