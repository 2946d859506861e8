"""Settings of cases: deadlines with what they mean today, retiring what is in use, and cases that are only read."""

from datetime import timedelta

import pytest
from django.urls import reverse

from complaints.models import Category, Severity
from complaints.shipped import ship
from complaints.tests.test_pages import text
from tests.factories import make_complaint

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(people, sign_in):
    return sign_in(people.admin)


def test_a_new_installation_begins_with_four_severities_and_ten_categories_in_both_languages(db):
    assert [severity.name_zh for severity in Severity.objects.all()] == ["紧急", "高", "一般", "低"]
    assert Severity.objects.get(is_default=True).name_en == "Normal"
    assert Category.objects.count() == 10 and not Category.objects.filter(name_zh="").exists()


def test_shipping_again_leaves_what_people_made_of_it(db):
    Severity.objects.exclude(is_default=True).delete()
    ship()
    assert Severity.objects.count() == 1 and Category.objects.count() == 10


def test_a_severity_shows_when_a_case_received_now_would_be_due(admin, hours, severities):
    page = text(admin.get(reverse("admin:complaints_severity_change", args=[severities["Critical"].pk])))
    assert "Tue 17 Nov 11:00" in page and "Wed 18 Nov 10:00" in page and "House" in page


def test_deadlines_that_contradict_each_other_are_refused(admin, severities):
    severity = severities["Low"]
    url = reverse("admin:complaints_severity_change", args=[severity.pk])
    data = {
        "name_en": "Low",
        "name_zh": "低",
        "position": 3,
        "acknowledge_within": "10:00:00",
        "resolve_within": "05:00:00",
    }
    assert "cannot be due before" in text(admin.post(url, data))
    assert admin.post(url, data | {"resolve_within": "1 16:00:00"}).status_code == 302
    severity.refresh_from_db()
    assert severity.resolve_within == timedelta(hours=40)


def _act(client, model: str, action: str, *rows):
    url = reverse(f"admin:complaints_{model}_changelist")
    return client.post(url, {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True)


def test_the_default_severity_moves_and_is_never_retired(admin, severities):
    _act(admin, "severity", "make_default", severities["Low"])
    assert Severity.objects.get(is_default=True).name_en == "Low"

    page = text(_act(admin, "severity", "retire", *Severity.objects.all()))

    assert "cannot be retired" in page
    assert [severity.name_en for severity in Severity.objects.active()] == ["Low"]


def test_what_is_in_use_is_retired_and_not_deleted(admin, people, hours):
    category, other = Category.objects.all()[:2]
    make_complaint(owner=people.agent, category=category)
    assert admin.get(reverse("admin:complaints_category_delete", args=[category.pk])).status_code == 403
    assert admin.get(reverse("admin:complaints_category_delete", args=[other.pk])).status_code == 200

    _act(admin, "category", "retire", category)

    assert category not in Category.objects.active()
    assert str(category) not in text(admin.get("/complain/"))


def test_cases_are_only_read_there(admin, people, hours):
    complaint = make_complaint(owner=people.agent)
    assert admin.get(reverse("admin:complaints_complaint_changelist")).status_code == 200
    page = admin.get(reverse("admin:complaints_complaint_change", args=[complaint.pk]))
    assert page.status_code == 200 and 'name="_save"' not in text(page)
    assert admin.get(reverse("admin:complaints_complaint_add")).status_code == 403
    assert admin.post(reverse("admin:complaints_complaint_change", args=[complaint.pk]), {}).status_code == 403
    assert admin.get(reverse("admin:complaints_complaint_delete", args=[complaint.pk])).status_code == 403
