"""The page "no access" with the real roles."""

from django.template.loader import get_template
from django.test import RequestFactory
from django.utils import translation


def test_no_access_names_the_roles_that_have_the_permission_and_the_lead(people):
    request = RequestFactory().get("/")
    request.user = people.agent

    with translation.override("en"):
        html = get_template("403.html").render({"exception": "followups.assign_followup"}, request)

    assert "Team lead" in html and "Those who may" in html
    assert f"{people.lead} leads your team" in html
