"""The settings: behind the same door, for administrators, every change by an action and in the audit trail."""

import pytest

from crm.staff.models import AuditEntry, KeptForm, Role, Team, User


@pytest.fixture
def admin(people, sign_in):
    return sign_in(people.admin)


def test_there_is_one_door(client, people, sign_in):
    assert client.get("/admin/")["Location"] == "/sign-in/?next=/admin/"
    response = client.get("/admin/login/?next=/admin/")
    assert response.status_code == 302 and response["Location"].startswith("/sign-in/")
    assert client.post("/admin/login/", {"username": "admin", "password": "x"}).status_code == 302
    assert sign_in(people.agent).get("/admin/").status_code == 403
    assert sign_in(people.admin).get("/admin/").status_code == 200
    assert sign_in(people.admin).get("/admin/password_change/")["Location"] == "/password/"


def test_signing_out_there_is_signing_out(admin):
    assert admin.get("/admin/logout/").status_code == 405
    assert admin.post("/admin/logout/").status_code == 302
    assert admin.get("/admin/").status_code == 302


def person(**changes):
    return {
        "username": "new", "name": "New", "email": "n@example.com", "phone": "", "team": "", "language": "en",
        "timezone": "Asia/Shanghai", "roles": ["agent"],
    } | changes  # fmt: skip


def test_a_colleague_is_added_and_changed_by_actions(admin, house):
    response = admin.post("/admin/staff/user/add/", person(team=house.sales.pk))
    assert response.status_code == 302, response.context["adminform"].form.errors
    user = User.objects.get(username="new")
    assert user.team == house.sales and user.role_keys == {"agent"} and not user.has_usable_password()

    admin.post(f"/admin/staff/user/{user.pk}/change/", person(name="Newer", roles=["lead"]))
    user = User.objects.get(username="new")
    assert (user.name, user.team, user.role_keys) == ("Newer", None, {"lead"})
    whats = set(AuditEntry.objects.values_list("what", flat=True))
    assert {"person-added", "invited", "person-changed", "roles-changed", "settings-added", "settings-changed"} <= whats


def test_a_password_is_neither_shown_nor_set_there(admin, people):
    page = admin.get(f"/admin/staff/user/{people.agent.pk}/change/").content.decode()

    assert 'name="password"' not in page and "md5$" not in page
    admin.post(
        f"/admin/staff/user/{people.agent.pk}/change/", person(username="agent", password="x", is_superuser="on")
    )
    agent = User.objects.get(pk=people.agent.pk)
    assert agent.password == people.agent.password and not agent.is_superuser


def test_a_name_that_is_taken_in_another_case_is_an_error_at_the_field(admin, people):
    response = admin.post("/admin/staff/user/add/", person(username="AGENT"))

    assert response.status_code == 200 and "taken" in str(response.context["adminform"].form.errors)


def test_the_last_administrator_cannot_be_unmade_there(people, admin):
    User.objects.filter(username="admin2").update(is_active=False)

    response = admin.post(f"/admin/staff/user/{people.admin.pk}/change/", person(username="admin", roles=["agent"]))

    assert response.status_code == 200 and response.context["adminform"].form.errors["roles"]


def act(client, model, action, *rows):
    return client.post(
        f"/admin/staff/{model}/", {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True
    )


def test_deactivating_inviting_and_coming_back(admin, people):
    act(admin, "user", "deactivate", people.agent)
    assert not User.objects.get(pk=people.agent.pk).is_active
    act(admin, "user", "reactivate", people.agent)
    assert User.objects.get(pk=people.agent.pk).is_active
    assert "1 link is on its way" in act(admin, "user", "invite", people.agent).content.decode()


def test_nothing_about_people_can_be_deleted(admin, people, house):
    role = Role.objects.first()
    for url in (f"user/{people.agent.pk}", f"team/{house.sales.pk}", f"role/{role.pk}"):
        assert admin.post(f"/admin/staff/{url}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in admin.get("/admin/staff/user/").content.decode()


def test_a_team_is_moved_there_with_all_below(admin, house):
    url = f"/admin/staff/team/{house.sales.pk}/change/"
    fields = {"name_en": "Sales", "name_zh": "", "parent": house.service.pk, "calendar": "", "lead": ""}

    assert admin.post(url, fields).status_code == 302
    house.sales_east.refresh_from_db()
    assert house.sales_east.path.startswith(house.service.path)

    response = admin.post(url, fields | {"parent": house.sales_east.pk})
    assert response.status_code == 200 and response.context["adminform"].form.errors["parent"]
    response = admin.post("/admin/staff/team/add/", fields | {"name_en": ""})
    assert response.context["adminform"].form.errors["name_en"]
    assert admin.post("/admin/staff/team/add/", fields | {"name_en": "New"}).status_code == 302
    assert Team.objects.get(name_en="New").path.startswith(house.service.path)


def test_a_team_in_use_is_not_retired_and_says_why(admin, house):
    page = act(admin, "team", "retire", house.sales_east, house.sales_west).content.decode()

    assert "move them first" in page
    assert Team.objects.get(pk=house.sales_east.pk).retired_at is None
    assert Team.objects.get(pk=house.sales_west.pk).retired_at


def test_a_role_is_changed_with_words_for_its_permissions(admin):
    role = Role.objects.get(key="agent")
    url = f"/admin/staff/role/{role.pk}/change/"
    page = admin.get(url).content.decode()
    assert "Take in a complaint of any customer" in page and "Can add log entry" not in page

    fields = {
        "name_en": "Agent", "name_zh": "", "scope_customers": 3, "scope_complaints": 0, "scope_followups": 1,
        "scope_satisfaction": 2, "scope_insights": 0, "permissions": ["customers.view_customer"],
    }  # fmt: skip
    assert admin.post(url, fields).status_code == 302
    assert dict(role.scopes.values_list("kind", "scope"))["customers"] == 3
    assert list(role.group.permissions.values_list("codename", flat=True)) == ["view_customer"]
    response = admin.post(url, fields | {"permissions": ["auth.add_group"], "scope_customers": 9})
    assert set(response.context["adminform"].form.errors) == {"permissions", "scope_customers"}


def test_the_audit_trail_is_read_and_nothing_else(admin):
    admin.post("/admin/staff/user/add/", person())
    entry = AuditEntry.objects.get(what="person-added")

    assert "Colleague added" in admin.get("/admin/staff/auditentry/").content.decode()
    assert admin.get(f"/admin/staff/auditentry/{entry.pk}/change/").status_code == 200
    assert admin.get("/admin/staff/auditentry/add/").status_code == 403
    assert admin.post(f"/admin/staff/auditentry/{entry.pk}/change/", {"what": "x"}).status_code == 403
    assert admin.post(f"/admin/staff/auditentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403


def test_every_page_of_the_settings_is_audited(db):
    from django.contrib import admin

    from crm.staff.admin_site import Audited

    assert all(isinstance(page, Audited) for page in admin.site._registry.values())


def test_raw_groups_and_permissions_are_not_offered(admin):
    assert admin.get("/admin/auth/group/").status_code == 404


def test_what_was_typed_in_the_settings_survives_too(admin, people):
    from tests.factories import PASSWORD

    people.admin.set_password(PASSWORD)
    people.admin.save(update_fields=["password"])
    admin.post("/sign-out/")
    admin.post("/sign-in/", {"username": "admin", "password": PASSWORD})
    admin.session.flush()
    referer = {"referer": "http://testserver/admin/staff/user/add/"}

    door = admin.post("/admin/staff/user/add/", person(name="Typed"), headers=referer)["Location"]
    assert KeptForm.objects.get().user == people.admin
    page = admin.post(door, {"username": "admin", "password": PASSWORD, "next": "/admin/staff/user/add/"}, follow=True)

    assert 'value="Typed"' in page.content.decode()
