"""The tree of teams and the roles: moved, changed, retired; never circular, never lost."""

from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from crm.staff import actions
from crm.staff.models import AuditEntry, Role, RoleScope, Scope, Team, User
from crm.staff.roles import PERMISSIONS, SHIPPED
from crm.staff.scopes import reach
from tests.factories import make_house, make_team, make_user


def paths() -> dict[str, str]:
    by_pk = {str(team.pk): team.name_en for team in Team.objects.all()}
    return {
        team.name_en: " > ".join(by_pk[part] for part in team.path.strip("/").split("/")) for team in Team.objects.all()
    }


def test_a_new_team_knows_its_way_from_the_root(people, house):
    team = actions.save_team(None, by=people.admin, values={"name_en": "Berlin", "parent": house.sales_east})

    assert team.path == f"{house.sales_east.path}{team.pk}/"
    assert team.ancestor_ids == [team.pk, house.sales_east.pk, house.sales.pk, house.company.pk]


def test_a_move_takes_everything_below_along(people, house):
    below = make_team("Berlin", house.sales_east)

    actions.save_team(house.sales_east.pk, by=people.admin, values={"parent": house.service})

    moved = paths()
    assert moved["Sales East"] == "Company > Service > Sales East"
    assert moved["Berlin"] == "Company > Service > Sales East > Berlin"
    assert moved["Sales West"] == "Company > Sales > Sales West"
    lead2 = User.objects.get(pk=people.lead2.pk)
    assert reach(lead2, "customers").covers(below.pk, None)


def test_a_team_whose_number_begins_like_anothers_stays(db):
    """`/9001/` and `/90010/`: a prefix of digits is no prefix of the way."""
    root = make_team("Root")
    team, twin, other = (make_team(f"T{pk}", root, pk=pk) for pk in (9001, 90010, 9002))

    actions.save_team(team.pk, by=None, values={"parent": other})

    twin.refresh_from_db()
    assert twin.path == f"/{root.pk}/90010/"


def test_a_team_never_lies_below_itself(people, house):
    for target in (house.sales, house.sales_east):
        with pytest.raises(ValidationError):
            actions.save_team(house.sales.pk, by=people.admin, values={"parent": target})
    assert paths()["Sales East"] == "Company > Sales > Sales East"


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_make_no_circle():
    house = make_house()
    barrier, outcomes = Barrier(2), []

    def move(team, parent):
        barrier.wait()
        try:
            actions.save_team(team.pk, by=None, values={"parent": parent})
            outcomes.append("moved")
        except ValidationError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [
        Thread(target=move, args=(house.sales, house.service)),
        Thread(target=move, args=(house.service, house.sales)),
    ]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert sorted(outcomes) == ["moved", "refused"]
    assert all(path.startswith("Company") for path in paths().values())


def test_a_team_in_use_is_not_retired(people, house):
    for team in (house.sales, house.sales_east):
        with pytest.raises(actions.TeamInUse):
            actions.retire_team(team.pk, by=people.admin)

    actions.retire_team(house.sales_west.pk, by=people.admin)
    assert house.sales_west not in Team.objects.active()
    actions.restore_team(house.sales_west.pk, by=people.admin)
    assert house.sales_west in Team.objects.active()
    assert list(AuditEntry.objects.values_list("what", flat=True)) == ["team-restored", "team-retired"]


def test_the_responsible_lead_is_the_nearest_active_one_above(people, house):
    assert house.sales_east.responsible_lead() == people.lead

    people.lead.is_active = False
    people.lead.save(update_fields=["is_active"])
    assert house.sales_east.responsible_lead() is None
    house.company.lead = people.admin
    house.company.save(update_fields=["lead"])
    assert house.sales_east.responsible_lead() == people.admin


def test_a_team_without_its_way_reaches_itself_and_not_everything(house):
    """However such a row came about: an empty beginning must not match every team."""
    team = Team.objects.create(name_en="Lost")
    user = make_user("lost", role="lead", team=team)

    assert reach(user, "customers").team_ids == (team.pk,)


# --- Roles -----------------------------------------------------------------------------------------------------------------------


def test_shipped_roles_name_only_permissions_that_exist(db):
    from django.contrib.auth.models import Permission

    known = {f"{p.content_type.app_label}.{p.codename}" for p in Permission.objects.select_related("content_type")}

    assert {permission.name for permission in PERMISSIONS} <= known
    for shipped in SHIPPED:
        assert shipped.permissions <= {permission.name for permission in PERMISSIONS}
        assert actions.permissions_of(Role.objects.get(key=shipped.key)) == shipped.permissions


def test_a_role_of_ones_own(people):
    role = actions.save_role(
        None,
        by=people.admin,
        names={"name_en": "Night shift", "name_zh": "夜班"},
        scopes={"customers": Scope.TEAM, "complaints": Scope.OWN},
        permissions=["customers.view_customer", "complaints.add_complaint", "auth.delete_group", "nonsense"],
    )

    user = make_user("night", role=None)
    user.groups.add(role.group)
    user = User.objects.get(pk=user.pk)
    assert role.key == "night-shift" and user.role_keys == {"night-shift"}
    assert user.has_perm("complaints.add_complaint") and not user.has_perm("auth.delete_group")
    assert dict(role.scopes.values_list("kind", "scope")) == {
        "customers": 2, "complaints": 1, "followups": 0, "satisfaction": 0, "insights": 0,
    }  # fmt: skip


def test_changing_a_role_changes_what_its_people_see_and_is_audited(people):
    role = Role.objects.get(key="agent")
    before = actions.permissions_of(role)

    actions.save_role(
        role.pk,
        by=people.admin,
        names={"name_en": "Agent", "name_zh": "客服专员"},
        scopes={kind: Scope.ALL for kind in RoleScope.objects.values_list("kind", flat=True)},
        permissions=before - {"complaints.work_complaint"},
    )

    agent = User.objects.get(pk=people.agent.pk)
    assert reach(agent, "customers").everything and not agent.has_perm("complaints.work_complaint")
    entry = AuditEntry.objects.get(what="role-changed")
    assert "complaints.work_complaint" in entry.detail["before"]["permissions"]
    assert "complaints.work_complaint" not in entry.detail["after"]["permissions"]


def test_two_roles_of_one_name_have_different_keys(people):
    names = {"name_en": "", "name_zh": "夜班"}
    keys = {actions.save_role(None, by=people.admin, names=names, scopes={}, permissions=[]).key for _n in range(2)}

    assert len(keys) == 2


def test_the_widest_of_several_roles_wins(people):
    people.agent.groups.add(Role.objects.get(key="lead").group)
    agent = User.objects.get(pk=people.agent.pk)

    assert reach(agent, "complaints").scope == Scope.TEAM
    assert reach(agent, "insights").scope == Scope.TEAM


def test_a_role_that_people_have_is_not_retired(people):
    role = Role.objects.get(key="agent")
    with pytest.raises(actions.RoleInUse):
        actions.retire_role(role.pk, by=people.admin)

    unused = actions.save_role(None, by=people.admin, names={"name_en": "X", "name_zh": ""}, scopes={}, permissions=[])
    assert actions.retire_role(unused.pk, by=people.admin).retired_at
    assert actions.restore_role(unused.pk, by=people.admin).retired_at is None


def test_nobody_without_team_reaches_rows_without_team(db):
    user = make_user("nowhere", role="lead", team=None)

    scope = reach(user, "customers")
    assert scope.covers(None, user.pk) and not scope.covers(None, None) and not scope.covers(1, None)
