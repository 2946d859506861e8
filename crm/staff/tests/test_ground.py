"""What the other parts stand on: shipped roles, people, reach, the bell, the audit trail."""

from crm.staff.actions import audit, notify
from crm.staff.models import AuditEntry, Notice, Role
from crm.staff.scopes import reach


def test_a_new_installation_has_the_six_roles_with_scopes_and_permissions(db):
    assert list(Role.objects.values_list("key", flat=True)) == [
        "agent", "handler", "lead", "manager", "quality", "administrator",
    ]  # fmt: skip
    assert all(role.scopes.count() == 5 for role in Role.objects.all())
    assert Role.objects.get(key="agent").group.permissions.filter(codename="work_complaint").exists()


def test_a_lead_reaches_the_teams_below_and_no_other_branch(house, people):
    scope = reach(people.lead, "customers")

    assert scope.covers(house.sales_east.pk, None)
    assert not scope.covers(house.repairs.pk, None)


def test_the_bell_rings_once_for_one_key(people):
    notify(people.agent, key="due:1", kind="due", values={"who": "C-1"})
    notify(people.agent, key="due:1", kind="due", values={"who": "C-1"})

    assert Notice.objects.filter(user=people.agent).count() == 1


def test_an_audit_entry_names_actor_address_and_detail(people):
    audit(people.admin, "roles-changed", "agent", address="10.0.0.1", added=["lead"])

    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.what, entry.about, entry.address) == (people.admin, "roles-changed", "agent", "10.0.0.1")
    assert entry.detail == {"added": ["lead"]}
