"""Colleagues: taken on, given roles, their work handed over, deactivated; and what one of them may see, and why."""

from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from crm.outbox.models import Message
from crm.staff import actions, open_items, why
from crm.staff.models import AuditEntry, Notice, User
from tests.factories import make_house, make_people, make_user


@pytest.fixture
def handed_over(monkeypatch):
    """One kind of open work: unread lines at the bell, which carry a name and can be given to another."""
    moved = []

    def give(pk, *, to, by):
        moved.append((int(pk), to.username, by.username))
        Notice.objects.filter(pk=pk).update(user=to)

    monkeypatch.setattr(open_items, "_kinds", {})
    open_items.register(
        open_items.OpenItems(
            "bells",
            "Bells",
            rows=lambda user: Notice.objects.filter(user=user, read_at=None).order_by("pk"),
            reassign=give,
            describe=lambda row: f"Bell {row.key}",
            url=lambda row: "/notices/",
        )
    )
    return moved


def test_somebody_new_gets_roles_and_an_invitation(people, house):
    user = actions.add_person(
        by=people.admin,
        values={"username": "new", "name": "New", "email": "n@example.com", "team": house.sales},
        roles=["agent"],
    )

    assert user.role_keys == {"agent"} and not user.has_usable_password() and not user.is_staff
    assert Message.objects.get().kind == "staff-invitation"
    assert set(AuditEntry.objects.values_list("what", flat=True)) == {"person-added", "roles-changed", "invited"}


def test_only_administrators_take_on_change_or_deactivate(people, house):
    for by in (people.manager, people.lead, people.agent):
        for act in (
            lambda by: actions.add_person(by=by, values={"username": "x", "name": "X"}, roles=[]),
            lambda by: actions.change_person(people.agent.pk, by=by, values={"name": "X"}),
            lambda by: actions.set_roles(people.agent.pk, by=by, roles=["administrator"]),
            lambda by: actions.deactivate(people.agent.pk, by=by),
            lambda by: actions.reassign_all(people.agent.pk, to=people.colleague, by=by),
            lambda by: actions.save_team(None, by=by, values={"name_en": "X"}),
            lambda by: actions.save_role(None, by=by, names={"name_en": "X"}, scopes={}, permissions=[]),
        ):
            with pytest.raises(PermissionDenied):
                act(by)


def test_the_administrators_role_opens_the_settings_and_taking_it_closes_them(people):
    actions.set_roles(people.agent.pk, by=people.admin, roles=["agent", "administrator"])
    agent = User.objects.get(pk=people.agent.pk)
    assert agent.is_staff and agent.is_superuser and agent.role_keys == {"agent", "administrator"}

    actions.set_roles(people.agent.pk, by=people.admin, roles=["agent"])
    agent = User.objects.get(pk=people.agent.pk)
    assert not agent.is_staff and not agent.is_superuser
    entry = AuditEntry.objects.filter(what="roles-changed").first()
    assert entry.detail == {"added": [], "taken": ["administrator"]}


def test_the_last_administrator_stays(db):
    admin = make_user("admin", role="administrator")

    with pytest.raises(actions.LastAdministrator):
        actions.set_roles(admin.pk, by=admin, roles=["agent"])
    with pytest.raises(actions.LastAdministrator):
        actions.deactivate(admin.pk, by=admin)
    admin.refresh_from_db()
    assert admin.is_active and admin.is_staff


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_take_the_role_from_each_other_at_once():
    first, second = make_user("first", role="administrator"), make_user("second", role="administrator")
    barrier, outcomes = Barrier(2), []

    def deactivate(user):
        barrier.wait()
        try:
            actions.deactivate(user.pk, by=None)
            outcomes.append("gone")
        except actions.LastAdministrator:
            outcomes.append("stays")
        finally:
            connection.close()

    threads = [Thread(target=deactivate, args=(user,)) for user in (first, second)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert sorted(outcomes) == ["gone", "stays"]
    assert User.objects.active().filter(is_superuser=True).count() == 1


def test_whoever_has_open_work_stays_and_the_list_says_what(people, handed_over):
    actions.notify(people.agent, key="a", kind="x")
    actions.notify(people.agent, key="b", kind="x")

    with pytest.raises(actions.StillNeeded) as refusal:
        actions.deactivate(people.agent.pk, by=people.admin)

    [(kind, rows)] = refusal.value.items
    assert kind.key == "bells" and [row.key for row in rows] == ["a", "b"]
    people.agent.refresh_from_db()
    assert people.agent.is_active


def test_the_page_shows_the_open_work_gives_one_item_then_all_then_lets_go(people, sign_in, handed_over):
    client = sign_in(people.admin)
    first = actions.notify(people.agent, key="a", kind="x")
    actions.notify(people.agent, key="b", kind="x")
    actions.notify(people.agent, key="c", kind="x")
    url = "/staff/reassign/agent/"

    page = client.get(url).content.decode()
    assert "Bell a" in page and "Bell c" in page and "3 open items" in page
    client.post(url, {"do": "deactivate"})
    assert User.objects.get(username="agent").is_active

    client.post(url, {"to": people.colleague.pk, "item": f"bells:{first.pk}"})
    assert handed_over == [(first.pk, "colleague", "admin")]
    client.post(url, {"to": people.colleague.pk, "item": "all"})
    assert len(handed_over) == 3
    client.post(url, {"do": "deactivate"})

    agent = User.objects.get(username="agent")
    assert not agent.is_active and agent.deactivated_at
    assert AuditEntry.objects.filter(what="work-handed-over", detail__items=2).exists()


def test_nothing_is_handed_to_somebody_who_has_left(people, sign_in, handed_over):
    notice = actions.notify(people.agent, key="a", kind="x")

    response = sign_in(people.admin).post(
        "/staff/reassign/agent/", {"to": people.deactivated.pk, "item": f"bells:{notice.pk}"}
    )

    assert response.status_code == 200 and response.context["form"].errors["to"]
    assert not handed_over
    with pytest.raises(PermissionDenied):
        actions.reassign_item("bells", notice.pk, to=people.deactivated, by=people.admin)
    with pytest.raises(PermissionDenied):
        actions.reassign_item("nothing", notice.pk, to=people.colleague, by=people.admin)


def test_handing_over_is_all_or_nothing(people, monkeypatch, handed_over):
    for key in "abc":
        actions.notify(people.agent, key=key, kind="x")
    kind = open_items.get("bells")
    calls = []

    def fails_at_the_second(pk, *, to, by):
        calls.append(pk)
        if len(calls) == 2:
            raise PermissionDenied
        Notice.objects.filter(pk=pk).update(user=to)

    object.__setattr__(kind, "reassign", fails_at_the_second)
    with pytest.raises(PermissionDenied):
        actions.reassign_all(people.agent.pk, to=people.colleague, by=people.admin)

    assert Notice.objects.filter(user=people.agent).count() == 3


def test_a_deactivated_person_comes_back_by_the_same_name(people):
    actions.deactivate(people.agent.pk, by=people.admin)
    actions.deactivate(people.agent.pk, by=people.admin)
    assert AuditEntry.objects.filter(what="deactivated").count() == 1

    actions.reactivate(people.agent.pk, by=people.admin)
    agent = User.objects.get(pk=people.agent.pk)
    assert agent.is_active and agent.deactivated_at is None


def test_user_names_differ_by_more_than_case(db):
    from django.db import IntegrityError, transaction

    make_user("Priya")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user("priya")


# --- The list, and what somebody may see -----------------------------------------------------------------------------------------


def names(response) -> set[str]:
    return {row.username for row in response.context["page"].rows}


def test_a_lead_sees_the_own_team_and_below_a_manager_everybody(people, sign_in):
    lead = names(sign_in(people.lead).get("/staff/"))
    assert lead == {"agent", "colleague", "handler", "lead", "manager", "quality", "deactivated"}
    assert len(names(sign_in(people.manager).get("/staff/"))) == 15


def test_the_menu_leads_there_only_whom_it_lets_in(people, sign_in):
    for person, shown in ((people.agent, False), (people.quality, False), (people.lead, True), (people.admin, True)):
        page = sign_in(person).get("/profile/").content.decode()
        assert ('href="/staff/"' in page) is shown, person


def test_the_list_is_filtered_by_name_team_role_and_state(people, house, sign_in):
    client = sign_in(people.admin)

    assert names(client.get("/staff/?q=AGENT2")) == {"agent2"}
    assert names(client.get(f"/staff/?team={house.service.pk}")) == {
        "agent2", "colleague2", "handler2", "lead2", "manager2", "quality2", "admin2",
    }  # fmt: skip
    role = people.handler.groups.get().role
    assert names(client.get(f"/staff/?role={role.pk}")) == {"handler", "handler2"}
    assert names(client.get("/staff/?state=gone")) == {"deactivated"}
    assert client.get("/staff/?team=x&role=999").status_code == 200


def test_the_page_says_how_far_each_kind_reaches_and_from_which_role(people, sign_in):
    people.agent.groups.add(people.lead.groups.get())

    page = sign_in(people.manager).get("/staff/agent/access/")

    lines = {line.kind: line for line in page.context["scopes"]}
    assert str(lines["customers"].words) == "own team and the teams below" and lines["customers"].roles == ["Team lead"]
    assert lines["insights"].roles == ["Team lead"]
    assert [node.name for node in page.context["tree"]] == ["Company"]


def test_the_tree_marks_what_is_within_reach(people, sign_in):
    page = sign_in(people.manager).get("/staff/lead/access/")

    [company] = page.context["tree"]
    within = {
        node.name for node in (company, *company.below, *company.below[0].below, *company.below[1].below) if node.within
    }
    assert within == {"Sales", "Sales East", "Sales West"}


def test_an_administrator_sees_everything_by_that_role_and_a_deactivated_person_nothing(people, sign_in):
    client = sign_in(people.admin)

    lines = client.get("/staff/admin2/access/").context["scopes"]
    assert {line.scope for line in lines} == {3} and all(line.roles == ["Administrator"] for line in lines)
    lines = client.get("/staff/deactivated/access/").context["scopes"]
    assert {line.scope for line in lines} == {0} and {line.count for line in lines} == {0}
    assert client.get("/staff/deactivated/access/").context["permissions"] == []


@pytest.fixture
def explained(monkeypatch):
    monkeypatch.setattr(why, "_explains", {})
    monkeypatch.setattr(why, "_counts", {})

    def explain(user, typed):
        if typed != "C-1":
            return None
        rules = (
            why.Rule("The role reaches own records.", False),
            why.Rule("Complaint CP-1 is theirs.", user.username == "agent"),
        )
        return why.Verdict(user.username == "agent", f"{user} and C-1", rules)

    why.register("customers", explain, count=lambda user: 318)


def test_one_record_is_explained_verdict_first_then_the_rules_in_order(people, sign_in, explained):
    page = sign_in(people.lead).get("/staff/agent/access/?record=%20C-1%20").content.decode()

    assert page.index("Agent and C-1") < page.index("own records") < page.index("CP-1 is theirs")
    assert "not enough" in page and "opens it" in page and "318" in page


def test_a_number_that_nobody_knows_is_said_so(people, sign_in, explained):
    page = sign_in(people.lead).get("/staff/agent/access/?record=<b>9").content.decode()

    assert "has the number “&lt;b&gt;9”" in page


def test_nobody_is_asked_about_outside_ones_reach(people, sign_in, explained):
    client = sign_in(people.lead)

    assert client.get("/staff/agent2/access/?record=C-1").status_code == 404
    assert client.get("/staff/nobody/access/").status_code == 404
    assert sign_in(people.agent).get("/staff/agent/access/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_six_roles_are_there_again_after_a_flush():
    """Tests with real transactions flush; what a new installation begins with comes back."""
    make_people(make_house())
