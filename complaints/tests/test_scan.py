"""What the clock looks for each minute."""

from datetime import timedelta

import pytest

from complaints import actions
from complaints.models import Complaint, Status
from complaints.tasks import scan
from complaints.tests.conftest import HOUR, at, make_calendar
from crm.outbox.models import Message
from crm.staff.models import Notice
from crm.worktime.models import CalendarDay, DayKind
from tests.factories import make_complaint, make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def complaint(people, house, hours) -> Complaint:
    return make_complaint(make_customer(), team=house.sales_east)


def mails() -> list[str]:
    return list(Message.objects.filter(kind="complaint-overdue").values_list("key", flat=True))


def test_the_lead_hears_of_a_missed_acknowledgement_once(complaint, people, tuesday):
    scan()
    assert mails() == []
    tuesday.move_to(at("2026-11-17 15:01"))

    scan()
    scan()

    assert mails() == [f"complaint-overdue:{complaint.pk}:1:acknowledge"]
    message = Message.objects.get(kind="complaint-overdue")
    assert message.address == people.lead.email and complaint.number in message.body
    assert Notice.objects.filter(user=people.lead, kind="complaint_late_acknowledge").count() == 1
    assert complaint.events.filter(what="overdue").count() == 1


def test_each_clock_of_each_round_is_told_once(complaint, people, tuesday):
    tuesday.move_to(at("2026-11-17 15:01"))
    scan()
    tuesday.move_to(at("2026-11-20 10:01"))
    scan()
    actions.resolve(complaint.pk, by=people.handler, note="Done.")
    actions.reopen(complaint.pk, by=people.handler, reason="Again")
    tuesday.move_to(at("2026-11-25 17:01"))
    scan()
    scan()

    assert sorted(mails()) == [
        f"complaint-overdue:{complaint.pk}:1:acknowledge",
        f"complaint-overdue:{complaint.pk}:1:resolve",
        f"complaint-overdue:{complaint.pk}:2:resolve",
    ]


def test_after_a_night_off_both_clocks_are_told(complaint, tuesday):
    tuesday.move_to(at("2026-11-20 10:00"))
    complaint2 = make_complaint(make_customer(), team=complaint.team)
    tuesday.move_to(at("2026-11-25 10:01"))
    scan()
    # Acknowledgements were missed days ago, as was the first resolution; only the second resolution is news.
    assert mails() == [f"complaint-overdue:{complaint2.pk}:1:resolve"]
    assert complaint.events.filter(what="overdue").count() == 2


def test_what_was_missed_long_ago_comes_as_one_mail_a_day(complaint, people, tuesday):
    for _ in range(3):
        make_complaint(make_customer(), team=complaint.team)
    tuesday.move_to(at("2026-12-10 10:00"))

    scan()
    scan()

    message = Message.objects.get(kind="complaints-overdue-long")
    assert message.address == people.lead.email and "/complaints/?view=overdue" in message.body
    assert mails() == []
    assert Notice.objects.filter(user=people.lead, kind__startswith="complaint_late").count() == 8


def test_the_handler_hears_at_the_bell_too(people, hours, tuesday):
    make_complaint(owner=people.handler)
    tuesday.move_to(at("2026-11-17 15:01"))
    scan()
    assert Notice.objects.filter(user=people.handler, kind="complaint_late_acknowledge").exists()


def test_nobody_is_told_of_what_waits_for_the_customer(complaint, people, tuesday):
    actions.wait(complaint.pk, by=people.handler, reason="Photo")
    tuesday.move_to(at("2026-12-25 10:00"))
    scan()
    assert mails() == []


def test_a_team_without_a_lead_loses_nothing_but_the_mail(complaint, house, tuesday):
    house.sales.lead = None
    house.sales.save(update_fields=["lead"])
    tuesday.move_to(at("2026-11-17 15:01"))

    scan()

    assert mails() == [] and complaint.events.get(what="overdue").new["told"] is None


def test_a_waiting_with_an_end_ends_by_itself_and_says_so(complaint, people, tuesday):
    actions.wait(complaint.pk, by=people.handler, reason="Photo", until=at("2026-11-18 10:00"))
    tuesday.move_to(at("2026-11-18 09:59"))
    scan()
    assert Complaint.objects.get().status == Status.WAITING
    tuesday.move_to(at("2026-11-18 10:00"))

    scan()
    scan()

    now = Complaint.objects.get()
    assert now.status == Status.IN_PROGRESS and now.resolve_due_at == at("2026-11-23 10:00")
    assert now.events.get(what="resumed").actor is None
    assert Notice.objects.filter(kind="complaint_resumed").count() == 1


def test_a_holiday_entered_later_moves_open_clocks_and_is_logged(complaint, hours, tuesday):
    CalendarDay.objects.create(calendar=hours, on="2026-11-18", kind=DayKind.HOLIDAY)

    scan()

    now = Complaint.objects.get()
    assert now.resolve_due_at == at("2026-11-23 10:00") and now.events.get(what="reckoned").new["why"] == "settings"
    scan()
    assert now.events.filter(what="reckoned").count() == 1


def test_other_deadlines_of_a_severity_move_open_clocks(complaint, severities):
    severity = severities["Normal"]
    severity.resolve_within = timedelta(hours=8)
    severity.save(update_fields=["resolve_within"])

    scan()

    now = Complaint.objects.get()
    assert (now.resolve_within, now.resolve_due_at) == (8 * HOUR, at("2026-11-18 10:00"))


def test_what_is_resolved_keeps_the_clocks_it_was_judged_by(complaint, people, severities):
    actions.resolve(complaint.pk, by=people.handler, note="Done.")
    severity = severities["Normal"]
    severity.resolve_within = timedelta(hours=8)
    severity.save(update_fields=["resolve_within"])

    scan()

    assert Complaint.objects.get().resolve_due_at == at("2026-11-20 10:00")


def test_a_calendar_given_to_a_team_above_reaches_its_cases(complaint, house):
    house.sales.calendar = make_calendar("Tuesdays", days=[1])
    house.sales.save(update_fields=["calendar"])

    scan()

    now = Complaint.objects.get()
    assert now.calendar == house.sales.calendar and now.resolve_due_at == at("2026-12-08 10:00")


def test_a_scan_without_anything_to_do_asks_little(complaint, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        scan()
