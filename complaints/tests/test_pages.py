"""The list and the page of a case: who sees what, what each verb answers."""

import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from complaints import actions
from complaints.bridges import open_cells
from complaints.models import Category, Complaint, ComplaintMessage, ComplaintPromise, Status
from complaints.tests.conftest import HOUR, at
from crm.outbox.models import Message
from customers.models import OptOut
from tests.factories import make_complaint, make_customer, make_user

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def said(response) -> str:
    """The messages on top of the page that a verb leads to."""
    return " ".join(str(message) for message in response.context["messages"])


def subjects(response) -> list[str]:
    return [row.subject for row in response.context["page"].rows]


def listed(client, **query) -> list[str]:
    return subjects(client.get(reverse("complaints:list"), query))


# --- The list ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def three(people, house, hours):
    """One of the agent, one in the queue of sales, one of another branch."""
    return {
        "own": make_complaint(owner=people.agent, subject="Own"),
        "queue": make_complaint(team=house.sales, subject="Queue"),
        "other": make_complaint(owner=people.handler2, subject="Other"),
    }


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ("agent", {"Own"}),
        ("colleague", set()),
        ("handler", {"Own"}),
        ("lead", {"Own", "Queue"}),
        ("lead2", {"Other"}),
        ("manager", {"Own", "Queue", "Other"}),
        ("quality", {"Own", "Queue", "Other"}),
        ("admin", {"Own", "Queue", "Other"}),
    ],
)
def test_the_list_holds_what_the_reader_may_see_and_counts_no_more(three, people, sign_in, person, expected):
    response = sign_in(getattr(people, person)).get(reverse("complaints:list"), {"view": "all"})
    assert set(subjects(response)) == expected
    assert int(response.context["count"]) == len(expected)


def test_the_list_sorts_by_the_clock_that_runs_out_next(people, hours, severities, tuesday, sign_in):
    for name in ("Low", "Critical", "Normal"):
        make_complaint(owner=people.agent, subject=name, severity=severities[name])
    waiting = make_complaint(owner=people.agent, subject="Waiting")
    actions.wait(waiting.pk, by=people.agent, reason="Photo")
    tuesday.shift(2 * HOUR)

    page = sign_in(people.agent).get(reverse("complaints:list"))

    assert subjects(page) == ["Critical", "Normal", "Low", "Waiting"]
    assert [row.heading for row in page.context["page"].rows] == [
        "Overdue",
        "Due today",
        "Later",
        "No clock is running",
    ]
    assert "1 h overdue" in text(page) and "clock stopped" in text(page)


def test_saved_views_count_and_hold_their_rows(people, house, hours, tuesday, sign_in):
    make_complaint(team=house.sales_east, subject="Nobody")
    mine = make_complaint(owner=people.handler, subject="Mine")
    actions.wait(mine.pk, by=people.handler, reason="Photo")
    done = make_complaint(owner=people.agent, subject="Done")
    actions.resolve(done.pk, by=people.agent, note="Done.")
    tuesday.move_to(at("2026-11-18 10:00"))
    client = sign_in(people.handler)

    found = {
        view: set(listed(client, view=view))
        for view in ("open", "mine", "unassigned", "overdue", "waiting", "resolved")
    }

    assert found == {
        "open": {"Nobody", "Mine"},
        "mine": {"Mine"},
        "unassigned": {"Nobody"},
        "overdue": {"Nobody"},
        "waiting": {"Mine"},
        "resolved": {"Done"},
    }
    tabs = client.get(reverse("complaints:list")).context["tabs"]
    assert [int(tab.count) for tab in tabs if tab.count is not None] == [2, 1, 1, 1, 1, 1]


def test_filters_of_the_address_narrow_and_say_what_they_do_not_understand(
    people, house, hours, severities, tuesday, sign_in
):
    category = Category.objects.first()
    customer = make_customer(name="陈雅琴", team=house.sales_east)
    make_complaint(customer, owner=people.agent, subject="Brakes", category=category, severity=severities["High"])
    make_complaint(owner=people.lead, team=house.sales, subject="Bill", kind=Complaint.Kind.ENQUIRY)
    tuesday.move_to(at("2026-11-19 10:00"))
    make_complaint(team=house.sales_west, subject="Late one")
    client = sign_in(people.manager)

    assert set(listed(client)) == {"Brakes", "Bill", "Late one"}
    assert listed(client, kind="enquiry") == ["Bill"]
    assert listed(client, category=category.pk) == ["Brakes"]
    assert listed(client, severity=severities["High"].pk) == ["Brakes"]
    assert set(listed(client, team=house.sales_west.pk)) == {"Late one"}
    assert set(listed(client, team=house.sales.pk)) == {"Brakes", "Bill", "Late one"}
    assert listed(client, handler=people.lead.pk) == ["Bill"]
    assert listed(client, status="new", q="brake") == ["Brakes"]
    assert listed(client, q="陈雅") == ["Brakes"]
    assert listed(client, customer=customer.number) == ["Brakes"]
    assert listed(client, received_from="2026-11-19") == ["Late one"]
    assert set(listed(client, received_to="2026-11-17")) == {"Brakes", "Bill"}
    odd = client.get(reverse("complaints:list"), {"kind": "gossip", "colour": "blue", "team": "x", "view": "nonsense"})
    assert odd.status_code == 200 and len(odd.context["filters"].problems()) == 3


def test_paging_by_key_shows_every_row_once(people, hours, tuesday, sign_in):
    customer = make_customer()
    for number in range(52):
        make_complaint(customer, owner=people.agent, subject=f"Case {number}")
        tuesday.shift(timedelta(minutes=1))
    waiting = make_complaint(customer, owner=people.agent, subject="Waiting")
    actions.wait(waiting.pk, by=people.agent, reason="Photo")
    client, seen, url = sign_in(people.agent), [], "?"

    while url:
        page = client.get(reverse("complaints:list") + url).context["page"]
        seen += [row.subject for row in page.rows]
        url = page.next_url

    assert seen == [*(f"Case {number}" for number in range(52)), "Waiting"]


def test_somebody_without_the_right_to_read_cases_is_told_which_one_is_missing(house, sign_in):
    nobody = make_user(role=None, team=house.sales)
    assert sign_in(nobody).get(reverse("complaints:list")).status_code == 403


def test_the_number_at_the_menu_is_what_is_overdue_for_the_reader(three, people, tuesday, sign_in):
    tuesday.move_to(at("2026-11-18 10:00"))

    def counted(person) -> int | None:
        entries = sign_in(person).get(reverse("complaints:list")).context["frame"].nav
        return next(entry.count for entry in entries if entry.key == "complaints")

    assert counted(people.agent) == 1
    assert counted(people.manager) == 3
    assert counted(people.agent2) is None


# --- The page ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def complaint(people, house, hours) -> Complaint:
    customer = make_customer(
        name="Grace Odell", phone="138 0013 8000", email="grace@example.com", team=house.sales_east
    )
    return make_complaint(customer, owner=people.handler, subject="Noise", description="It squeals.", wish="A loan car")


def test_the_page_shows_words_wish_clocks_and_what_may_be_done(complaint, people, sign_in):
    page = text(sign_in(people.handler).get(complaint.get_absolute_url()))
    for words in ("Noise", "It squeals.", "A loan car", "4 h left", "24 h left", "Acknowledge", "Grace Odell"):
        assert words in page, words
    assert reverse("complaints:acknowledge", args=[complaint.number]) in page


@pytest.mark.parametrize(
    ("status", "present", "absent"),
    [
        (Status.NEW, {"acknowledge", "start", "wait", "resolve"}, {"resume", "close", "reopen"}),
        (Status.ACKNOWLEDGED, {"start", "wait", "resolve"}, {"acknowledge", "resume", "close", "reopen"}),
        (Status.IN_PROGRESS, {"wait", "resolve"}, {"acknowledge", "start", "resume", "close", "reopen"}),
        (Status.WAITING, {"resume", "resolve"}, {"acknowledge", "start", "wait", "close", "reopen"}),
        (Status.RESOLVED, {"close", "reopen"}, {"acknowledge", "start", "wait", "resume", "resolve", "assign", "take"}),
        (Status.CLOSED, {"reopen"}, {"acknowledge", "start", "wait", "resume", "resolve", "close", "assign", "take"}),
    ],
)
def test_the_page_offers_the_verbs_that_are_legal_now(complaint, people, sign_in, status, present, absent):
    from complaints.tests.test_course import bring_to

    bring_to(complaint, status, people.handler)

    verbs = sign_in(people.handler).get(complaint.get_absolute_url()).context["verbs"]

    assert present <= verbs and not absent & verbs


def test_whoever_only_reads_is_offered_nothing(complaint, people, sign_in):
    page = sign_in(people.quality).get(complaint.get_absolute_url())
    assert page.context["verbs"] == frozenset()
    assert 'action="/complaints/' not in text(page)


def test_another_teams_case_is_not_there(complaint, people, sign_in):
    for person in (people.agent, people.agent2, people.handler2, people.lead2):
        client = sign_in(person)
        assert client.get(complaint.get_absolute_url()).status_code == 404
        assert client.post(reverse("complaints:resolve", args=[complaint.number]), {"note": "x"}).status_code == 404
    assert Complaint.objects.get().status == Status.NEW


def test_a_number_is_found_in_small_letters_and_nonsense_is_not_there(complaint, people, sign_in):
    client = sign_in(people.handler)
    assert client.get(f"/complaints/{complaint.number.lower()}/").status_code == 200
    for nonsense in ("CP-1", "%00", "..%2F", "x" * 300):
        assert client.get(f"/complaints/{nonsense}/").status_code == 404


def test_the_customer_of_another_team_stays_a_card(people, house, hours, sign_in):
    customer = make_customer(name="Grace Odell", phone="138 0013 8000", team=house.repairs)
    complaint = make_complaint(customer, team=house.sales_west)  # sales above it sees the case, not the customer

    page = text(sign_in(people.lead).get(complaint.get_absolute_url()))

    assert "Grace Odell" in page and "138 0013 8000" not in page and "13800138000" not in page
    assert customer.get_absolute_url() not in page


def test_each_verb_answers_with_what_happened(complaint, people, house, sign_in):
    client = sign_in(people.handler)

    def do(verb: str, **data) -> str:
        return said(client.post(reverse(f"complaints:{verb}", args=[complaint.number]), data, follow=True))

    assert "Acknowledged" in do("acknowledge")
    assert "In progress" in do("start")
    assert "clock stands" in do("wait", reason="A recording")
    assert "clock goes on" in do("resume", note="It came by mail")
    assert "kept among us" in do("note", text="Looks like a warped disc")
    assert "Promised" in do("promise", text="Call back", due_at="2026-11-17T15:00")
    assert "on its way" in do("write", text="We are looking into it")
    assert "Resolved" in do("resolve", note="The disc was replaced")
    assert "Closed" in do("close")
    assert "round 2" in do("reopen", reason="It squeals again")
    assert "Given to" in do("assign", to=people.agent.pk)
    assert "yours now" in said(
        sign_in(people.lead).post(reverse("complaints:take", args=[complaint.number]), follow=True)
    )


def test_handing_over_leads_back_to_the_list_because_the_case_is_gone(complaint, people, house, sign_in):
    url = reverse("complaints:hand_over", args=[complaint.number])
    response = sign_in(people.handler).post(url, {"team": house.repairs.pk, "note": "The workshop"}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("complaints:list")
    assert complaint.number in said(response) and "Repairs" in said(response)


def test_an_illegal_verb_says_who_was_quicker_and_changes_nothing(complaint, people, sign_in):
    actions.resolve(complaint.pk, by=people.lead, note="Settled by phone")

    url = reverse("complaints:resolve", args=[complaint.number])
    response = sign_in(people.handler).post(url, {"note": "A refund"}, follow=True)

    assert "Nothing was changed" in said(response) and "Lead" in said(response)
    assert Complaint.objects.get().resolution == "Settled by phone"


@pytest.mark.parametrize(
    ("verb", "data", "kept"),
    [
        ("resolve", {"note": ""}, ""),
        ("wait", {"reason": "A recording of the noise", "until": "2020-01-01T10:00"}, "A recording of the noise"),
        ("reopen", {"reason": ""}, ""),
        ("promise", {"text": "Call back", "due_at": "2020-01-01T10:00"}, "Call back"),
        ("write", {"text": ""}, ""),
        ("note", {"text": ""}, ""),
        ("assign", {"to": ""}, ""),
        ("hand_over", {"team": "", "note": "A matter of the workshop"}, "A matter of the workshop"),
    ],
)
def test_what_is_missing_stands_at_its_field_with_all_that_was_typed(complaint, people, sign_in, verb, data, kept):
    if verb == "reopen":
        actions.resolve(complaint.pk, by=people.handler, note="Done")
    before = Complaint.objects.values().get()

    response = sign_in(people.handler).post(reverse(f"complaints:{verb}", args=[complaint.number]), data)

    assert response.status_code == 422 and response.context["forms"][verb].errors
    assert kept in text(response)
    assert Complaint.objects.values().get() == before


def test_verbs_are_posts(complaint, people, sign_in):
    client = sign_in(people.handler)
    for verb in ("acknowledge", "resolve", "write", "take"):
        assert client.get(reverse(f"complaints:{verb}", args=[complaint.number])).status_code == 405


def test_who_may_not_give_cases_away_gets_a_no(people, hours, sign_in):
    complaint = make_complaint(owner=people.agent)
    client = sign_in(people.agent)
    for verb in ("assign", "hand_over"):
        assert client.post(reverse(f"complaints:{verb}", args=[complaint.number]), {}).status_code == 403


def test_a_case_is_not_given_to_somebody_out_of_reach_by_a_forged_form(complaint, people, sign_in):
    url = reverse("complaints:assign", args=[complaint.number])
    response = sign_in(people.handler).post(url, {"to": people.handler2.pk})
    assert response.status_code == 422 and Complaint.objects.get().owner == people.handler


def test_the_same_letter_sent_twice_goes_once(complaint, people, sign_in):
    client, key = sign_in(people.handler), uuid.uuid4()
    for _ in range(2):
        client.post(reverse("complaints:write", args=[complaint.number]), {"text": "Checking", "submission": key})
    assert ComplaintMessage.objects.filter(kind="letter").count() == 1


def test_a_promise_is_kept_from_the_page_and_only_of_this_case(complaint, people, sign_in):
    promise = actions.promise_to_customer(complaint.pk, by=people.handler, text="Call", due_at=at("2026-11-17 15:00"))
    other = make_complaint(owner=people.handler)
    client = sign_in(people.handler)

    assert client.post(reverse("complaints:promise_kept", args=[other.number, promise.pk])).status_code == 404
    assert ComplaintPromise.objects.get().kept_at is None
    client.post(reverse("complaints:promise_kept", args=[complaint.number, promise.pk]))
    assert ComplaintPromise.objects.get().kept_at is not None


@pytest.mark.parametrize(
    ("state", "fields", "words"),
    [
        ("pending", {}, "On its way"),
        ("pending", {"last_error": "mailbox full"}, "will be tried again"),
        ("sent", {"finished_at": "now"}, "Delivered to the mail server"),
        ("failed", {"finished_at": "now", "last_error": "no such user"}, "Not delivered: no such user"),
        ("cancelled", {"finished_at": "now"}, "Cancelled before it was sent"),
    ],
)
def test_a_letter_says_whether_it_arrived(complaint, people, tuesday, sign_in, state, fields, words):
    from django.utils import timezone

    row = actions.write(complaint.pk, by=people.handler, text="Checking")
    fields = {name: timezone.now() if value == "now" else value for name, value in fields.items()}
    Message.objects.filter(pk=row.message_id).update(state=state, **fields)

    assert words in text(sign_in(people.handler).get(complaint.get_absolute_url()))


def test_a_letter_that_may_not_leave_is_announced_before_and_explained_after(complaint, people, sign_in):
    OptOut.objects.create(customer=complaint.customer, source="link")
    client = sign_in(people.handler)
    assert "wants no messages" in text(client.get(complaint.get_absolute_url()))

    response = client.post(reverse("complaints:write", args=[complaint.number]), {"text": "Checking"}, follow=True)

    assert "could not be sent" in said(response) and "Not sent: The customer wants no messages" in text(response)


def test_the_explanation_is_closed_unless_a_clock_alarms(complaint, people, tuesday, sign_in):
    client = sign_in(people.handler)
    assert '<details class="rv-explain">' in text(client.get(complaint.get_absolute_url()))
    tuesday.move_to(at("2026-11-17 14:30"))
    page = text(client.get(complaint.get_absolute_url()))
    assert '<details class="rv-explain" open>' in page
    assert "10:00–12:00, 13:00–15:00" in page and "4:00 due" in page


def test_a_case_that_is_open_for_months_is_explained_by_its_last_days_and_a_sum(complaint, people, tuesday, sign_in):
    tuesday.move_to(at("2027-03-16 14:30"))
    page = sign_in(people.handler).get(complaint.get_absolute_url())
    days = page.context["days"]
    assert len(days) == 12 and "Earlier days" in text(page)
    assert page.context["earlier"] + sum((day.count.time for day in days), timedelta(0)) == days[-1].count.total


def test_the_history_says_in_words_what_happened(complaint, people, house, severities, tuesday, sign_in):
    actions.edit(complaint.pk, by=people.handler, version=1, values={"severity": severities["Critical"]})
    actions.wait(complaint.pk, by=people.handler, reason="A photo", until=at("2026-11-18 10:00"))
    tuesday.shift(HOUR)
    actions.customer_wrote(complaint.pk, text="Here it is")
    actions.resolve(complaint.pk, by=people.handler, note="Replaced")

    page = text(sign_in(people.handler).get(complaint.get_absolute_url()))

    for words in (
        "Taken in",
        "Severity: Normal → Critical",
        "because of the other severity",
        "Waiting for the customer; the clock stands",
        "A photo (until tomorrow 10:00 at the latest)",
        "The customer wrote",
        "Here it is",
        "by the working time that was waited",
        "Resolved in time",
        "Confirmation of receipt",
        "Letter on the resolution",
    ):
        assert words in page, words


def test_the_history_can_be_narrowed(complaint, people, sign_in):
    actions.note(complaint.pk, by=people.handler, text="Warped disc")
    client = sign_in(people.handler)
    internal = client.get(complaint.get_absolute_url(), {"show": "internal"})
    assert [item.event.what for item in internal.context["items"]] == ["noted"]
    assert client.get(complaint.get_absolute_url(), {"show": "nonsense"}).status_code == 200


def test_what_the_customer_wrote_cannot_break_the_page(complaint, people, sign_in):
    actions.customer_wrote(complaint.pk, text="<script>alert(1)</script>{{ settings }}")
    page = text(sign_in(people.handler).get(complaint.get_absolute_url()))
    assert "<script>alert" not in page and "&lt;script&gt;" in page


# --- Correcting ------------------------------------------------------------------------------------------------------------


def edit_data(complaint: Complaint, **changes) -> dict:
    names = ("subject", "description", "wish", "kind", "version")
    data = {name: getattr(complaint, name) for name in names}
    return data | {"category": complaint.category_id or "", "severity": complaint.severity_id} | changes


def test_correcting_saves_and_leads_back(complaint, people, sign_in):
    url = reverse("complaints:edit", args=[complaint.number])
    response = sign_in(people.handler).post(url, edit_data(complaint, subject="Squeal"), follow=True)
    assert "corrected" in said(response) and Complaint.objects.get().subject == "Squeal"


def test_of_two_who_correct_at_once_the_second_is_told_and_loses_nothing(complaint, people, sign_in):
    actions.edit(complaint.pk, by=people.lead, version=1, values={"subject": "By the lead"})
    client, url = sign_in(people.handler), reverse("complaints:edit", args=[complaint.number])

    refused = client.post(url, edit_data(complaint, subject="By the handler"))

    assert refused.status_code == 409 and "Lead corrected this case" in text(refused)
    assert "By the handler" in text(refused) and Complaint.objects.get().subject == "By the lead"
    again = edit_data(complaint, subject="By the handler", version=refused.context["form"]["version"].value())
    assert client.post(url, again).status_code == 302
    assert Complaint.objects.get().subject == "By the handler"


def test_correcting_is_not_for_readers(complaint, people, sign_in):
    assert sign_in(people.quality).get(reverse("complaints:edit", args=[complaint.number])).status_code == 403
    assert sign_in(people.handler2).get(reverse("complaints:edit", args=[complaint.number])).status_code == 404


# --- The panel of the customer page ----------------------------------------------------------------------------------------


def test_the_customer_page_shows_open_cases_first_and_only_those_one_may_see(people, house, hours, sign_in):
    customer = make_customer(owner=people.agent, team=house.sales_east)
    settled = make_complaint(customer, owner=people.agent, subject="Settled long ago")
    actions.resolve(settled.pk, by=people.agent, note="Done")
    make_complaint(customer, owner=people.agent, subject="Open and mine")
    make_complaint(customer, owner=people.handler2, subject="Of the workshop")

    page = text(sign_in(people.agent).get(customer.get_absolute_url()))
    panel = page[page.index("<h2>Complaints</h2>") :]

    assert panel.index("Open and mine") < panel.index("Settled long ago")
    assert "Of the workshop" not in page
    assert f"{reverse('complaints:new')}?customer={customer.number}" in page


def test_the_list_of_customers_says_how_many_cases_are_open_as_far_as_one_may_see(
    people, house, hours, tuesday, sign_in
):
    customer = make_customer(owner=people.agent, team=house.sales_east)
    make_complaint(customer, owner=people.agent)
    settled = make_complaint(customer, owner=people.agent)
    actions.resolve(settled.pk, by=people.agent, note="Done")
    make_complaint(customer, owner=people.handler2)
    tuesday.move_to(at("2026-11-18 10:00"))

    assert {pk: (cell.text, cell.tone) for pk, cell in open_cells(people.agent, [customer]).items()} == {
        customer.pk: (1, "bad")
    }
    assert open_cells(people.manager, [customer])[customer.pk].text == 2
    assert open_cells(people.lead2, [customer])[customer.pk].text == 1
    assert sign_in(people.agent).get(reverse("customers:list")).status_code == 200
