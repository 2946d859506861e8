"""When to try again after a call that did not get through: pure arithmetic on working time."""

from datetime import datetime, timedelta

from crm.worktime.clock import Calendar, NoOpenTime, due_at

# Working time until the next try. What is not named here is either done (reached, refused) or asked for (call back).
WAIT = {
    "busy": timedelta(minutes=30),
    "no_answer": timedelta(hours=3),
    "wrong_number": timedelta(hours=8),
}


def propose(outcome: str, now: datetime, calendar: Calendar) -> datetime | None:
    """The next try after `outcome` at `now` (aware), inside office hours, in the calendar's zone; None when the outcome asks
    for none. A calendar that never opens gives plain clock time, so that nothing is ever left without a next try."""
    wait = WAIT.get(outcome)
    if wait is None:
        return None
    try:
        return due_at(now, wait, calendar).replace(second=0, microsecond=0)
    except NoOpenTime:
        return (now + wait).replace(second=0, microsecond=0)
