"""The business clock on random calendars: what must hold for any of them, and a model that walks minute by minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm.worktime.clock import Calendar, NoOpenTime, due_at, elapsed, explain

# Changes of clocks at 2, at 3, at midnight, by half an hour, against the sun; none at all; a date that was skipped.
ZONES = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Asia/Shanghai",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Dublin",
    "Pacific/Apia",
    "UTC",
]
# Days around which one of them or the other changes its clocks.
AROUND = [
    date(2011, 12, 30),
    date(2018, 11, 4),
    date(2024, 3, 31),
    date(2024, 4, 26),
    date(2024, 10, 27),
    date(2026, 11, 24),
]
DAY = timedelta(days=1)

many = settings(max_examples=80, deadline=None)


@st.composite
def windows(draw, step: int = 1, at_least: int = 0):
    edges = draw(st.lists(st.integers(0, 1440 // step), min_size=2 * at_least, max_size=6, unique=True))
    edges = sorted(edge * step for edge in edges)
    return list(zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw, step: int = 1, zones=tuple(ZONES)):
    """(constructor's arguments, the day around which its special dates lie)."""
    around = draw(st.sampled_from(AROUND))
    week = {weekday: draw(windows(step)) for weekday in draw(st.sets(st.integers(0, 6)))}
    week[draw(st.integers(0, 6))] = draw(windows(step, at_least=1))
    dates = draw(st.lists(st.integers(-10, 20), max_size=6, unique=True))
    special: dict = {"holidays": [], "extra_workdays": {}, "shifts": {}}
    for days in dates:
        kind = draw(st.sampled_from(sorted(special)))
        if kind == "holidays":
            special[kind].append(around + days * DAY)
        else:
            special[kind][around + days * DAY] = draw(windows(step))
    breaks = {around + days * DAY: draw(windows(step)) for days in draw(st.sets(st.integers(-10, 20), max_size=2))}
    return {"timezone": draw(st.sampled_from(zones)), "week": week, **special, "breaks": breaks}, around


def moments(around: date, days: int = 12):
    first = datetime(around.year, around.month, around.day, tzinfo=UTC)
    return st.integers(-3 * 86_400_000_000, days * 86_400_000_000).map(lambda us: first + timedelta(microseconds=us))


def spans(around: date):
    return st.lists(st.tuples(moments(around), moments(around)).map(lambda pair: tuple(sorted(pair))), max_size=5)


targets = st.one_of(
    st.just(timedelta(0)),
    st.integers(1, 60 * 3_600_000_000).map(lambda us: timedelta(microseconds=us)),
    st.integers(1, 5000).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(1, 400).map(lambda days: timedelta(days=days)),
)


@many
@given(st.data(), calendars(), targets)
def test_elapsed_up_to_the_deadline_is_the_target(data, made, target):
    arguments, around = made
    calendar, start, pauses = Calendar(**arguments), data.draw(moments(around)), data.draw(spans(around))

    due = due_at(start, target, calendar, pauses)

    assert due >= start
    assert elapsed(start, due, calendar, pauses) == target
    if target:
        # It is the first such moment: just before, something was missing.
        assert elapsed(start, max(start, due - timedelta(microseconds=1)), calendar, pauses) < target
    else:
        assert elapsed(due, due + timedelta(microseconds=1), calendar, pauses)


@many
@given(st.data(), calendars(), targets)
def test_splitting_a_pause_changes_nothing(data, made, target):
    arguments, around = made
    calendar, pauses = Calendar(**arguments), data.draw(spans(around))
    start, end = sorted(data.draw(st.tuples(moments(around), moments(around, 40))))
    split = [
        part
        for begins, ends in pauses
        for cut in [begins + (ends - begins) / 3]
        for part in ((begins, cut), (cut, ends))
    ]
    split = data.draw(st.permutations(split))

    assert due_at(start, target, calendar, split) == due_at(start, target, calendar, pauses)
    assert elapsed(start, end, calendar, split) == elapsed(start, end, calendar, pauses)


@many
@given(st.data(), calendars(), targets)
def test_a_pause_never_makes_a_deadline_earlier_and_a_longer_target_never_either(data, made, target):
    arguments, around = made
    calendar, start, pauses = Calendar(**arguments), data.draw(moments(around)), data.draw(spans(around))
    due = due_at(start, target, calendar, pauses)

    assert due >= due_at(start, target, calendar, pauses[1:])
    assert due <= due_at(start, target + data.draw(targets), calendar, pauses)
    assert due <= due_at(start + data.draw(targets), target, calendar, pauses)


@many
@given(st.data(), calendars())
def test_elapsed_over_parts_is_elapsed_over_the_whole(data, made):
    arguments, around = made
    calendar, pauses = Calendar(**arguments), data.draw(spans(around))
    first, second, third = sorted(data.draw(st.tuples(*[moments(around, 60)] * 3)))

    whole = elapsed(first, third, calendar, pauses)

    assert whole == elapsed(first, second, calendar, pauses) + elapsed(second, third, calendar, pauses)
    assert timedelta(0) <= whole <= third - first
    assert whole + sum((elapsed(b, e, calendar) for b, e in clipped(pauses, first, third)), timedelta(0)) == elapsed(
        first, third, calendar
    )
    days = explain(first, third, calendar, pauses)
    assert days[-1].total == whole == sum((day.time for day in days), timedelta(0))


@settings(max_examples=40, deadline=None)
@given(st.data(), calendars())
def test_whole_weeks_are_what_their_days_are(data, made):
    arguments, around = made
    calendar, pauses = Calendar(**arguments), data.draw(spans(around))
    start, end = sorted(data.draw(st.tuples(moments(around), moments(around, 400))))

    days = explain(start, end, calendar, pauses)  # goes day by day

    assert elapsed(start, end, calendar, pauses) == days[-1].total
    assert elapsed(start, due_at(start, days[-1].total, calendar, pauses), calendar, pauses) == days[-1].total


def clipped(pauses, first, last):
    """The pauses as merged spans between two moments."""
    merged: list[list[datetime]] = []
    for begins, ends in sorted(pauses):
        begins, ends = max(begins, first), min(ends, last)
        if begins < ends:
            if merged and begins <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], ends)
            else:
                merged.append([begins, ends])
    return merged


@many
@given(st.data(), calendars(), targets)
def test_a_holiday_is_never_earlier_and_a_make_up_day_never_later(data, made, target):
    arguments, around = made
    start, pauses = data.draw(moments(around)), data.draw(spans(around))
    special = {*arguments["holidays"], *arguments["extra_workdays"], *arguments["shifts"], *arguments["breaks"]}
    free = [on for on in (around + days * DAY for days in range(-3, 16)) if on not in special]
    day = data.draw(st.sampled_from(free))
    due = due_at(start, target, Calendar(**arguments), pauses)

    closed = Calendar(**{**arguments, "holidays": [*arguments["holidays"], day]})
    assert due_at(start, target, closed, pauses) >= due

    if not arguments["week"].get(day.weekday()):
        hours = data.draw(windows(at_least=1))
        opened = Calendar(**{**arguments, "extra_workdays": {**arguments["extra_workdays"], day: hours}})
        assert due_at(start, target, opened, pauses) <= due


# --- A model that knows nothing of offsets: it looks at the wall clock, step by step ----------------------------------

STEP = timedelta(minutes=15)


def is_open(arguments: dict, moment: datetime) -> bool:
    local = moment.astimezone(ZoneInfo(arguments["timezone"]))
    on, minute = local.date(), local.hour * 60 + local.minute
    if on in arguments["holidays"]:
        return False
    hours = {**arguments["shifts"], **arguments["extra_workdays"]}.get(on, arguments["week"].get(on.weekday(), []))
    within = any(opens <= minute < closes for opens, closes in hours)
    return within and not any(opens <= minute < closes for opens, closes in arguments["breaks"].get(on, []))


# Hours on the full hour cannot begin or end inside of what these zones skip or repeat; Lord Howe's half hour can.
HOURLY = tuple(zone for zone in ZONES if zone != "Australia/Lord_Howe")


@settings(max_examples=40, deadline=None)
@given(st.data(), calendars(step=60, zones=HOURLY))
def test_the_clock_agrees_with_a_walk_along_the_wall_clock(data, made):
    arguments, around = made
    calendar = Calendar(**arguments)
    quarter = st.integers(-96, 96 * 4).map(
        lambda count: datetime(around.year, around.month, around.day, tzinfo=UTC) + count * STEP
    )
    start = data.draw(quarter)
    pauses = data.draw(st.lists(st.tuples(quarter, quarter).map(lambda pair: tuple(sorted(pair))), max_size=3))
    walked = [
        moment
        for moment in (start + count * STEP for count in range(96 * 10))
        if is_open(arguments, moment) and not any(begins <= moment < ends for begins, ends in pauses)
    ]

    assert elapsed(start, start + 10 * DAY, calendar, pauses) == len(walked) * STEP
    for count in {1, len(walked) // 2, len(walked)} - {0}:
        if count <= len(walked):
            assert due_at(start, count * STEP, calendar, pauses) == walked[count - 1] + STEP


@many
@given(st.data(), calendars())
@example(None, ({"timezone": "UTC", "week": {}}, AROUND[0]))
def test_without_weekly_hours_a_deadline_is_found_or_refused_but_never_sought_for_ever(data, made):
    arguments, around = made
    start = data.draw(moments(around)) if data else datetime(2026, 1, 1, tzinfo=UTC)
    calendar = Calendar(**{**arguments, "week": {}})
    available = elapsed(start, start + 100 * DAY, calendar)
    target = timedelta(hours=30)
    try:
        due = due_at(start, target, calendar)
    except NoOpenTime:
        assert available < target
    else:
        assert available >= target
        assert elapsed(start, due, calendar) == target
