"""Everything that changes customers and what belongs to them, by noun."""

from customers.actions.access import give_access, withdraw_access
from customers.actions.customer import (
    EditedMeanwhile,
    archive_customer,
    assign_customer,
    create_customer,
    mark_seen,
    next_number,
    restore_customer,
    update_customer,
)
from customers.actions.interaction import log_interaction
from customers.actions.opt_out import opt_out, withdraw_opt_out
from customers.actions.purchase import PurchaseRefused, record_purchase

__all__ = [
    "EditedMeanwhile",
    "PurchaseRefused",
    "archive_customer",
    "assign_customer",
    "create_customer",
    "give_access",
    "log_interaction",
    "mark_seen",
    "next_number",
    "opt_out",
    "record_purchase",
    "restore_customer",
    "update_customer",
    "withdraw_access",
    "withdraw_opt_out",
]
