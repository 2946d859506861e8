"""The frame: what it shows to whom, what it costs, and that error pages need nothing."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation

from crm.look import frame as registry
from crm.look.context import Frame
from crm.look.frame import Banner, NavItem, NewItem


class Reader:
    """Somebody who is signed in; the frame asks for no more than this."""

    pk = 1
    is_authenticated = True
    team = None

    def __init__(self, name="Priya Nair"):
        self.name = name

    def __str__(self):
        return self.name


@pytest.fixture
def empty(monkeypatch):
    """Registries of this test alone."""
    for name, value in {"_nav": {}, "_new": {}, "_banners": [], "_bell": [], "_beat": [], "_who_may": []}.items():
        monkeypatch.setattr(registry, name, value)


def ask(path="/", user=None):
    request = RequestFactory().get(path)
    request.user = user or Reader()
    return request


def page(request, template="base.html", **context):
    from django.template.loader import get_template

    return get_template(template).render(context, request)


def test_every_registered_entry_leads_to_a_page_that_exists():
    for item in [*registry.nav_items(), *registry.new_items()]:
        assert reverse(item.url_name)


def test_positions_of_the_menus_are_told_apart():
    for items in (registry.nav_items(), registry.new_items()):
        assert len({item.position for item in items}) == len(items)


def test_entries_stand_in_their_order_and_only_where_the_reader_may(empty):
    registry.register_nav(NavItem("b", "Second", "users", "home", 20))
    registry.register_nav(NavItem("a", "First", "sun", "home", 10, count=lambda user: (3, "bad")))
    registry.register_nav(NavItem("c", "Hidden", "lock", "home", 30, allowed=lambda user: False))
    registry.register_nav(NavItem("d", "Not there", "lock", "nowhere:list", 40))

    entries = Frame(ask()).nav

    assert [(e.label, e.count, e.tone) for e in entries] == [("First", 3, "bad"), ("Second", None, "")]


def test_the_entry_with_the_longest_beginning_of_the_path_is_the_current_one(empty):
    registry.register_nav(NavItem("home", "Home", "sun", "home", 10))
    registry.register_nav(NavItem("out", "Outbox", "send", "outbox:list", 20, also=("/mailbox/",)))

    assert Frame(ask("/outbox/12/")).current == "out"
    assert Frame(ask("/mailbox/")).current == "out"
    assert Frame(ask("/elsewhere/")).current == "home"


def test_each_source_is_asked_once_a_page(empty):
    asked = []
    registry.register_nav(NavItem("a", "First", "sun", "home", 10, count=lambda user: asked.append("nav") or (3, "")))
    registry.register_bell(lambda request: asked.append("bell") or 2)
    registry.register_beat(lambda request: asked.append("beat") or (True, "On time"))
    registry.register_banner(lambda request: asked.append("banner"))
    registry.register_new(
        NewItem("x", "Customer", "user-plus", "home", 1, allowed=lambda u: asked.append("new") or True)
    )

    page(ask(), title="T")

    assert sorted(asked) == ["banner", "beat", "bell", "nav", "new"]


def test_strangers_get_a_page_without_menus_and_no_source_is_asked(empty, django_assert_num_queries):
    def never(*args):
        raise AssertionError("asked for a stranger")

    registry.register_nav(NavItem("a", "First", "sun", "home", 10, allowed=never, count=never))
    registry.register_new(NewItem("x", "Customer", "user-plus", "home", 1, allowed=never))
    registry.register_banner(never)
    registry.register_bell(never)
    registry.register_beat(never)

    html = page(ask(user=AnonymousUser()), title="Sign in")

    assert "rv-open" in html and "rv-side" not in html and "rv-bottom" not in html


def test_the_frame_itself_costs_no_query(empty, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        page(ask(), title="T")


def test_a_banner_says_what_is_wrong_and_what_to_do(empty):
    registry.register_banner(lambda request: Banner("bad", "Reminders stand still", "since 10:02.", "/health/"))

    html = page(ask(), title="T")

    assert 'class="rv-banner bad"' in html and "Reminders stand still" in html and 'href="/health/"' in html


def test_initials_are_two_letters_or_the_given_name(empty):
    assert Frame(ask(user=Reader("Priya Nair"))).initials == "PN"
    assert Frame(ask(user=Reader("周敏"))).initials == "周敏"
    assert Frame(ask(user=Reader("欧阳国栋"))).initials == "国栋"
    assert Frame(ask(user=Reader("admin"))).initials == "AD"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_page_names_its_language_has_one_heading_and_nothing_inline(empty, language):
    with translation.override(language):
        html = page(ask(), title="T")

    assert f'<html lang="{language}"' in html
    assert html.count("<h1") == 1
    assert " style=" not in html and " onclick=" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert '"allowEval":false' in html and '"includeIndicatorStyles":false' in html


@pytest.mark.parametrize("template", ["400.html", "500.html", "503.html"])
def test_error_pages_need_neither_request_nor_database_and_speak_both_languages(template):
    html = render_to_string(template)

    assert 'lang="zh-Hans"' in html and "<h1>" in html
    assert template[:3] in html


def test_no_access_says_which_roles_may_when_the_permission_is_named(empty):
    registry.register_who_may(lambda permission: ["Team lead", "Manager"] if permission == "complaints.assign" else [])

    with translation.override("en"):
        named = page(ask(), "403.html", exception="complaints.assign")
        said = page(ask(), "403.html", exception="Only the person who took it may give it back.")

    assert "Those who may: Team lead, Manager." in named and "complaints.assign" not in named
    assert "Only the person who took it" in said


def test_no_access_names_the_lead_who_can_help(empty):
    class Team:
        def responsible_lead(self):
            return Reader("Helen Marsh")

    reader = Reader()
    reader.team = Team()

    with translation.override("en"):
        html = page(ask(user=reader), "403.html", exception="")

    assert "Helen Marsh leads your team" in html


def test_not_found_offers_the_search_and_names_nobody(empty):
    with translation.override("en"):
        html = page(ask("/customers/C-999/"), "404.html", exception="No Customer matches")

    assert 'type="search"' in html and "Customer matches" not in html


def test_a_public_page_is_small_and_asks_for_one_stylesheet_and_no_script(empty, settings):
    html = page(ask(user=AnonymousUser()), "public.html", title="T")
    css = (settings.BASE_DIR / "static" / "css" / "public.css").stat().st_size

    assert len(html) + css < 100_000
    assert "<script" not in html and html.count("stylesheet") == 1
    assert "http://" not in html and "https://" not in html


def tagged(source, request=None, **context):
    return Template("{% load look %}" + source).render(Context({"request": request or ask(), **context}))


def test_a_changed_filter_begins_at_the_first_page():
    request = ask("/list/?team=3&after=x&sort=due")

    assert tagged("{% qs team=4 %}", request) == "?team=4&amp;sort=due"
    assert tagged('{% qs team="" %}', request) == "?sort=due"


def test_a_telephone_number_is_dialled_by_its_digits():
    assert tagged("{{ n|tel }}", n="+86 138-0013-8000") == '<a class="nw" href="tel:+8613800138000">138 0013 8000</a>'
    assert tagged("{{ n|tel }}", n="") == ""
    assert "<script>" not in tagged("{{ n|tel }}", n="<script>1")


def test_a_state_is_a_colour_and_a_word():
    html = tagged('{% status "failed" "Failed" "bad" %}')

    assert "Failed" in html and "rv-dot bad" in html and 'data-status="failed"' in html


def test_what_people_typed_is_escaped_in_every_tag():
    evil = "<b onclick=1>"

    for source in ("{% status e e %}", "{% tag e %}", "{% badge e %}", "{{ e|tel }}", "{% icon e %}"):
        assert "<b " not in tagged(source, e=evil)


def test_no_two_entries_of_the_new_menu_have_the_same_key():
    keys = [item.shortcut for item in registry._new.values() if item.shortcut]

    assert keys and len(keys) == len(set(keys))
