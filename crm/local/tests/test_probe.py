"""Who is frozen: read off /healthz and the length of the queue, never off one look."""

import pytest

from crm.local.probe import CLOCK_TOO_OLD, IN_A_ROW, Finding, verdict

WELL = {"status": "ok", "database": True, "redis": True, "clock_age_s": 12, "oldest_unsent_s": None, "failed": 0}
OLD = {**WELL, "status": "failing", "clock_age_s": CLOCK_TOO_OLD + 5}


@pytest.mark.parametrize(
    ("finding", "suspect"),
    [
        (Finding(200, WELL, 0), None),
        (Finding(None, {}, 0), "web"),
        (Finding(503, OLD, 9), "worker"),
        (Finding(503, OLD, 0), "beat"),
        (Finding(503, {**OLD, "database": False}, 9), None),
        (Finding(503, {**OLD, "redis": False}, None), None),
        (Finding(503, {**WELL, "clock_age_s": None}, 0), None),
    ],
)
def test_each_sign_speaks_against_one_part(finding, suspect):
    assert finding.suspect == suspect


def test_one_bad_look_is_no_verdict():
    assert verdict([Finding(None, {})] * (IN_A_ROW - 1)) is None
    assert verdict([Finding(None, {}), Finding(200, WELL), Finding(None, {})]) is None
    assert verdict([Finding(None, {})] * IN_A_ROW) == "web"


def test_stuck_mail_alone_does_not_keep_a_start_from_being_ready():
    assert Finding(503, {**WELL, "status": "failing", "oldest_unsent_s": 4000}).ready
    assert not Finding(503, {**WELL, "status": "failing", "clock_age_s": None}).ready
    assert not Finding(503, {**WELL, "database": False}).ready
    assert not Finding(None, {}).ready
