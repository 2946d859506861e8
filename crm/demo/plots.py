"""Which case is told of whom, when, and by whom it is handled: drawn with dice that fall alike at every run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from crm.demo.diary import DAYS, Diary, chance
from crm.demo.goods import Goods, goods
from crm.demo.shop import Sale, ledger, people
from crm.demo.words import cases_en, cases_zh
from crm.demo.words.story import Story

STORIES = {story.key: story for story in (*cases_zh.STORIES, *cases_en.STORIES)}
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]

PAST = 66  # cases of the last months that are over
SETTLED = ("past", "recent")

# What is open today: story, how it stands, team, handler.
OPEN = (
    ("en-late", "fresh", "care", None),
    ("zh-smell", "fresh-soon", "aftersales", None),
    ("zh-missing", "fresh-late", "returns", None),
    ("zh-invoice", "acknowledged", "care", "agent"),
    ("zh-refund-slow", "late", "returns", "sun"),
    ("zh-repair", "late", "aftersales", "he"),
    ("en-broken", "soon", "care", "handler"),
    ("zh-dead", "soon", "aftersales", "agent2"),
    ("en-attitude", "working", "care", "handler"),
    ("zh-peel", "working", "aftersales", "he"),
    ("zh-wrong-colour", "waiting-until", "care", "handler"),
    ("en-invoice", "waiting", "london", "tom"),
    ("zh-broken", "waiting", "aftersales", "agent2"),
    ("en-dead", "reopened", "care", "handler"),
    ("zh-late", "reopened-working", "care", "agent"),
    ("zh-ask-custom", "acknowledged", "care", "agent"),
)
# What was settled these days: story, days ago, team, handler.
RECENT = (
    ("zh-leak", 6, "aftersales", "he"),
    ("en-leak", 5, "care", "handler"),
    ("zh-praise", 4, "care", "liu"),
    ("en-ask-stock", 4, "london", "tom"),
    ("zh-ask-stock", 3, "care", "zhao"),
    ("en-praise-call", 2, "care", "sophie"),
)
HANDLERS = {
    ("care", "en"): ("handler", "handler", "agent", "sophie"),
    ("care", "zh-hans"): ("handler", "liu", "zhao", "agent"),
    ("london", "en"): ("imran", "imran", "tom"),
    ("aftersales", "zh-hans"): ("he", "he", "agent2", "zhou"),
    ("aftersales", "en"): ("he", "he", "agent2"),
    ("returns", "zh-hans"): ("sun",),
    ("returns", "en"): ("dev", "sun"),
}
ROOMS = {"Product quality": "aftersales", "Repair and after-sales": "aftersales"}
ROOMS |= {"Return and refund": "returns", "Wrong or missing item": "returns"}
PASSED_ON_TO = "returns"


def keys() -> list[str]:
    """The keys of all plots, known before anything is drawn."""
    named = [f"open-{row[0]}" for row in OPEN] + [f"recent-{row[0]}" for row in RECENT]
    return named + [f"past-{number}" for number in range(PAST)]


@dataclass
class Plot:
    """One case to be told. `pk` is known once it was taken in."""

    key: str
    story: Story
    sale: Sale
    state: str  # past, recent, or how it stands today
    team: str
    handler: str | None
    received: datetime
    reopens: bool = False
    pk: int = 0

    @property
    def goods(self) -> Goods:
        return _fitting(self.story, self.sale)[0]

    def text(self, words: str, bought_on: datetime) -> str:
        """`words` with their places filled."""
        chinese = self.story.language.startswith("zh")
        day = f"{bought_on.month}月{bought_on.day}日" if chinese else f"{bought_on.day} {MONTHS[bought_on.month - 1]}"
        found, quantity = _fitting(self.story, self.sale)
        return words.format(goods=found.said(self.story.language), n=quantity, order=self.sale.reference, day=day)


def _fitting(story: Story, sale: Sale) -> tuple[Goods, int]:
    """The first thing of the sale that the story can be told of, and how many were bought."""
    for description, quantity in sale.lines:
        found = goods(description)
        if quantity >= story.least and found.kind in (story.about or (found.kind,)) and found.kind != "other":
            return found, quantity
    raise LookupError(story.key)


def _fits(story: Story, sale: Sale) -> bool:
    try:
        return bool(_fitting(story, sale))
    except LookupError:
        return False


# From story, state and team to when it must have come in, so that its clock stands like that now.
Reckon = Callable[[Story, str, str], datetime]


def draw(diary: Diary, last_day_ago: int, reckon: Reckon) -> list[Plot]:
    """All plots, in the order in which their customers are chosen: those that are seen today first."""
    drawing = _Drawing(diary, last_day_ago, reckon)
    plots = [drawing.open(number, *row) for number, row in enumerate(OPEN)]
    plots += [drawing.recent(number, *row) for number, row in enumerate(RECENT)]
    plots += [drawing.past(number) for number in range(PAST)]
    return plots


class _Drawing:
    def __init__(self, diary: Diary, last_day_ago: int, reckon: Reckon) -> None:
        self.diary, self.shift, self.reckon = diary, last_day_ago, reckon
        self.taken: set[str] = set()
        self.rounds: dict[str, list[Story]] = {}

    def open(self, number: int, key: str, state: str, team: str, handler: str | None) -> Plot:
        story = STORIES[key]
        received = self.reckon(story, state, team)
        days_ago = (self.diary.today - self.diary.day_of(received)).days
        sale = self._sale(story, days_ago, chance(f"open:{number}"), handler=handler)
        return Plot(f"open-{key}", story, sale, state, team, handler, received, reopens="reopened" in state)

    def recent(self, number: int, key: str, days_ago: int, team: str, handler: str) -> Plot:
        dice = chance(f"recent:{number}")
        story = STORIES[key]
        sale = self._sale(story, days_ago, dice, handler=handler)
        return Plot(f"recent-{key}", story, sale, "recent", team, handler, self._moment(days_ago, story, dice))

    def past(self, number: int) -> Plot:
        """Spread over the weeks, a little denser towards today, as it is before the holidays."""
        dice = chance(f"past:{number}")
        share = (number + dice.random()) / PAST
        days_ago = 9 + round((DAYS - 11) * (1 - share**0.58))
        language = "zh-hans" if dice.random() < 0.56 else "en"
        story, sale = self._told(language, days_ago, dice)
        team = self._team(story, sale, dice)
        handler = dice.choice(HANDLERS[team, story.language])
        reopens = bool(story.again) and dice.random() < 0.4
        received = self._moment(days_ago, story, dice)
        return Plot(f"past-{number}", story, sale, "past", team, handler, received, reopens)

    def _told(self, language: str, days_ago: int, dice: Random) -> tuple[Story, Sale]:
        """The next story of the round that can be told of somebody who bought shortly before."""
        bag = self.rounds.setdefault(language, [])
        for _try in range(2):
            if not bag:
                bag.extend(story for story in STORIES.values() if story.language == language)
                chance(f"bag:{language}").shuffle(bag)
            for story in bag:
                if sale := self._find(story, days_ago, dice):
                    bag.remove(story)
                    return story, sale
            bag.clear()
        raise LookupError(f"nobody bought anything {days_ago} days ago that a story is told of")

    def _sale(self, story: Story, days_ago: int, dice: Random, handler: str | None) -> Sale:
        owner = handler if handler in ("agent", "agent2") else None
        for wider in (0, 7, 21, 60):
            if sale := self._find(story, days_ago, dice, owner=owner, wider=wider):
                return sale
        raise LookupError(story.key)

    def _find(self, story: Story, days_ago: int, dice: Random, owner: str | None = None, wider: int = 0) -> Sale | None:
        """Somebody who bought what the story is about at the right distance; where possible not twice the same customer."""
        least, most = story.after[0], story.after[1] + wider
        found = [
            sale
            for sale in ledger().sales
            if not sale.is_return
            and least <= sale.day + self.shift - days_ago <= most
            and people()[sale.customer]["language"] == story.language
            and _fits(story, sale)
        ]
        if not found:
            return None
        reached = [sale for sale in found if people()[sale.customer]["email"]]
        new = [sale for sale in found if sale.customer not in self.taken]
        own = [sale for sale in new if owner and people()[sale.customer]["owner"] == owner]
        both = [sale for sale in new if sale in reached]
        sale = dice.choice(own or (both if both and dice.random() < 0.9 else new) or found)
        self.taken.add(sale.customer)
        return sale

    def _team(self, story: Story, sale: Sale, dice: Random) -> str:
        owner = people()[sale.customer]["owner"]
        front = "london" if story.language == "en" and owner in ("tom", "hannah", "-london") else "care"
        room = ROOMS.get(story.category)
        if room is None or story.passed_on or (story.language == "en" and dice.random() < 0.5):
            return front
        return room

    def _moment(self, days_ago: int, story: Story, dice: Random) -> datetime:
        """A believable time of that day: the public page in the evening, everything else while somebody is there."""
        hour = time(dice.randrange(19, 23), dice.randrange(60))
        if story.channel != "web":
            hour = time(dice.choice((9, 10, 10, 11, 13, 14, 15, 15, 16, 17)), dice.randrange(60))
        day = self.diary.today - timedelta(days=days_ago)
        if day.weekday() == 6 and story.channel != "web":
            day += timedelta(days=1)
        return datetime.combine(day, hour, self.diary.zone)
