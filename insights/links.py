"""Where each figure leads: the list whose rows it counts, with the same team and period."""

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from insights.figures import Scope


def _url(name: str, scope: Scope, **values) -> str:
    if scope.team:
        values["team"] = scope.team.pk
    given = {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}
    return f"{reverse(name)}?{urlencode(given)}"


def complaints(scope: Scope, view: str, **values) -> str:
    return _url("complaints:list", scope, view=view, kind="complaint", **values)


def followups(scope: Scope, view: str, **values) -> str:
    return _url("followups:list", scope, view=view, **values)


def responses(scope: Scope, **values) -> str:
    return _url("satisfaction:list", scope, since=scope.since, until=scope.until, **values)


def invitations(scope: Scope) -> str:
    return _url("satisfaction:list", scope, view="invitations", since=scope.since, until=scope.until)


def purchases(scope: Scope, since: date, until: date) -> str:
    return _url("customers:purchases", scope, kind="sale", since=since, until=until)


def customers(scope: Scope, since: date, until: date) -> str:
    """Customers who bought; the team is the purchase's, so it goes under its own name."""
    values = {"bought_since": since.isoformat(), "bought_until": until.isoformat()}
    if scope.team:
        values["bought_team"] = str(scope.team.pk)
    return f"{reverse('customers:list')}?{urlencode(values)}"
