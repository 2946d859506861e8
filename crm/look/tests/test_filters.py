"""Filters: what the address says, and what it says wrongly."""

import pytest
from django import forms
from django.contrib.auth.models import Group
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import translation

from crm.look.filters import FilterForm


class GroupFilters(FilterForm):
    q = forms.CharField(label="Words")
    tone = forms.MultipleChoiceField(label="Tone", choices=[("a", "Calm"), ("b", "Loud")])
    group = forms.ModelChoiceField(Group.objects.all(), label="Group")
    since = forms.DateField(label="Since")
    mine = forms.BooleanField(label="Mine")

    inline = ("q",)
    lookups = {"group": "pk", "tone": "name"}
    also = ("view",)

    def narrow_q(self, queryset, value):
        return queryset.filter(name__icontains=value)


@pytest.fixture
def groups(db):
    return [Group.objects.create(name=name) for name in ("a", "b", "north")]


def bound(query):
    return GroupFilters(QueryDict(query))


def test_an_empty_address_narrows_nothing_and_has_nothing_to_say(groups):
    filters = bound("")

    assert set(groups) <= set(filters.narrow(Group.objects.all()))
    assert filters.chips() == [] and filters.problems() == []


def test_methods_and_lookups_narrow(groups):
    a, b, north = groups

    assert list(bound("q=NOR").narrow(Group.objects.all())) == [north]
    assert list(bound("tone=a&tone=b").narrow(Group.objects.order_by("name"))) == [a, b]
    assert list(bound(f"group={b.pk}").narrow(Group.objects.all())) == [b]


def test_a_chip_says_the_words_and_leads_to_the_list_without_it(groups):
    filters = bound(f"tone=a&tone=b&group={groups[2].pk}&mine=on&sort=x&after=cursor")

    said = [(chip.label, chip.value) for chip in filters.chips()]
    assert said == [("Tone", "Calm"), ("Tone", "Loud"), ("Group", "north"), ("Mine", "")]
    first = filters.chips()[0].url_without
    assert "tone=b" in first and "tone=a" not in first and "sort=x" in first and "after" not in first
    assert filters.url_without_any == "?sort=x"


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("tone=shrill", "Tone"),
        ("group=999999999999999999999", "Group"),
        ("group=x", "Group"),
        ("since=31.31.2026", "Since"),
        ("q=%00", "Words"),
        ("colour=red", "colour"),
    ],
)
def test_what_is_not_understood_is_said_and_narrows_nothing(groups, query, part):
    with translation.override("en"):
        filters = bound(query)
        rows = list(filters.narrow(Group.objects.all()))
        problems = filters.problems()

    assert set(groups) <= set(rows)
    assert len(problems) == 1 and part in problems[0]


def test_known_parameters_are_no_problem(groups):
    assert bound("sort=x&after=1&before=2&view=mine").problems() == []


def test_the_filters_work_without_script_and_keep_the_order(groups, rf):
    filters = bound(f"group={groups[0].pk}&sort=x&colour=%3Cscript%3E")

    html = render_to_string("components/filters.html", {"filters": filters}, request=rf.get("/"))

    assert '<form class="rv-filters" method="get"' in html
    assert '<input type="hidden" name="sort" value="x">' in html
    assert 'name="since"' in html and "</button>" in html
    assert "<script>" not in html
