"""The whole loop in a browser, role by role, with worker and beat as processes of their own.

Purchase → care plan → reminder → call logged → complaint → resolved → survey answered on a phone → low score → rescue → overview.
In the middle the worker is killed and stays away for two minutes: that changes the hour of arrival and nothing else.
"""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from complaints.models import Complaint
from crm.outbox.models import MailboxMail, Message
from customers.models import Customer, ImportRun, Purchase
from followups.models import CarePlanStep, FollowUp
from satisfaction.models import Invitation, Response
from tests.factories import PASSWORD, make_house, make_people

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SLICE = Path(__file__).parent.parent / "tests/data/online_retail/slice.csv"
AWAY = 120  # seconds without a worker
LATEST = 90  # seconds after its time within which a reminder leaves


def until(found: Callable[[], object], seconds: float, what: str) -> object:
    """Waits for something that another process does."""
    deadline = time.monotonic() + seconds
    while not (result := found()):
        assert time.monotonic() < deadline, f"after {seconds} s still no {what}"
        time.sleep(0.5)
    return result


def sign_in(page, username: str) -> None:
    page.goto("/sign-in/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile("/my-day/"))


def mail_to(address: str, words: str) -> MailboxMail | None:
    return MailboxMail.objects.filter(to__icontains=address, subject__icontains=words).order_by("-pk").first()


@pytest.fixture(autouse=True)
def logs_of_a_failure(clock_parts):
    """What the other processes said stands below a failed test."""
    yield
    for part in list(clock_parts.running):
        print(f"--- {part}\n{clock_parts.said(part)[-3000:]}")


@pytest.fixture
def people():
    them = make_people(make_house())
    for person in vars(them).values():
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
    return them


def test_the_whole_loop_role_by_role(live_server, open_page, clock_parts, people):
    for part in ("worker", "long", "beat"):
        clock_parts.start(part)
    _import_a_file(open_page(), people)
    _make_the_plan_quick(open_page(), people)

    agent = open_page()
    sign_in(agent, "agent")
    customer = _new_customer(agent)
    purchase = _buy(agent, customer)
    followup = _planned(customer, purchase)
    _reminded(agent, followup, people)
    _call(agent, followup)

    complaint = _complain(open_page(phone=True), customer)
    handler = open_page()
    sign_in(handler, "handler")
    _acknowledge(handler, complaint)

    clock_parts.kill("worker")
    gone_at = timezone.now()
    _resolve(handler, complaint)
    time.sleep(AWAY)
    assert not Invitation.objects.exists()
    clock_parts.start("worker")
    invitation = until(lambda: Invitation.objects.filter(source_kind="complaint").first(), 60, "invitation")
    assert invitation.state == "sent"
    assert invitation.created_at - gone_at > timedelta(seconds=AWAY - 5)

    response = _answer(open_page(phone=True, javascript=False), customer, invitation)
    rescue = _rescued(agent, response)
    _overview(open_page(), people, complaint)
    _nothing_twice()
    assert rescue.owner == people.agent  # who looks after the customer, whoever handled the complaint


def _import_a_file(page, people) -> None:
    """The manager brings a real purchase file in; the worker reads it, the page tells how far it is."""
    sign_in(page, "manager")
    page.goto("/purchases/import/")
    page.set_input_files("input[type=file]", str(SLICE))
    page.fill("[name=source]", "online_retail")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/purchases/import/\d+/"))
    run = ImportRun.objects.get()
    page.locator("button[name=check]").click()  # the trial: reads the whole file, writes nothing
    page.locator("button[name=start].btn-primary").click(timeout=60_000)
    until(lambda: ImportRun.objects.filter(pk=run.pk, state="done").exists(), 60, "end of the import")
    page.goto(f"/purchases/import/{run.pk}/")
    run.refresh_from_db()
    assert run.counts["rows_imported"] > 0
    assert f"{run.counts['rows_imported']:,}" in page.inner_text("main")
    assert Purchase.objects.filter(import_run=run).count() == run.counts["purchases_created"]


def _make_the_plan_quick(page, people) -> None:
    """The administrator lets the first step come a minute after a purchase, and asks at once when a complaint is resolved."""
    sign_in(page, "admin")
    step = CarePlanStep.objects.get(name_en="Delivery check")
    page.goto(f"/admin/followups/careplanstep/{step.pk}/change/")
    page.fill("#id_offset", "00:01:00")
    page.locator("[name=_save]").click()
    page.goto("/admin/satisfaction/survey/")
    page.locator("#result_list tbody th a").first.click()
    page.fill("#id_resolution_delay", "00:00:00")
    page.locator("[name=_save]").click()
    step.refresh_from_db()
    assert step.offset == timedelta(minutes=1)


def _new_customer(page) -> Customer:
    page.goto("/customers/new/")
    page.fill("[name=name]", "欧阳静")
    page.fill("[name=points-0-value]", "138 0013 8000")
    page.select_option("[name=points-1-kind]", "email")
    page.fill("[name=points-1-value]", "ouyang@example.com")
    page.locator("main form .btn-primary[type=submit]").click()
    page.wait_for_url(re.compile(r"/customers/C-"))
    assert "欧阳静" in page.inner_text("h1, .rv-cust h1")
    return Customer.objects.get(name="欧阳静")


def _buy(page, customer: Customer) -> Purchase:
    page.goto(f"/purchases/new/?customer={customer.number}")
    page.fill("[name=lines-0-product]", "85123A")
    page.fill("[name=lines-0-quantity]", "2")
    page.fill("[name=lines-0-unit_price]", "12.75")
    page.locator("main form .btn-primary[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/purchases/\d+/|/customers/C-"))
    return Purchase.objects.get(customer=customer)


def _planned(customer: Customer, purchase: Purchase) -> FollowUp:
    """Beat, broker and worker make of the purchase what the plan says."""
    until(lambda: FollowUp.objects.filter(customer=customer, source_id=purchase.pk).count() >= 2, 90, "follow-ups")
    return FollowUp.objects.get(customer=customer, plan_step__name_en="Delivery check")


def _reminded(page, followup: FollowUp, people) -> None:
    """The reminder leaves within 90 seconds of its time; it stands at the bell and in My day."""
    key = f"followup:{followup.pk}:1:email"
    until(lambda: Message.objects.filter(key=key, state="sent").exists(), 90 + LATEST, "reminder")
    message = Message.objects.get(key=key)
    assert message.finished_at - max(followup.due_at, followup.created_at) < timedelta(seconds=LATEST)
    assert mail_to(people.agent.email, "欧阳静")
    page.goto("/notices/")
    assert "欧阳静" in page.inner_text("main")


def _call(page, followup: FollowUp) -> None:
    """Two clicks: the outcome, and save."""
    page.goto("/my-day/")
    page.locator(".rv-row", has_text="欧阳静").first.click()
    page.wait_for_selector("#card form")
    page.locator("#card .rv-out", has_text="Reached").click()
    page.fill("#card textarea[name=note]", "Everything arrived; one cup has a crack.")
    page.locator("#card form .btn-primary").click()
    page.wait_for_url(re.compile("/my-day/"))
    followup.refresh_from_db()
    assert (followup.status, followup.result) == ("done", "reached")


def _complain(page, customer: Customer) -> Complaint:
    """The customer, on a phone, without an account; the page does not say that it knows them."""
    page.goto("/complain/")
    page.fill("[name=description]", "一个杯子有裂纹，第二次了。")
    page.fill("[name=name]", "欧阳静")
    page.fill("[name=phone]", "13800138000")
    page.wait_for_timeout(4000)  # nobody types a complaint faster
    page.locator("button[type=submit].send, main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/complain/[a-z2-9]{20,}/"))
    complaint = Complaint.objects.get()
    assert complaint.customer == customer
    assert complaint.number not in page.url
    return complaint


def _acknowledge(page, complaint: Complaint) -> None:
    page.goto("/complaints/")
    page.locator("a.open").first.click()
    page.wait_for_url(re.compile("/complaints/"))
    take = page.locator("form[action$='/take/'] button")
    if take.count():
        take.first.click()
        page.wait_for_load_state()
    page.locator("form[action$='/acknowledge/'] button").first.click()
    page.wait_for_load_state()
    complaint.refresh_from_db()
    assert complaint.acknowledged_at
    assert complaint.owner.username == "handler"


def _resolve(page, complaint: Complaint) -> None:
    page.goto(f"/complaints/{complaint.number}/?do=resolve#resolve")
    page.locator("form[action$='/resolve/'] textarea, form[action$='/resolve/'] [name=note]").first.fill(
        "A new cup is on its way."
    )
    page.locator("form[action$='/resolve/'] button").last.click()
    page.wait_for_load_state()
    complaint.refresh_from_db()
    assert complaint.status == "resolved"


def _answer(page, customer: Customer, invitation: Invitation) -> Response:
    """By the link in the mail, on a phone, without JavaScript."""
    mail = until(
        lambda: MailboxMail.objects.filter(to__icontains="ouyang@example.com", body__contains="/s/").first(), 90, "mail"
    )
    page.goto(re.search(r"https?://\S+/s/\S+?/(?=\s|$)", mail.body).group())
    page.locator("input[name=overall][value='1']").check(force=True)
    page.locator("input[name=nps][value='2']").check(force=True)
    page.fill("[name=comment]", "新杯子还没到")
    page.locator("button.send").click()
    response = Response.objects.get(invitation=invitation)
    assert (response.overall, response.nps) == (1, 2)
    assert page.reload().status in (200, 410)
    return response


def _rescued(page, response: Response) -> FollowUp:
    rescue = until(
        lambda: FollowUp.objects.filter(source_kind="response", source_id=response.pk).first(), 90, "rescue task"
    )
    page.goto(f"/my-day/?open={rescue.pk}")
    card = page.inner_text("#card")
    assert "欧阳静" in card
    assert "新杯子还没到" in card
    assert rescue.due_at > response.answered_at
    return rescue


def _overview(page, people, complaint: Complaint) -> None:
    """The manager sees all of it, and each figure leads to its rows."""
    sign_in(page, "manager")
    page.goto("/insights/?days=7")
    assert "−100" in page.inner_text(".rv-tiles")
    page.locator(".rv-tile", has_text="NPS").click()
    assert "欧阳静" in page.inner_text("main")
    page.goto(f"/customers/{complaint.customer.number}/")
    told = page.inner_text("main")
    for words in ("Delivery check", "一个杯子有裂纹", "新杯子还没到"):
        assert words in told, words


def _nothing_twice() -> None:
    """A killed worker doubles nothing: one reminder, one survey, one rescue; every mail once."""
    ids = list(MailboxMail.objects.values_list("message_id", flat=True))
    assert len(ids) == len(set(ids)) == Message.objects.filter(state="sent").count()
    assert Message.objects.filter(key__startswith="survey:").count() == 1
    assert FollowUp.objects.filter(source_kind="response").count() == 1
    assert not Message.objects.filter(state="failed").exists()
