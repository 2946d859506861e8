"""Follow-ups at work: those that care plans owe, those that somebody typed, and how they are done, moved and dropped."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from django.db import connection
from django.db.models import F

from crm.demo.company import House
from crm.demo.diary import Diary, Rounds, chance, submission, working
from crm.demo.hindsight import Fate, Try, write_down
from crm.demo.shop import Sale
from crm.demo.words import calls
from crm.staff.models import User
from crm.worktime.clock import Calendar
from customers.models import Customer
from followups import actions
from followups.models import CarePlan, CarePlanStep, FollowUp, Outcome

LEFT = 0.1  # of what fell due in the last days nobody has got round to
LATELY = 4  # days
LONG_AGO = 16  # days: from there on back follow-ups are written in bulk
JUST_NOW = timedelta(minutes=5)
FOLLOWED = ("agent", "agent2")  # whose days are laid out one by one
DONE_TODAY = 1  # at least, once something fell due
OVERDUE = 2  # that each of those has put off too long


@dataclass
class Care:
    """Takes follow-ups up as they arise and enters what becomes of them."""

    diary: Diary
    house: House
    sales: dict[int, Sale]  # by the id of the purchase
    calendar: Calendar
    seen: int = 0  # the last follow-up that was taken up
    left: dict[str, int] = field(default_factory=dict)  # by user name
    done: dict[str, int] = field(default_factory=dict)
    rounds: Rounds = field(default_factory=Rounds)

    def __post_init__(self) -> None:
        steps = CarePlanStep.objects.select_related("plan").order_by("plan", "position", "pk")
        self.purchase_steps = [step for step in steps if step.plan.trigger == CarePlan.Trigger.PURCHASE]
        self.other_steps = [step for step in steps if step.plan.trigger != CarePlan.Trigger.PURCHASE]
        names = ("delivery", "satisfaction")
        self.reasons = {step.pk: names[min(place, 1)] for place, step in enumerate(self.purchase_steps)}
        for step in self.other_steps:
            self.reasons[step.pk] = "rescue" if step.plan.trigger == CarePlan.Trigger.LOW_SCORE else "check-back"

    # --- What the plans owe ----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """All that purchases of these months owe, at once: the plans look at what arrived, and the file arrived whole. Each is
        then dated to the minute after its purchase, as if the look had been the minute's."""
        CarePlan.objects.update(active_from=self.diary.begin)
        CarePlanStep.objects.update(looked_until=None)  # a worker that runs already has looked, at nothing
        for step in self.purchase_steps:
            while actions.apply_step(step.pk) >= 500:
                pass
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE followups_followup AS f SET created_at = least(p.created_at + interval '1 minute', %s)"
                " FROM customers_purchase AS p WHERE f.source_kind = 'purchase' AND f.source_id = p.id",
                [self.diary.now],
            )
            cursor.execute(
                "UPDATE followups_followupevent AS e SET at = f.created_at FROM followups_followup AS f"
                " WHERE e.followup_id = f.id AND e.what = 'created' AND f.source_kind = 'purchase'"
            )
        self.take_up()

    def look(self) -> None:
        """What the minute's look finds of resolutions; of low scores it is nudged."""
        self._apply(CarePlan.Trigger.RESOLUTION)

    def rescue(self) -> None:
        self._apply(CarePlan.Trigger.LOW_SCORE)

    def _apply(self, trigger: str) -> None:
        if sum(actions.apply_step(step.pk) for step in self.other_steps if step.plan.trigger == trigger):
            self.take_up()

    def take_up(self) -> None:
        fresh = FollowUp.objects.filter(pk__gt=self.seen, plan_step__isnull=False)
        rows = list(fresh.select_related("customer", "plan_step", "team").order_by("due_at", "pk"))
        long_ago = self.diary.at(LONG_AGO, "00:00")
        over = []
        for row in rows:
            fate = self._fate(row)
            if fate is None:
                continue
            if fate.is_over and max(fate.moments) < long_ago and fate.doer.pk == row.owner_id:
                over.append(fate)
            else:
                self._enter(fate)
        write_down(over)
        self.seen = max([self.seen, *(row.pk for row in rows)])

    def _fate(self, row: FollowUp) -> Fate | None:
        """What becomes of one follow-up; None when it is still to do. What is due later than now is for those who look."""
        diary = self.diary
        if row.due_at > diary.now:
            return None
        dice = chance(f"followup:{self.reasons[row.plan_step_id or 0]}:{self._about(row)}")
        owner = self.house.person(row.owner_id)
        doer = owner or self._from_queue(row, dice)
        if doer is None or self._is_left(row, owner, dice):
            return None
        moment = self._when(row, doer, dice)
        if moment >= diary.now - JUST_NOW:
            return None
        fate = Fate(row, doer)
        if dice.random() < 0.045:
            fate.cancelled_at, fate.reason = moment, dice.choice(calls.CANCELLED[row.customer.language])
        else:
            fate.tries = self._tries(row, moment, dice)
        return fate

    def _enter(self, fate: Fate) -> None:
        pk, doer = fate.row.pk, fate.doer
        for one in fate.tries:
            self.diary.enter(
                one.at,
                lambda one=one: actions.log_attempt(
                    pk, by=doer, outcome=one.outcome, note=one.note, next_at=one.next_at, submission=one.submission
                ),
            )
        if fate.cancelled_at:
            if fate.row.owner_id is None:
                self.diary.enter(fate.cancelled_at, lambda: actions.take(pk, by=doer))
            self.diary.enter(fate.cancelled_at, lambda: actions.cancel(pk, by=doer, reason=fate.reason))

    def _about(self, row: FollowUp) -> str:
        sale = self.sales.get(row.source_id or 0) if row.source_kind == FollowUp.Source.PURCHASE else None
        return sale.reference if sale else f"{row.source_kind}:{row.source_id}:{row.round}"

    def _from_queue(self, row: FollowUp, dice: Random) -> User | None:
        """Somebody of the team that it waits in; a share of what came lately waits on."""
        if self.diary.today - self.diary.day_of(row.due_at) <= timedelta(days=1) and dice.random() < 0.7:
            return None
        team = [
            person
            for person in self.house.people.values()
            if person.team_id == row.team_id and person.has_role("agent")
        ]
        return dice.choice(team) if team else None

    def _is_left(self, row: FollowUp, owner: User | None, dice: Random) -> bool:
        """Of today most is still to do; of the days before a little was forgotten."""
        name = owner.username if owner else ""
        days = (self.diary.today - self.diary.day_of(row.due_at)).days
        if name in FOLLOWED:
            return self._is_left_by(name, days)
        if days == 0:
            return dice.random() < 0.55
        return days <= LATELY and dice.random() < (LEFT * 2 if days > 1 else LEFT)

    def _is_left_by(self, name: str, days: int) -> bool:
        if days == 0:
            self.done[name] = self.done.get(name, 0) + 1
            return self.done[name] > DONE_TODAY
        if 1 < days <= LATELY and self.left.get(name, 0) < OVERDUE:
            self.left[name] = self.left.get(name, 0) + 1
            return True
        return False

    def _when(self, row: FollowUp, doer: User, dice: Random) -> datetime:
        """In working time, soon; half of what falls due on a day off is done by whoever is on duty."""
        diary = self.diary
        if doer.username in FOLLOWED and diary.day_of(row.due_at) == diary.today:
            return row.due_at + (diary.now - row.due_at) / 2
        minutes = dice.randrange(2, 50 if self.reasons[row.plan_step_id or 0] == "rescue" else 200)
        if dice.random() < 0.5 and 9 <= row.due_at.astimezone(diary.zone).hour < 17:
            return row.due_at + timedelta(minutes=minutes)
        return working(row.due_at, minutes, self.calendar)

    def _tries(self, row: FollowUp, moment: datetime, dice: Random) -> list[Try]:
        """One try or two, the last of which ends it, unless the next one lies ahead."""
        language = row.customer.language
        tries: list[Try] = []
        share, key = dice.random(), f"attempt:{self._about(row)}:{self.reasons[row.plan_step_id or 0]}"
        while share > 0.74 and len(tries) < 2:
            outcome = dice.choice((Outcome.NO_ANSWER, Outcome.NO_ANSWER, Outcome.BUSY, Outcome.CALL_BACK))
            again = self._again(moment, outcome, dice)
            words = dice.choice(calls.MISSED[outcome.value, language])
            tries.append(Try(moment, outcome.value, words, again, submission(f"{key}:{len(tries)}")))
            if again >= self.diary.now - JUST_NOW:
                return tries
            moment, share = again, dice.random()
        if dice.random() < 0.04:
            last, words = Outcome.REFUSED, dice.choice(calls.MISSED["refused", language])
        else:
            last, words = Outcome.REACHED, self._reached(row, language)
        tries.append(Try(moment, last.value, words, None, submission(f"{key}:{len(tries)}")))
        return tries

    def _again(self, moment: datetime, outcome: Outcome, dice: Random) -> datetime:
        wait = {Outcome.BUSY: (25, 60), Outcome.NO_ANSWER: (170, 330), Outcome.CALL_BACK: (120, 560)}[outcome]
        return working(moment, dice.randrange(*wait), self.calendar).replace(second=0, microsecond=0)

    def _reached(self, row: FollowUp, language: str) -> str:
        reason = self.reasons.get(row.plan_step_id or 0, "other")
        sale = self.sales.get(row.source_id or 0) if row.source_kind == FollowUp.Source.PURCHASE else None
        said = sale.goods.said(language) if sale else ""
        words = [text for text in calls.REACHED[reason, language] if said or "{goods}" not in text]
        return self.rounds.next((reason, language), words).format(goods=said)

    # --- What somebody typed ---------------------------------------------------------------------------------------------------

    def type_in(self, customers: Iterable[Customer]) -> int:
        """Follow-ups of people's own, for today and the next days. Those that are there already stay."""
        free = list(customers)
        known = set(FollowUp.objects.exclude(submission=None).values_list("submission", flat=True))
        missing = 0
        for number, row in enumerate(calls.TYPED):
            customer = self._for(free, row[0], row[5], number)
            if customer is not None and typed_key(number) not in known:
                self._type_in(number, row, customer)
                missing += 1
        return missing

    def _type_in(self, number: int, row: tuple, customer: Customer) -> None:
        owner, by, ahead, hour, kind, _language, title, note = row
        due = self.diary.at(-ahead, hour)
        typed = self.diary.at(1 + number % 3, "16:10") + timedelta(minutes=number)
        self.diary.enter(
            typed,
            lambda: actions.create(
                by=self.house.people[by],
                customer=customer,
                title=title,
                due_at=due,
                kind=kind,
                note=note,
                owner=self.house.people[owner] if owner else None,
                team=None if owner else self.house.teams["care"],
                submission=typed_key(number),
            ),
        )

    def _for(self, free: list[Customer], owner: str | None, language: str, number: int) -> Customer | None:
        person = self.house.people[owner] if owner else None
        fitting = [
            customer
            for customer in free
            if customer.language == language
            and (customer.owner_id == (person.pk if person else None) or owner in ("handler", "lead"))
        ]
        if not fitting:
            return None
        found = chance(f"typed:{number}").choice(fitting)
        free.remove(found)
        return found

    # --- Before the last days --------------------------------------------------------------------------------------------------

    def forget_old_reminders(self, before: datetime) -> None:
        """What fell due longer ago was reminded of in its time: nobody gets that mail now."""
        FollowUp.objects.filter(reminded_at__isnull=True, due_at__lt=before).update(reminded_at=F("due_at"))


def typed_key(number: int) -> UUID:
    return submission(f"followup:{number}")
