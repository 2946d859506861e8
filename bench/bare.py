"""The bare view that pages are compared with: same frame, same filter form, session user, one indexed query of 50 rows.

`compare(client, name, url, …)` asks the page and the bare view in turn, in this process through the whole of the middleware,
and gives median and 95th percentile of both. Whoever measures a page uses it, so that all ratios have one base.
"""

import gc
import time
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, override_settings
from django.urls import path

from bench.figures import Figure, middle_and_p95
from crm.urls import urlpatterns as ours
from customers.forms.filters import CustomerFilters
from customers.models import Customer

TIMES, WARM = 120, 12
PAGE = """{% extends "base.html" %}
{% block filters %}{% include "components/filters.html" %}{% endblock %}
{% block content %}<table class="rv-table"><tbody>{% for row in rows %}
<tr><td><a class="open" href="{{ row.get_absolute_url }}">{{ row.title }}</a></td><td>{{ row.number }}</td></tr>
{% endfor %}</tbody></table>{% endblock %}"""


def bare(request: HttpRequest) -> HttpResponse:
    context = {
        "title": "Bare",
        "filters": CustomerFilters(request.GET, user=request.user),
        "rows": Customer.objects.order_by("sort_key", "pk")[:50],
    }
    return HttpResponse(engines["django"].from_string(PAGE).render(context, request))


urlpatterns = [*ours, path("bare/", bare, name="bare")]


def _seconds(client: Client, url: str, **headers: str) -> float:
    begun = time.perf_counter()
    answer = client.get(url, headers=headers)
    taken = time.perf_counter() - begun
    assert answer.status_code == 200, (url, answer.status_code)
    return taken


def compare(client: Client, name: str, *urls: str, times: int = TIMES, **headers: str) -> Iterator[Figure]:
    """Two figures, `<name>_p50` and `<name>_p95` in ms, with the bare view's as their base. Several `urls` take turns."""
    page, base = [], []
    with override_settings(ROOT_URLCONF=__name__):
        for turn in range(WARM + times):
            gc.collect() if turn == WARM else None
            pair = _seconds(client, urls[turn % len(urls)], **headers), _seconds(client, "/bare/")
            if turn >= WARM:
                page.append(pair[0] * 1000)
                base.append(pair[1] * 1000)
    for label, value, against in zip(("p50", "p95"), middle_and_p95(page), middle_and_p95(base), strict=True):
        yield Figure(f"{name}_{label}", value, "ms", against)


def signed_in(role: str) -> Client:
    """A browser of somebody with this role; they are made when the database has nobody of the kind."""
    from crm.staff.models import Role, Team, User

    group = Role.objects.get(key=role).group
    user = User.objects.filter(groups=group, is_active=True).first()
    if user is None:
        team = Team.objects.order_by("path").first()
        user = User.objects.create_user(f"bench-{role}", name="Bench", team=team)
        user.groups.add(group)
    client = Client()
    client.force_login(user)
    return client
