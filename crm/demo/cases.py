"""Cases from the first word to the last: who does what, and when, by the actions of complaints."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from complaints import actions
from complaints.models import Category, Complaint, ComplaintPromise, Severity
from crm.demo.company import House
from crm.demo.diary import Diary, by_day, chance, submission, working
from crm.demo.plots import PASSED_ON_TO, SETTLED, Plot
from crm.demo.shop import people
from crm.demo.words.story import Story
from crm.staff.models import User
from crm.worktime.clock import Calendar
from customers.models import Customer, Purchase

LEADS = {"care": "lead", "london": "callum", "aftersales": "xu", "returns": "zheng"}
FRONT = {"zh-hans": ("liu", "zhao", "agent", "zhou"), "en": ("sophie", "agent", "tom", "hannah")}
HOUR = 60


class Cases:
    """Enters plots into the diary. What was told before is left out."""

    def __init__(
        self, diary: Diary, house: House, customers: dict[str, Customer], purchases: dict[str, Purchase]
    ) -> None:
        self.diary, self.house, self.customers, self.purchases = diary, house, customers, purchases
        self.categories = {row.name_en: row for row in Category.objects.active()}
        self.severities = {row.name_en: row for row in Severity.objects.active()}
        self.calendars: dict[str, Calendar] = {}

    @cached_property
    def known(self) -> set[Any]:
        return set(Complaint.objects.exclude(submission=None).values_list("submission", flat=True))

    def enter(self, plots: list[Plot]) -> int:
        """How many of them were not there yet."""
        new = [plot for plot in plots if submission(f"case:{plot.key}") not in self.known]
        for plot in new:
            _Course(self, plot).enter()
        return len(new)

    def calendar(self, team: str) -> Calendar:
        if team not in self.calendars:
            self.calendars[team] = self.house.teams[team].work_calendar().clock()
        return self.calendars[team]

    def severity(self, story: Story) -> Severity | None:
        """As a person would weigh it; what came by the public page nobody has weighed yet."""
        named = None if story.channel == "web" else self.severities.get(story.severity)
        return named or Severity.objects.default()

    def targets(self, story: Story) -> tuple[float, float]:
        """Minutes of working time until it must be acknowledged and resolved."""
        severity = self.severity(story)
        if severity is None:
            return 4 * HOUR, 24 * HOUR
        return severity.acknowledge_within.total_seconds() / 60, severity.resolve_within.total_seconds() / 60

    def received(self, story: Story, state: str, team: str) -> datetime:
        """When it must have come in, so that its clock stands now as `state` says."""
        dice, (acknowledge, resolve) = chance(f"received:{story.key}"), self.targets(story)
        if state == "fresh":
            return self.diary.now - timedelta(minutes=38)
        if state == "fresh-late":
            return self.due_in(acknowledge, -55, team)
        if state == "fresh-soon":
            return self.due_in(acknowledge, 25, team)
        ahead = {
            "late": -dice.randrange(150, 3200),
            "soon": dice.randrange(30, 58),
            "acknowledged": dice.randrange(500, 1100),
            "waiting": -dice.randrange(2900, 7200),
            "waiting-until": -dice.randrange(1400, 4300),
            "reopened": -dice.randrange(5700, 9900),
            "reopened-working": -dice.randrange(5700, 9900),
        }
        return self.due_in(resolve, ahead.get(state, dice.randrange(150, 700)), team)

    def due_in(self, minutes: float, ahead: int, team: str) -> datetime:
        """The latest moment from which so much working time is over `ahead` minutes from now: of work, when they are still to
        come. More of it never ends earlier, so halving finds it."""
        calendar = self.calendar(team)
        goal = working(self.diary.now, ahead, calendar) if ahead > 0 else self.diary.now + timedelta(minutes=ahead)
        late = self.diary.now - timedelta(minutes=12)
        early = late - timedelta(days=40)
        while late - early > timedelta(minutes=1):
            middle = early + (late - early) / 2
            if working(middle, minutes, calendar) <= goal:
                early = middle
            else:
                late = middle
        return early.replace(second=0, microsecond=0)


class _Course:
    """The way of one case. Each step comes after the one before; what lies behind now does not happen."""

    def __init__(self, cases: Cases, plot: Plot) -> None:
        self.cases, self.plot, self.story = cases, plot, plot.story
        self.diary, self.people = cases.diary, cases.house.people
        self.dice = chance(f"course:{plot.key}")
        self.calendar = cases.calendar(plot.team)
        self.customer = cases.customers[plot.sale.customer]
        self.purchase = cases.purchases[plot.sale.reference]
        self.acknowledge, self.resolve = cases.targets(plot.story)
        self.at = plot.received

    # --- Times -----------------------------------------------------------------------------------------------------------------

    def _after(self, minutes: float) -> datetime:
        """The next step, so much working time later."""
        self.at = working(self.at, minutes, self.calendar)
        return self.at

    def _enter(self, deed: Callable[..., Any], **given: Any) -> None:
        """At the moment of this step, for the case that was taken in by then."""
        self.diary.enter(self.at, lambda: deed(self.plot.pk, **given))

    def _text(self, words: str) -> str:
        return self.plot.text(words, self.purchase.happened_at.astimezone(self.diary.zone))

    # --- Who -------------------------------------------------------------------------------------------------------------------

    @cached_property
    def handler(self) -> User:
        return self.people[self.plot.handler or LEADS[self.plot.team]]

    @property
    def is_own(self) -> bool:
        """Whether the handler is one of those who work only on what is theirs."""
        return self.handler.role_keys == {"agent"}

    def _who_hears_it(self) -> User:
        if self.is_own:
            return self.handler
        owner = self.cases.house.person(self.customer.owner_id)
        return owner or self.people[self.dice.choice(FRONT[self.story.language])]

    # --- The way ---------------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        plot = self.plot
        self._take_in()
        if plot.state.startswith("fresh"):
            return
        self._acknowledge()
        if plot.state == "acknowledged":
            return
        if self.story.passed_on and plot.state in SETTLED:
            self._pass_on()
        self._enter_at(self._after(self.dice.randrange(8, 45)), actions.start, by=self.handler)
        if plot.state in SETTLED or plot.state.startswith("reopened"):
            self._settle()
        elif plot.state.startswith("waiting"):
            self._ask(until=plot.state.endswith("until"))
        else:
            self._work()

    def _enter_at(self, moment: datetime, deed: Callable[..., Any], **given: Any) -> None:
        self.at = moment
        self._enter(deed, **given)

    def _take_in(self) -> None:
        story, person = self.story, people()[self.plot.sale.customer]
        public = story.channel == "web"
        by = None if public else self._who_hears_it()
        values: dict[str, Any] = {
            "customer": self.customer,
            "purchase": None if public else self.purchase,
            "kind": story.kind,
            "category": self.cases.categories.get(story.category),
            "severity": None if public else self.cases.severities.get(story.severity),
            "channel": story.channel,
            "subject": self._text(story.subject),
            "description": self._text(story.says),
            "wish": self._text(story.wish),
            "team": self.cases.house.teams[self.plot.team],
            "owner": by if by == self.handler and self.plot.handler else None,
            "via": "public" if public else "web",
            "submission": submission(f"case:{self.plot.key}"),
        }
        if public:
            said = {"name": person["name"], "phone": person["phone"], "email": person["email"]}
            values["given"] = {**said, "reference": self.plot.sale.reference}

        def deed() -> None:
            self.plot.pk = actions.take_in(by=by, **values).pk

        self.diary.enter(self.at, deed)

    def _acknowledge(self) -> None:
        slow = self.plot.state == "past" and self.dice.random() < 0.12
        share = self.dice.uniform(1.1, 1.9) if slow else self.dice.uniform(0.06, 0.75)
        moment = self._after(share * self.acknowledge)
        if self.is_own and self.story.channel == "web":
            lead = self.people[LEADS[self.plot.team]]
            self._enter(actions.assign, by=lead, to=self.handler)
            moment += timedelta(minutes=4)
        self._enter_at(moment, actions.acknowledge, by=self.handler)

    def _pass_on(self) -> None:
        if self.plot.team == PASSED_ON_TO:
            return
        first, team = self.handler, PASSED_ON_TO
        if self.is_own:
            first = self.people[LEADS[self.plot.team]]
        self._enter_at(
            self._after(12),
            actions.hand_over,
            by=first,
            team=self.cases.house.teams[team],
            note=self._text(self.story.passed_on),
        )
        self.plot.team, self.calendar = team, self.cases.calendar(team)
        self.__dict__["handler"] = self.people["sun"]

    def _work(self) -> None:
        """What has happened while it is worked on; the last word is still to come."""
        story = self.story
        if story.note:
            self._enter_at(self._after(15), actions.note, by=self.handler, text=self._text(story.note))
        if story.letter:
            self._write(self._after(25), story.letter)
        if story.promise:
            due = self.at + timedelta(hours=26 if self.plot.state != "late" else 5)
            if self.plot.state == "soon":
                due = self.diary.now + timedelta(hours=2, minutes=20)
            self._promise(self._after(4), max(due, self.at + timedelta(hours=1)))

    def _ask(self, *, until: bool = False) -> None:
        moment = self._after(self.dice.randrange(40, 200))
        then = self.diary.at(-1, "17:00") if until else None
        words = self._text(self.story.ask)
        self._enter_at(moment, actions.wait, by=self.handler, reason=words, until=then)

    def _write(self, moment: datetime, words: str) -> None:
        key = submission(f"letter:{self.plot.key}:{words[:40]}")
        self._enter_at(moment, actions.write, by=self.handler, text=self._text(words), submission=key)

    def _promise(self, moment: datetime, due: datetime) -> None:
        self._enter_at(
            moment,
            actions.promise_to_customer,
            by=self.handler,
            text=self._text(self.story.promise),
            due_at=due,
            submission=submission(f"promise:{self.plot.key}"),
        )

    def _keep(self, moment: datetime) -> None:
        def deed(pk: int) -> None:
            row = ComplaintPromise.objects.filter(complaint=pk, kept_at=None).first()
            if row:
                actions.keep_promise(row.pk, by=self.handler)

        self._enter_at(moment, deed)

    def _settle(self) -> None:
        """The whole way to its end, in its time or a little behind it; perhaps once more from the start."""
        story, dice = self.story, self.dice
        began, waited = self.plot.received, False
        if story.kind != Complaint.Kind.COMPLAINT:
            self._resolve(self._after(dice.randrange(30, 240)), story.resolution)
            self._close(dice)
            return
        if story.ask and dice.random() < 0.75:
            self._ask()
            answered = self.at + timedelta(hours=dice.uniform(2, 20))
            self._enter_at(by_day(answered, self.diary), actions.customer_wrote, text=self._text(story.reply))
            waited = True
        if story.note:
            self._enter_at(
                self._after(dice.randrange(10, 60)), actions.note, by=self.handler, text=self._text(story.note)
            )
        if story.letter:
            self._write(self._after(dice.randrange(15, 90)), story.letter)
        due = None
        if story.promise:
            due = working(self.at, 9 * HOUR, self.calendar)
            self._promise(self._after(3), due)
        late = self.plot.state == "past" and dice.random() < 0.24
        share = dice.uniform(1.05, 1.4) if late else dice.uniform(0.2, 0.85)
        if self.plot.state == "recent" or self.plot.reopens:
            share = dice.uniform(0.15, 0.4)
        start = self.at if waited else began
        end = max(
            working(start, share * self.resolve * (0.5 if waited else 1), self.calendar),
            working(self.at, 25, self.calendar),
        )
        if due is not None:
            kept = min(end - timedelta(minutes=10), due - timedelta(minutes=35))
            self._keep(kept if kept > self.at and dice.random() < 0.85 else end)
        self._resolve(end, story.resolution)
        if self.plot.reopens:
            self._again()
        else:
            self._close(dice)

    def _resolve(self, moment: datetime, words: str) -> None:
        self._enter_at(moment, actions.resolve, by=self.handler, note=self._text(words))

    def _close(self, dice: Any) -> None:
        share = dice.random()
        if share < 0.2:
            moment = by_day(self.at + timedelta(hours=dice.uniform(5, 40)), self.diary)
            self.diary.enter(moment, lambda: actions.customer_agreed(self.plot.pk))
        elif share < 0.9:
            self._enter_at(self._after(dice.randrange(17, 34) * HOUR), actions.close, by=self.handler)

    def _again(self) -> None:
        """The customer is not content: a second round, with clocks of its own."""
        dice, state = self.dice, self.plot.state
        moment = by_day(self.at + timedelta(hours=dice.uniform(18, 40)), self.diary)
        if state == "reopened":
            moment = self.diary.now - timedelta(hours=1, minutes=10)
        elif state == "reopened-working":
            moment = self.cases.due_in(self.resolve, 560, self.plot.team)
        words = self._text(self.story.again)
        self._enter_at(max(moment, self.at), actions.customer_wrote, text=words, unsatisfied=True)
        if state == "reopened":
            return
        self._enter_at(self._after(dice.randrange(20, 90)), actions.acknowledge, by=self.handler)
        self._enter_at(self._after(15), actions.start, by=self.handler)
        if state != "reopened-working":
            self._resolve(self._after(dice.randrange(3, 9) * HOUR), self.story.second)
            self._close(dice)
