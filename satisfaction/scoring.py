"""What scores are computed from answers: pure arithmetic, counts in, numbers out.

NPS: share of 9–10 minus share of 0–6, times 100. Its interval is the adjusted Wald one (3/4 promoters, 3/2 passives and 3/4
detractors added), which does not collapse to ±0 when all agree. CSAT: share of 4–5 on 1–5 with the Wilson interval.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Nps:
    """`score`, `low`, `high` in points, −100 to 100; `margin` is the plain 95 % margin of error; shares are 0–1."""

    n: int
    score: float
    margin: float
    low: float
    high: float
    promoters: float
    passives: float
    detractors: float


@dataclass(frozen=True)
class Share:
    """A proportion with its 95 % Wilson interval, all 0–1."""

    n: int
    k: int
    share: float
    low: float
    high: float


def nps(counts: Mapping[int, int], z: float = Z95) -> Nps | None:
    """From how often each answer 0–10 was given. None without an answer; ValueError for an answer outside 0–10."""
    if wrong := [answer for answer in counts if not 0 <= answer <= 10]:
        raise ValueError(f"not an answer of 0 to 10: {wrong[0]}")
    promoters = sum(count for answer, count in counts.items() if answer >= 9)
    detractors = sum(count for answer, count in counts.items() if answer <= 6)
    n = sum(counts.values())
    if n == 0:
        return None
    up, down = promoters / n, detractors / n
    margin = z * sqrt(_variance(up, down) / n)
    up_more, down_more = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    centre = up_more - down_more
    half = z * sqrt(_variance(up_more, down_more) / (n + 3))
    return Nps(
        n=n,
        score=100 * (up - down),
        margin=100 * margin,
        low=100 * max(-1.0, centre - half),
        high=100 * min(1.0, centre + half),
        promoters=up,
        passives=1 - up - down,
        detractors=down,
    )


def _variance(up: float, down: float) -> float:
    return up + down - (up - down) ** 2


def wilson(k: int, n: int, z: float = Z95) -> Share | None:
    """`k` of `n` with the Wilson score interval (Wilson 1927). None for n = 0; ValueError unless 0 ≤ k ≤ n."""
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n}")
    if n == 0:
        return None
    share = k / n
    denominator = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / denominator
    half = z / denominator * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # The interval holds its share; at the ends of the scale rounding would put it a hair outside.
    low, high = max(0.0, centre - half), min(1.0, centre + half)
    return Share(n=n, k=k, share=share, low=min(low, share), high=max(high, share))


def csat(counts: Mapping[int, int]) -> Share | None:
    """Share of 4 and 5 from how often each answer 1–5 was given."""
    if wrong := [answer for answer in counts if not 1 <= answer <= 5]:
        raise ValueError(f"not an answer of 1 to 5: {wrong[0]}")
    return wilson(sum(count for answer, count in counts.items() if answer >= 4), sum(counts.values()))


def mean(counts: Mapping[int, int]) -> float | None:
    n = sum(counts.values())
    return sum(answer * count for answer, count in counts.items()) / n if n else None
