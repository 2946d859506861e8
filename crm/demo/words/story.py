"""The shape of a case that can be told: who says what, from the first word to the last."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    """Places in the texts: {goods} {n} (how many were bought) {order} {day} (when).

    `about` are the kinds of goods it can be told of, empty for any; `least` how many must have been bought. `ask` and
    `reply` stop and restart the clocks; `again` is what the customer says who is not content, `second` how it ends then.
    """

    key: str
    language: str
    category: str
    subject: str
    says: str
    resolution: str
    kind: str = "complaint"
    severity: str = "Normal"
    channel: str = "phone"
    about: tuple[str, ...] = ()
    least: int = 1
    after: tuple[int, int] = (2, 13)  # so many days after the purchase at the earliest and at the latest
    wish: str = ""
    ask: str = ""
    reply: str = ""
    letter: str = ""
    promise: str = ""
    note: str = ""
    again: str = ""
    second: str = ""
    passed_on: str = ""
