"""Rows of satisfaction: staff by scope, the survey for whoever has the link."""

from satisfaction.words import token_of
from tests.access import SATISFACTION, Record, Row, everyone, public
from tests.factories import make_response

ROWS = [
    Row("satisfaction:list", everyone(200)),
    Row("satisfaction:list", everyone(200), query="?view=invitations"),
    Row("satisfaction:list", everyone(200), query="?score=bad&team=x&since=never&after=x"),
    Row("satisfaction:response", SATISFACTION, record="response"),
    # An answered link: the page that says so, for everybody alike, signed in or not.
    Row("satisfaction:answer", public(410), record="response", args=lambda row: [token_of(row.invitation)]),
    Row("satisfaction:answer", public(404), args=["wrong"]),
]
RECORDS = {"response": Record(make=lambda owner, team: make_response(owner=owner, team=team))}
