"""Laying the demo out: the house, its customers, and their last months told from the first day to now. Once, in one piece."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, transaction
from django.utils import timezone, translation

from complaints.tasks import scan as scan_complaints
from crm.demo import shop
from crm.demo.care import Care, typed_key
from crm.demo.cases import Cases
from crm.demo.clock import Clock, told
from crm.demo.company import FOUNDED, PEOPLE, House, furnish
from crm.demo.contacts import SPOKEN, Contacts, prospect_key, spoken_key
from crm.demo.diary import DAYS, HOUR, Diary, chance, submission
from crm.demo.models import Seeding
from crm.demo.opinions import Opinions
from crm.demo.plots import draw, keys
from crm.demo.words import calls
from crm.demo.words import contacts as contact_words
from crm.outbox.models import Message
from crm.staff.models import Notice, User
from crm.worktime.models import WorkCalendar
from customers.models import Customer, Interaction, Purchase
from followups import actions as followup_actions
from followups.models import FollowUp
from satisfaction.models import Invitation

LOCK = 0x52_56_44_4D  # "RVDM": one at a time
LIVELY = 1  # days before today in which the minute's looks are told hour by hour
FRESH = 5  # messages that are still to leave: whoever opens the mailbox finds a handful, not the past
FRESH_FOR = timedelta(minutes=45)
UNREAD = 3  # notices at each bell
# The pulse of the running product, and what Django knows of its own code.
KEPT = ("outbox.Heartbeat", "outbox.HeartbeatMinute", "outbox.JobRun", "contenttypes.ContentType", "auth.Permission")


@dataclass
class Laid:
    """What a run did."""

    now: datetime
    first: bool = False
    told: bool = False  # whether the story is here
    added: list[str] = field(default_factory=list)
    seconds: float = 0.0


def moment_of(day: date | None) -> datetime:
    """What time it is in the house: now, or half an hour before lunch on the day that was named."""
    if day is None:
        return timezone.now().replace(second=0, microsecond=0)
    return datetime.combine(day, HOUR, ZoneInfo(settings.TIME_ZONE))


@contextmanager
def in_one_piece() -> Iterator[None]:
    """No savepoints: every action opens one, a third of all statements, and here nothing is ever taken back by half."""
    features: Any = connection.features
    before = features.uses_savepoints
    features.uses_savepoints = False
    try:
        yield
    finally:
        features.uses_savepoints = before


def lay_out(day: date | None = None, *, reset: bool = False) -> Laid:
    """Lays the demo out where it is not, and adds what is missing where it is. All or nothing."""
    began = time.perf_counter()
    # As by the command line: whatever language the caller speaks, the same rows.
    with translation.override(settings.LANGUAGE_CODE), transaction.atomic(), in_one_piece():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if reset:
            _empty()
        seeding = Seeding.objects.first()
        laid = _add_missing(seeding) if seeding else _begin(moment_of(day))
    laid.seconds = time.perf_counter() - began
    return laid


def _begin(now: datetime) -> Laid:
    seeding = Seeding.objects.create(now=now)
    strangers = Customer.objects.exists() or User.objects.filter(username__in=[row[0] for row in PEOPLE]).exclude(
        username="admin"
    )
    laid = Laid(now, first=True, told=not strangers)
    with told(now - timedelta(days=FOUNDED)) as clock:
        diary = Diary(now, clock)
        house = furnish(seeding, diary)
        laid.added = house.added
        if laid.told:
            _stock(diary, house)
            _Telling(diary, house, clock).first()
            seeding.told = True
            seeding.save(update_fields=["told"])
            _count_anew()
    return laid


def _add_missing(seeding: Seeding) -> Laid:
    """By the keys that the first run left: whatever else people did since stays as it is."""
    laid = Laid(seeding.now, told=seeding.told)
    with told(seeding.now - timedelta(days=FOUNDED)) as clock:
        diary = Diary(seeding.now, clock)
        house = furnish(seeding, diary)
        laid.added = house.added
        if seeding.told:
            if not shop.is_complete():
                laid.added.append("purchases")
                _stock(diary, house)
            if _is_something_missing():
                laid.added += _Telling(diary, house, clock).again()
    return laid


def _stock(diary: Diary, house: House) -> None:
    with told(shop.last_day(diary)):
        shop.stock(diary, house)


def _is_something_missing() -> bool:
    def all_there(rows, wanted: set) -> bool:
        return rows.filter(submission__in=wanted).count() == len(wanted)

    cases = {submission(f"case:{key}") for key in keys()}
    # Not every contact of the draw lies before now, so those are counted by what the first run could tell.
    return not (
        all_there(apps.get_model("complaints.Complaint").objects, cases)
        and all_there(FollowUp.objects, {typed_key(number) for number in range(len(calls.TYPED))})
        and all_there(Customer.objects, {prospect_key(row[0]) for row in contact_words.PROSPECTS})
        and all_there(Interaction.objects, {spoken_key(number) for number in range(SPOKEN)})
    )


class _Telling:
    """The last months, from the first day to now."""

    def __init__(self, diary: Diary, house: House, clock: Clock) -> None:
        self.diary, self.house, self.clock = diary, house, clock
        self.customers = shop.ours()
        for customer in self.customers.values():
            customer.owner = house.person(customer.owner_id)
        self.purchases = {row.reference: row for row in Purchase.objects.filter(source=shop.SOURCE)}
        self.sales = {row.pk: shop.ledger().by_reference[row.reference] for row in self.purchases.values()}
        self.last_message = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.last_notice = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.last_invitation = Invitation.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.calendar = WorkCalendar.objects.default().clock()
        self.care = Care(diary, house, self.sales, self.calendar)
        self.opinions = Opinions(diary, self.sales, self.care.rescue)

    def first(self) -> None:
        self.clock.move(self.diary.begin - timedelta(days=65))
        self.diary.enter(self.diary.begin, self.care.begin)
        self.diary.enter(self.diary.begin, self.opinions.begin)
        self._enter(first=True)
        self._enter_looks()
        self.diary.tell()
        self._look(reminds=True)
        followup_actions.apply_plans(seconds=600)
        self._settle()

    def again(self) -> list[str]:
        """Only what is missing, and nothing of what follows from it: the running product looks by itself."""
        self.clock.move(self.diary.begin - timedelta(days=65))
        added = self._enter(first=False)
        self.diary.tell()
        self._settle()
        return added

    def _enter(self, *, first: bool) -> list[str]:
        shift = (self.diary.today - self.diary.day_of(shop.last_day(self.diary))).days
        moments = {reference: row.happened_at for reference, row in self.purchases.items()}
        cases = Cases(self.diary, self.house, self.customers, self.purchases)
        made = {
            "cases": cases.enter(draw(self.diary, shift, cases.received)),
            "contacts": Contacts(self.diary, self.house, self.customers, moments).enter(first=first),
            "followups": self.care.type_in(sorted(self.customers.values(), key=lambda row: row.pk)),
        }
        return [name for name, number in made.items() if number]

    # --- The minute's looks ----------------------------------------------------------------------------------------------------

    def _enter_looks(self) -> None:
        """Once a day, for these months have 130,000 minutes; by the hour in the last days, where people look closely."""
        lively = self.diary.at(LIVELY, "08:00")
        for days_ago in range(DAYS, LIVELY, -1):
            minute = chance(f"look:{days_ago}").randrange(500)
            self.diary.enter(self.diary.at(days_ago, "09:05") + timedelta(minutes=minute), self._look)
        self.diary.enter(lively, lambda: self.care.forget_old_reminders(lively))
        for days_ago in range(LIVELY, -1, -1):
            for hour in range(8, 20):
                self.diary.enter(self.diary.at(days_ago, f"{hour:02d}:05"), lambda: self._look(reminds=True))

    def _look(self, *, reminds: bool = False) -> None:
        scan_complaints()
        self.care.look()
        if reminds:
            _as_long_as(followup_actions.remind_due)
        _as_long_as(followup_actions.escalate_overdue)
        self.opinions.look()

    # --- What the past leaves behind -------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Letters of the past have left, notices were read, and nothing of it is due."""
        now = self.diary.now
        fresh = Message.objects.pending().filter(pk__gt=self.last_message, send_after__gte=now - FRESH_FOR)
        fresh_ids = list(fresh.order_by("-send_after", "-pk").values_list("pk", flat=True)[:FRESH])
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE outbox_message SET state = 'sent', attempts = 1,"
                " finished_at = least(send_after + make_interval(secs => 3 + id %% 41), %s)"
                " WHERE id > %s AND state = 'pending' AND NOT id = ANY(%s)",
                [now, self.last_message, fresh_ids],
            )
            cursor.execute(
                "UPDATE outbox_message SET body = '' WHERE id > %s AND finished_at < %s",
                [self.last_message, now - timedelta(days=settings.OUTBOX_KEEP_DAYS)],
            )
            cursor.execute(
                "UPDATE staff_notice AS n SET read_at = least(n.at + make_interval(mins => 9 + n.id::int %% 170), %s)"
                " FROM (SELECT id, row_number() OVER (PARTITION BY user_id ORDER BY at DESC, id DESC) AS place"
                " FROM staff_notice WHERE id > %s) AS r WHERE r.id = n.id AND (r.place > %s OR n.at < %s)",
                [now, self.last_notice, UNREAD, now - timedelta(hours=20)],
            )
            # Drawn by lot, as it must be; what makes a link unguessable is the key of the server, not this.
            cursor.execute(
                "UPDATE satisfaction_invitation SET nonce = left(md5('demo' || id), 16) WHERE id > %s",
                [self.last_invitation],
            )
        Message.objects.filter(pk__in=fresh_ids).update(send_after=now, next_try_at=now)


def _as_long_as(verb: Callable[[], int]) -> None:
    while verb():
        pass


def _empty() -> None:
    """Everything that people and the demo made; what a new installation begins with is laid out again."""
    kept = {apps.get_model(name)._meta.db_table for name in KEPT}
    known = connection.introspection.django_table_names(only_existing=True, include_views=False)
    statements = connection.ops.sql_flush(
        no_style(), sorted(set(known) - kept), reset_sequences=True, allow_cascade=False
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '20s'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what is still to be checked would forbid it
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.relkind = 'S' AND c.relnamespace = 'public'::regnamespace"
            " AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i'))"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER SEQUENCE {name} RESTART")
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")


def _count_anew() -> None:
    """Lists are read right after this: the planner must not think that the tables are empty."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
