"""Calls, visits and messages between times, prospects, and customers who want no more mail."""

from datetime import datetime, timedelta
from uuid import UUID

from crm.demo.company import ACCOUNTS, House
from crm.demo.diary import Diary, Rounds, chance, submission
from crm.demo.shop import Sale, ledger, people
from crm.demo.words import contacts as words
from crm.staff.models import User
from customers import actions
from customers.models import Customer, Interaction, OptOut

SPOKEN = 120  # contacts that somebody wrote down
SEEN = 7  # customers that each account opened last


class Contacts:
    def __init__(
        self, diary: Diary, house: House, customers: dict[str, Customer], moments: dict[str, datetime]
    ) -> None:
        self.diary, self.house, self.customers, self.moments = diary, house, customers, moments
        self.rounds = Rounds()

    def enter(self, *, first: bool) -> int:
        """How many things were not there yet. What leaves no key behind happens only the first time."""
        missing = self._spoken() + self._prospects()
        if first:
            self._opt_outs()
            self._archive()
            self._seen()
        return missing

    def _spoken(self) -> int:
        known = set(Interaction.objects.exclude(submission=None).values_list("submission", flat=True))
        sales = [sale for sale in ledger().sales if not sale.is_return]
        missing = 0
        for number in range(SPOKEN):
            dice = chance(f"spoken:{number}")
            sale = sales[int(len(sales) * dice.random() ** 0.8)]
            customer = self.customers[sale.customer]
            person = self.house.person(customer.owner_id) or self.house.people[dice.choice(("liu", "sophie", "zhou"))]
            moment = self._office(
                self.moments[sale.reference] + timedelta(days=dice.uniform(1, 24)), dice.randrange(540)
            )
            channel, direction, outcome, said = self.rounds.next(customer.language, words.SAID[customer.language])
            if channel == "visit" and direction == "out" and customer.kind == Customer.Kind.PERSON:
                channel, direction = "counter", "in"
            if spoken_key(number) in known or moment > self.diary.now:
                continue
            missing += 1
            self._say(
                moment, customer, person, channel, direction, outcome, _fill(said, sale, customer), spoken_key(number)
            )
        return missing

    def _say(
        self,
        moment: datetime,
        customer: Customer,
        person: User,
        channel: str,
        direction: str,
        outcome: str,
        said: str,
        key: UUID,
    ) -> None:
        self.diary.enter(
            moment,
            lambda: actions.log_interaction(
                customer.pk,
                by=person,
                channel=channel,
                direction=direction,
                outcome=outcome,
                summary=said,
                submission=key,
            ),
        )

    def _office(self, moment: datetime, minute: int) -> datetime:
        """On a working day between nine and six."""
        local = moment.astimezone(self.diary.zone)
        if local.weekday() == 6:
            local -= timedelta(days=1)
        moved = local.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(minutes=minute)
        return max(moved, moment) if moved.date() == moment.astimezone(self.diary.zone).date() else moved

    def _prospects(self) -> int:
        known = set(Customer.objects.exclude(submission=None).values_list("submission", flat=True))
        missing = 0
        for row in words.PROSPECTS:
            key = prospect_key(row[0])
            if key not in known:
                missing += 1
                self._prospect(row, key)
        return missing

    def _prospect(self, row: tuple, key: UUID) -> None:
        _key, kind, name, region, language, owner, phone, mail, days_ago, notes = row
        person = self.house.people[owner or "lead"]
        values = {
            "kind": kind,
            "name": name,
            "region": region,
            "language": language,
            "timezone": "Asia/Shanghai" if language.startswith("zh") else "Europe/London",
            "owner": person if owner else None,
            "team": person.team,
            "lifecycle": Customer.Lifecycle.PROSPECT,
            "notes": notes,
        }
        points = [{"kind": k, "value": v, "preferred": True} for k, v in (("phone", phone), ("email", mail)) if v]
        moment = self.diary.at(days_ago, "14:20") + timedelta(minutes=len(name) * 3)
        self.diary.enter(
            moment,
            lambda: actions.create_customer(by=person, values=values, contact_points=points, submission=key),
        )

    def _opt_outs(self) -> None:
        known = set(OptOut.objects.values_list("customer_id", flat=True))
        for reference, person in people().items():
            customer = self.customers[reference]
            if not person["opt_out"] or customer.pk in known:
                continue
            dice = chance(f"opt-out:{reference}")
            moment = self.diary.at(dice.randrange(6, 80), "20:10") + timedelta(minutes=dice.randrange(90))
            by = self.house.person(customer.owner_id) if person["opt_out"] == "staff" else None
            source = person["opt_out"] if by or person["opt_out"] != "staff" else "link"
            self.diary.enter(
                moment, lambda pk=customer.pk, source=source, by=by: actions.opt_out(pk, source=source, by=by)
            )

    def _archive(self) -> None:
        """Two who moved away and said so."""
        lost = [customer for customer in self.customers.values() if customer.lifecycle == Customer.Lifecycle.LOST]
        manager = self.house.people["manager"]
        for number, customer in enumerate(sorted(lost, key=lambda row: row.pk)[:2]):
            moment = self.diary.at(20 + 11 * number, "17:30")
            self.diary.enter(moment, lambda pk=customer.pk: actions.archive_customer(pk, by=manager))

    def _seen(self) -> None:
        for name in ACCOUNTS:
            person = self.house.people[name]
            rows = [customer for customer in self.customers.values() if customer.owner_id == person.pk]
            if person.has_role("lead", "handler"):
                rows = [customer for customer in self.customers.values() if customer.team_id == person.team_id]
            rows = rows or list(self.customers.values())
            found = chance(f"seen:{name}").sample(rows, min(SEEN, len(rows)))
            for number, customer in enumerate(found):
                moment = self.diary.now - timedelta(minutes=11 + 37 * number)
                self.diary.enter(moment, lambda pk=customer.pk, person=person: actions.mark_seen(pk, by=person))


def spoken_key(number: int) -> UUID:
    return submission(f"spoken:{number}")


def prospect_key(name: str) -> UUID:
    return submission(f"prospect:{name}")


def _fill(said: str, sale: Sale, customer: Customer) -> str:
    return said.format(goods=sale.goods.said(customer.language))
