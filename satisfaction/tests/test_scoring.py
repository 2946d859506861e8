"""The formulas against published numbers, and what they refuse."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from satisfaction import scoring


@pytest.mark.parametrize(
    ("promoters", "passives", "detractors", "score", "margin"),
    [(162, 108, 54, 33.3333, 8.1159), (70, 20, 10, 60, 13.0009)],
)
def test_nps_and_its_margin_of_error(promoters, passives, detractors, score, margin):
    found = scoring.nps({10: promoters, 8: passives, 3: detractors})
    assert found.score == pytest.approx(score, abs=0.01)
    assert found.margin == pytest.approx(margin, abs=0.01)


@pytest.mark.parametrize(("k", "n", "low", "high"), [(81, 263, 0.2553, 0.3662), (0, 20, 0.0, 0.1611)])
def test_wilson_interval(k, n, low, high):
    found = scoring.wilson(k, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)


def test_ten_of_ten_is_not_certain():
    assert scoring.nps({10: 10}).low < 100
    assert scoring.wilson(10, 10).low < 1


def test_no_answer_is_no_score():
    assert scoring.nps({}) is None
    assert scoring.csat({}) is None
    assert scoring.mean({}) is None


def test_zero_is_an_answer():
    assert scoring.nps({0: 1}).score == -100


@pytest.mark.parametrize("answer", [-1, 11])
def test_what_lies_outside_the_scale_is_refused(answer):
    with pytest.raises(ValueError, match=str(answer)):
        scoring.nps({answer: 1})


@pytest.mark.parametrize("answer", [0, 6])
def test_satisfaction_outside_its_scale_is_refused(answer):
    with pytest.raises(ValueError, match=str(answer)):
        scoring.csat({answer: 1})


@given(st.dictionaries(st.integers(0, 10), st.integers(1, 500), min_size=1))
def test_a_score_lies_on_its_scale_and_its_shares_are_everybody(counts):
    found = scoring.nps(counts)
    assert -100 <= found.low <= found.high <= 100
    assert -100 <= found.score <= 100
    assert found.promoters + found.passives + found.detractors == pytest.approx(1)


@example(0, 69)
@given(st.integers(0, 300), st.integers(1, 300))
def test_a_share_lies_within_its_interval(k, more):
    found = scoring.wilson(k, k + more)
    assert 0 <= found.low <= found.share <= found.high <= 1
