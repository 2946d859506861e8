"""Everything that changes a case, by noun."""

from complaints.actions.clock import reckon_again, tell_overdue
from complaints.actions.course import acknowledge, close, reopen, resolve, resume, start, wait
from complaints.actions.customer import customer_agreed, customer_wrote
from complaints.actions.handler import assign, hand_over, take
from complaints.actions.history import EditedMeanwhile, NotNow
from complaints.actions.intake import edit, take_in
from complaints.actions.letter import note, write
from complaints.actions.promise import keep_promise, promise_to_customer
from complaints.actions.stranger import complain

__all__ = [
    "EditedMeanwhile",
    "NotNow",
    "acknowledge",
    "assign",
    "close",
    "complain",
    "customer_agreed",
    "customer_wrote",
    "edit",
    "hand_over",
    "keep_promise",
    "note",
    "promise_to_customer",
    "reckon_again",
    "reopen",
    "resolve",
    "resume",
    "start",
    "take",
    "take_in",
    "tell_overdue",
    "wait",
    "write",
]
