"""The figures above a list of answers: recommendation, satisfaction, response rate. Reads only, in two queries."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from satisfaction import scoring
from satisfaction.models import Invitation, LowScoreRule, Response


@dataclass(frozen=True)
class Results:
    """`few` says that n lies below the threshold under which a figure is greyed."""

    n: int
    nps: scoring.Nps | None
    csat: scoring.Share | None
    mean: float | None
    overall: dict[int, int]
    recommend: dict[int, int]
    asked: int
    answered: int
    refused: dict[str, int]
    threshold: int

    @property
    def rate(self) -> float | None:
        return self.answered / self.asked if self.asked else None

    @property
    def few(self) -> bool:
        return self.n < self.threshold


def results_of(responses: QuerySet[Response], invitations: QuerySet[Invitation]) -> Results:
    """`responses` and `invitations` as the reader may see them, already narrowed to team and period."""
    overall: Counter[int] = Counter()
    recommend: Counter[int] = Counter()
    n = 0
    for row in responses.order_by().values("overall", "nps").annotate(times=Count("pk")):
        n += row["times"]
        if row["overall"] is not None:
            overall[row["overall"]] += row["times"]
        if row["nps"] is not None:
            recommend[row["nps"]] += row["times"]
    asked = answered = 0
    refused: Counter[str] = Counter()
    for group in invitations.order_by().values("state", "refusal", "message__state").annotate(times=Count("pk")):
        if group["state"] == Invitation.State.REFUSED:
            refused[group["refusal"]] += group["times"]
        elif group["state"] == Invitation.State.ANSWERED:
            asked += group["times"]
            answered += group["times"]
        elif group["message__state"] == "sent":
            asked += group["times"]
    return Results(
        n=n,
        nps=scoring.nps(recommend),
        csat=scoring.csat(overall),
        mean=scoring.mean(overall),
        overall={score: overall[score] for score in range(1, 6)},
        recommend={score: recommend[score] for score in range(11)},
        asked=asked,
        answered=answered,
        refused=dict(refused),
        threshold=LowScoreRule.current().smallest_n,
    )
