"""Surveys at work: who is asked is the product's own doing; here stands who answers, when, and what."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from crm.demo.diary import Diary, Rounds, by_day, chance
from crm.demo.shop import Sale
from crm.demo.words import opinions as words
from satisfaction import actions
from satisfaction.models import Invitation, LowScoreRule, Survey

ANSWERS = {"purchase": 0.5, "complaint": 0.8}  # of those who are asked
CONTENT = {"purchase": (0.6, 0.85), "complaint": (0.5, 0.74)}  # good up to here, fair up to there


@dataclass
class Opinions:
    diary: Diary
    sales: dict[int, Sale]  # by the id of the purchase
    rescue: Callable[[], None]  # what a low score nudges
    seen: int = 0
    rounds: Rounds = field(default_factory=Rounds)

    def begin(self) -> None:
        Survey.objects.update(active_from=self.diary.begin)
        self.rule = LowScoreRule.current()

    def look(self) -> None:
        """What the minute's look asks, and what becomes of it."""
        if not actions.invite_due(seconds=600):
            return
        fresh = Invitation.objects.filter(pk__gt=self.seen).select_related("customer").order_by("pk")
        for row in fresh:
            self.seen = row.pk
            if row.state == Invitation.State.SENT:
                self._enter(row)

    def _enter(self, row: Invitation) -> None:
        sale = self.sales.get(row.source_id) if row.source_kind == Invitation.Source.PURCHASE else None
        about = sale.reference if sale else f"{row.source_id}:{row.round}"
        dice = chance(f"opinion:{row.source_kind}:{about}")
        if dice.random() >= ANSWERS[row.source_kind]:
            return
        asked = row.created_at
        moment = by_day(asked + timedelta(hours=min(dice.expovariate(1 / 18) + 0.2, 200)), self.diary)
        answer = self._answer(row, sale, dice)
        self.diary.enter(moment, lambda: self._give(row, answer))

    def _give(self, row: Invitation, answer: dict) -> None:
        response = actions.answer(row.pk, language=row.language, **answer)
        if response.is_low(self.rule):
            self.rescue()

    def _answer(self, row: Invitation, sale: Sale | None, dice: Random) -> dict:
        good, fair = CONTENT[row.source_kind]
        share = dice.random()
        mood = words.GOOD if share < good else words.FAIR if share < fair else words.BAD
        overall, nps = _scores(mood, dice)
        pool = words.AFTER_PURCHASE if sale else words.AFTER_COMPLAINT
        said = sale.goods.said(row.language) if sale else ""
        comment = ""
        if dice.random() < (0.85 if mood == words.BAD else 0.5):
            key = (mood, row.language)
            comment = self.rounds.next((row.source_kind, *key), pool[key]).format(goods=said)
        skipped = dice.random()
        if skipped < 0.05:
            nps = None
        elif skipped < 0.09:
            overall = None
        return {"overall": overall, "nps": nps, "comment": comment}


def _scores(mood: str, dice: Random) -> tuple[int | None, int | None]:
    if mood == words.GOOD:
        return dice.choice((5, 5, 5, 4)), dice.choice((10, 10, 9, 9, 9, 10, 9, 8))
    if mood == words.FAIR:
        return dice.choice((4, 4, 4, 3)), dice.choice((7, 8, 8, 7, 8))
    return dice.choice((3, 2, 2, 1, 2)), dice.choice((6, 5, 4, 3, 2, 6, 5))
