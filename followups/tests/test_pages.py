"""My day, the list and the page of one follow-up, as each role meets them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from followups import actions
from followups.models import Attempt, FollowUp
from tests.factories import make_complaint, make_customer, make_followup

pytestmark = pytest.mark.django_db


def when(**delta) -> str:
    return f"{timezone.localtime() + timedelta(**delta):%Y-%m-%dT%H:%M}"


def test_my_day_shows_my_own_and_the_queue_of_my_team(people, sign_in):
    mine = make_followup(owner=people.agent, title="Ring about the door", due_at=timezone.now())
    queued = make_followup(
        make_customer(team=people.agent.team), team=people.agent.team, title="Nobody's yet", due_at=timezone.now()
    )
    make_followup(owner=people.colleague, title="Not mine")
    page = sign_in(people.agent).get(reverse("followups:my_day")).content.decode()
    assert mine.title in page
    assert queued.title.replace("'", "&#x27;") in page
    assert "Not mine" not in page


def test_an_empty_day_offers_the_first_step(people, sign_in):
    page = sign_in(people.agent).get(reverse("followups:my_day")).content.decode()
    assert reverse("followups:new") in page


def test_the_card_of_another_teams_followup_is_not_shown(people, sign_in):
    other = make_followup(owner=people.agent2, title="Secret")
    page = sign_in(people.agent).get(reverse("followups:my_day"), {"open": other.pk})
    assert page.status_code == 200
    assert "Secret" not in page.content.decode()


@pytest.mark.parametrize("wanted", ["x", "-1", "99999999999999999999999", "0"])
def test_nonsense_in_the_address_is_harmless(people, sign_in, wanted):
    make_followup(owner=people.agent)
    assert sign_in(people.agent).get(reverse("followups:my_day"), {"open": wanted, "kind": wanted}).status_code == 200


def test_two_clicks_log_a_call_and_lead_back_to_my_day(people, sign_in):
    followup = make_followup(owner=people.agent)
    answer = sign_in(people.agent).post(
        reverse("followups:attempt", args=[followup.pk]), {"outcome": "reached", "next": reverse("followups:my_day")}
    )
    assert answer["Location"] == reverse("followups:my_day")
    followup.refresh_from_db()
    assert followup.status == "done"


def test_no_answer_gets_a_proposed_next_try_by_itself(people, sign_in):
    followup = make_followup(owner=people.agent)
    sign_in(people.agent).post(reverse("followups:attempt", args=[followup.pk]), {"outcome": "no_answer"})
    assert Attempt.objects.get().next_at > timezone.now()


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"outcome": "dancing"},
        {"outcome": "call_back"},
        {"outcome": "busy", "next_at": when(days=-1)},
        {"outcome": "busy", "next_at": "yesterday"},
    ],
)
def test_what_is_missing_or_wrong_is_said_and_what_was_typed_is_kept(people, sign_in, typed):
    followup = make_followup(owner=people.agent)
    answer = sign_in(people.agent).post(
        reverse("followups:attempt", args=[followup.pk]), {"note": "Talked about the roof", **typed}
    )
    assert answer.status_code == 422
    assert "Talked about the roof" in answer.content.decode()
    assert not Attempt.objects.exists()


def test_what_somebody_finished_meanwhile_is_said(people, sign_in):
    followup = make_followup(owner=people.agent)
    actions.finish(followup.pk, by=people.lead)
    answer = sign_in(people.agent).post(
        reverse("followups:attempt", args=[followup.pk]), {"outcome": "reached"}, follow=True
    )
    assert answer.status_code == 200
    assert str(people.lead) in answer.content.decode()


def test_a_foreign_address_in_next_is_not_followed(people, sign_in):
    followup = make_followup(owner=people.agent)
    answer = sign_in(people.agent).post(
        reverse("followups:attempt", args=[followup.pk]), {"outcome": "reached", "next": "https://evil.example/"}
    )
    assert answer["Location"] == followup.get_absolute_url()


def test_a_new_followup_for_a_customer_one_does_not_see_is_refused(people, sign_in):
    customer = make_customer(team=people.agent2.team, owner=people.agent2)
    answer = sign_in(people.agent).post(
        reverse("followups:new"),
        {
            "customer": customer.number,
            "title": "Call",
            "kind": "call",
            "due_at": when(days=1),
            "owner": people.agent.pk,
        },
    )
    assert answer.status_code == 200
    assert not FollowUp.objects.exists()


def test_a_new_followup_stands_in_the_list(people, sign_in):
    customer = make_customer(team=people.agent.team, owner=people.agent)
    client = sign_in(people.agent)
    client.post(
        reverse("followups:new"),
        {
            "customer": customer.number,
            "title": "Ask about the roof",
            "kind": "call",
            "due_at": when(days=1),
            "owner": people.agent.pk,
        },
    )
    assert FollowUp.objects.get().owner == people.agent
    assert "Ask about the roof" in client.get(reverse("followups:list")).content.decode()


def test_an_agent_cannot_give_it_to_somebody_out_of_reach_by_typing_their_id(people, sign_in):
    customer = make_customer(team=people.agent.team, owner=people.agent)
    sign_in(people.agent).post(
        reverse("followups:new"),
        {
            "customer": customer.number,
            "title": "Call",
            "kind": "call",
            "due_at": when(days=1),
            "owner": people.agent2.pk,
        },
    )
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize(
    ("view", "expected"),
    [("open", {"late", "soon"}), ("overdue", {"late"}), ("done", {"finished"}), ("all", {"late", "soon", "finished"})],
)
def test_the_views_of_the_list(people, sign_in, view, expected):
    late = make_followup(owner=people.agent, title="late")
    FollowUp.objects.filter(pk=late.pk).update(
        due_at=timezone.now() - timedelta(days=3), overdue_at=timezone.now() - timedelta(days=2)
    )
    make_followup(owner=people.agent, title="soon")
    actions.finish(make_followup(owner=people.agent, title="finished").pk, by=people.agent)
    page = sign_in(people.agent).get(reverse("followups:list"), {"view": view})
    assert {row.title for row in page.context["page"].rows} == expected


def test_the_card_shows_an_open_complaint_only_to_who_may_see_it(people, sign_in):
    customer = make_customer(team=people.agent.team, owner=people.agent)
    complaint = make_complaint(customer, owner=people.handler2, team=people.handler2.team, subject="The brake squeals")
    make_followup(customer, owner=people.agent, due_at=timezone.now())
    assert complaint.number not in sign_in(people.agent).get(reverse("followups:my_day")).content.decode()
    followup = FollowUp.objects.get()
    assert complaint.number in sign_in(people.manager).get(followup.get_absolute_url()).content.decode()


def test_my_day_and_the_list_cost_the_same_queries_with_more_rows(people, sign_in, django_assert_max_num_queries):
    client = sign_in(people.lead)
    for _ in range(3):
        make_followup(make_customer(team=people.lead.team, owner=people.lead), owner=people.lead, due_at=timezone.now())
    for url, most in ((reverse("followups:my_day"), 34), (reverse("followups:list"), 22)):
        client.get(url)
        with django_assert_max_num_queries(most) as few:
            client.get(url)
        for _ in range(5):
            make_followup(
                make_customer(team=people.lead.team, owner=people.lead), owner=people.lead, due_at=timezone.now()
            )
        with django_assert_max_num_queries(most) as many:
            client.get(url)
        assert len(many) == len(few), url


def test_a_new_followup_begins_with_its_customer_found_by_any_fragment(people, sign_in):
    customer = make_customer("Grace Odell", team=people.agent.team, owner=people.agent)
    make_customer("Grace Kelly", team=people.agent2.team, owner=people.agent2)

    page = sign_in(people.agent).get(reverse("followups:new"), {"q": "grac"}).content.decode()

    assert f"?customer={customer.number}" in page and "Kelly" not in page
