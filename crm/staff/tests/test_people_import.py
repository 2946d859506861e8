"""A list of staff: read as it comes, checked whole, done whole or not at all."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.outbox.models import Message
from crm.staff import people_import
from crm.staff.models import AuditEntry, User
from tests.factories import make_team

URL = "/admin/staff/user/import/"
HEAD = "username,name,email,phone,team,roles,language\n"
GOOD = HEAD + (
    "wang.fang,王芳,wang@example.com,138 0000 0001,Sales/Sales East,agent;投诉处理人,zh\n"
    "li.wei,李伟,li@example.com,,销售部,Team lead,en\n"
    "agent,,new@example.com,,,,\n"
)


@pytest.fixture
def admin(people, sign_in):
    return sign_in(people.admin)


def look(client, content, **extra):
    data = content if isinstance(content, bytes) else content.encode()
    return client.post(URL, {"file": SimpleUploadedFile("staff.csv", data)} | extra)


def problems(content, house=None) -> dict[tuple[int, str], str]:
    return {(p.line, p.column): p.reason for p in people_import.plan(content).problems}


def test_first_one_sees_what_would_happen_and_nothing_is_written(admin, house):
    company_way = GOOD.replace("Sales/Sales East", "Company/Sales/Sales East")
    page = look(admin, company_way)

    plan = page.context["plan"]
    assert page.status_code == 200 and not plan.problems
    assert [entry.values["username"] for entry in plan.added] == ["wang.fang", "li.wei"]
    assert [entry.changes for entry in plan.changed] == [["email"]]
    assert User.objects.count() == 15


def test_then_all_of_it_is_done(admin, house, people):
    text = GOOD.replace("Sales/Sales East", "Company/Sales/Sales East")
    response = admin.post(URL, {"text": text, "do": "import", "invite": "on"})

    assert response.status_code == 302
    wang = User.objects.get(username="wang.fang")
    assert (wang.name, wang.team, wang.language, wang.role_keys) == (
        "王芳",
        house.sales_east,
        "zh-hans",
        {"agent", "handler"},
    )
    agent = User.objects.get(username="agent")
    assert (agent.name, agent.email, agent.team, agent.role_keys) == (
        "Agent",
        "new@example.com",
        house.sales_east,
        {"agent"},
    )
    assert {message.address for message in Message.objects.all()} == {"wang@example.com", "li@example.com"}
    assert AuditEntry.objects.get(what="people-imported").detail == {"added": 2, "changed": 1}


def test_a_second_import_of_the_same_list_changes_nothing(admin, house):
    text = GOOD.replace("Sales/Sales East", "Company/Sales/Sales East")
    admin.post(URL, {"text": text, "do": "import"})
    entries = AuditEntry.objects.count()

    admin.post(URL, {"text": text, "do": "import"})

    assert User.objects.count() == 17
    assert AuditEntry.objects.count() == entries + 1, "only that it was imported again"


def test_one_wrong_line_stops_all_with_line_column_value_and_reason(admin, people):
    text = HEAD + "fine,Fine,,,,,\n,No name,,,,,\nbad mail,Bad,not-an-address,,Nowhere,king,tlh\nfine,Again,,,,,\n"

    page = look(admin, text, do="import")

    found = {(p.line, p.column) for p in page.context["plan"].problems}
    assert found == {
        (3, "username"), (4, "username"), (4, "email"), (4, "team"), (4, "roles"), (4, "language"), (5, "username"),
    }  # fmt: skip
    html = page.content.decode()
    assert "not-an-address" in html and "no such team" in html and "line 2 already" in html
    assert not User.objects.filter(username="fine").exists()


def test_a_list_that_turned_wrong_between_looking_and_importing_is_not_imported(admin, house):
    text = HEAD + "new.one,New,,,Sales West,,\n"
    assert not look(admin, text).context["plan"].problems
    house.sales_west.retired_at = "2026-01-01T00:00Z"
    house.sales_west.save(update_fields=["retired_at"])

    page = admin.post(URL, {"text": text, "do": "import"})

    assert page.context["plan"].problems and not User.objects.filter(username="new.one").exists()


def test_a_team_name_that_two_teams_have_asks_for_the_way(house):
    make_team("Sales East", house.service)

    assert "way to it" in problems(HEAD + "a,A,,,Sales East,,\n")[2, "team"]
    assert not problems(HEAD + "a,A,,,Company / Service / Sales East,,\n")


def test_a_deactivated_person_is_not_changed_by_a_list(people):
    assert (2, "username") in problems(HEAD + "deactivated,Back,,,,,\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_files_are_read_as_they_come(people, encoding, sign):
    text = sign.join(["用户名", "姓名", "语言"]) + "\r\n" + sign.join(["zhao.min", "赵敏", "中文"]) + "\r\n\r\n"

    plan = people_import.plan(people_import.decode(text.encode(encoding)))

    assert not plan.problems
    assert plan.added[0].values == {"username": "zhao.min", "name": "赵敏", "language": "zh-hans"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\0\0",
        b"name,email\nA,a@example.com\n",
        b"username,name,salary\na,A,1\n",
        b"username,name,name\na,A,B\n",
        b'username,name\na,"A\n',
        b"\xff\xfe\xff",
        b"username,name\n" + b"a,A\n" * 2001,
        b"x" * (1024 * 1024 + 1),
    ],
    ids=["empty", "picture", "no user name", "unknown column", "twice", "quotes", "letters", "too many", "too large"],
)
def test_what_is_no_such_list_is_refused_with_the_reason(admin, content):
    page = look(admin, content)

    assert page.status_code == 200 and page.context["form"].errors["file"] and page.context["plan"] is None


def test_a_sheet_with_formulas_is_only_text(admin):
    page = look(admin, HEAD + 'a.b,"=HYPERLINK(""http://evil"")",,,,,\n')

    assert page.context["plan"].added[0].values["name"] == '=HYPERLINK("http://evil")'
    assert "&quot;http://evil" in page.content.decode()


def test_only_administrators_import(people, sign_in):
    assert sign_in(people.manager).get(URL).status_code == 403
