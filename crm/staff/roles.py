"""The roles a new installation begins with, and the permissions an administrator may give: ours, with words, not Django's 200.

Shipped as data (`crm.staff.shipped`), edited in the settings afterwards. Who may see how much is a scope per kind of record;
who may do what is a permission; a page asks for both.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.staff.models import RecordKind, Scope

ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Permission:
    """One thing people may do, as it stands in the settings. `name` is Django's `app.codename`."""

    name: str
    label: Any
    group: Any


PERMISSIONS = (
    Permission("customers.view_customer", _("Open customers within reach"), _("Customers")),
    Permission("customers.add_customer", _("Add a customer"), _("Customers")),
    Permission("customers.change_customer", _("Change customers within reach"), _("Customers")),
    Permission("customers.log_contact", _("Log a contact with any customer"), _("Customers")),
    Permission("customers.add_purchase", _("Enter a purchase"), _("Customers")),
    Permission("customers.import_purchases", _("Import purchase files"), _("Customers")),
    Permission("complaints.view_complaint", _("Open complaints within reach"), _("Complaints")),
    Permission("complaints.add_complaint", _("Take in a complaint of any customer"), _("Complaints")),
    Permission("complaints.work_complaint", _("Work on complaints within reach"), _("Complaints")),
    Permission("complaints.assign_complaint", _("Give complaints to a colleague or team"), _("Complaints")),
    Permission("satisfaction.view_response", _("Read answers within reach"), _("Satisfaction")),
    Permission("followups.view_followup", _("Open follow-ups within reach"), _("Follow-ups")),
    Permission("followups.add_followup", _("Add a follow-up"), _("Follow-ups")),
    Permission("followups.work_followup", _("Work on follow-ups within reach"), _("Follow-ups")),
    Permission("followups.assign_followup", _("Give follow-ups to a colleague"), _("Follow-ups")),
    Permission("staff.view_user", _("See colleagues and what they may see"), _("Staff and teams")),
    Permission("outbox.view_message", _("See the outbox and whether the clock runs"), _("Outbox")),
    Permission("outbox.change_message", _("Send messages again, cancel them"), _("Outbox")),
    Permission("outbox.view_mailboxmail", _("Read the mailbox that stands in for a mail server"), _("Outbox")),
)

_READS = frozenset(
    {
        "customers.view_customer",
        "complaints.view_complaint",
        "satisfaction.view_response",
        "followups.view_followup",
    }
)
_AGENT = _READS | {
    "customers.add_customer",
    "customers.change_customer",
    "customers.log_contact",
    "customers.add_purchase",
    "complaints.add_complaint",
    "complaints.work_complaint",
    "followups.add_followup",
    "followups.work_followup",
}
_HANDLER = _AGENT | {"complaints.assign_complaint"}
_LEAD = _HANDLER | {"followups.assign_followup", "staff.view_user"}
_MANAGER = _LEAD | {"customers.import_purchases"}


@dataclass(frozen=True)
class ShippedRole:
    """A role as it is before anybody edits it. Scopes stand in the order of `RecordKind`."""

    key: str
    name_en: str
    name_zh: str
    scopes: tuple[Scope, Scope, Scope, Scope, Scope]
    permissions: frozenset[str]

    def scope(self, kind: str) -> Scope:
        return self.scopes[RecordKind.values.index(kind)]


_N, _O, _T, _A = Scope.NONE, Scope.OWN, Scope.TEAM, Scope.ALL

SHIPPED = (  # customers, complaints, follow-ups, satisfaction, insights
    ShippedRole("agent", "Agent", "客服专员", (_O, _O, _O, _O, _N), frozenset(_AGENT)),
    ShippedRole("handler", "Complaint handler", "投诉处理人", (_T, _T, _O, _T, _N), frozenset(_HANDLER)),
    ShippedRole("lead", "Team lead", "组长", (_T, _T, _T, _T, _T), frozenset(_LEAD)),
    ShippedRole("manager", "Manager", "经理", (_A, _A, _A, _A, _A), frozenset(_MANAGER)),
    ShippedRole("quality", "Quality manager", "质量经理", (_A, _A, _A, _A, _A), _READS),
    ShippedRole(ADMINISTRATOR, "Administrator", "管理员", (_A, _A, _A, _A, _A), frozenset(p.name for p in PERMISSIONS)),
)
