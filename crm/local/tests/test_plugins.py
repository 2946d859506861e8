"""What every test stands on: servers of its own, a browser, Celery as a process."""

import os
import time

import pytest
from django.apps import apps
from django.db import connection


@pytest.mark.django_db
def test_a_run_has_a_postgresql_18_and_a_valkey_of_its_own():
    from django.core.cache import cache

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0])
    cache.set("seen", "yes")

    assert version // 10000 == 18
    assert cache.get("seen") == "yes"
    assert "rvt-" in os.environ["DATABASE_URL"] or os.environ.get("REVISIT_TEST_DATABASE_URL")


@pytest.mark.django_db(transaction=True)
def test_a_worker_of_its_own_process_writes_into_the_test_database(real_worker):
    heartbeats = apps.get_model("outbox", "Heartbeat").objects

    # A worker that comes up does at once what fell due, the heartbeat included.
    for _ in range(100):
        if heartbeats.exists():
            break
        time.sleep(0.1)

    assert heartbeats.exists(), real_worker.said("worker")


def test_a_page_of_the_live_server_shows_in_the_browser(open_page, live_server):
    page = open_page(language="zh-CN", phone=True)

    answer = page.goto("/sign-in/")

    assert answer is not None and answer.status == 200
