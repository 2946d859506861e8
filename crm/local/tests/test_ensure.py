"""Any manage.py command finds the embedded servers or starts them for as long as it runs."""

import os
import signal
import stat

import pytest

from crm.local import leftovers
from crm.local.ensure import needs_stores
from crm.local.keeper import is_kept
from crm.local.places import Places
from crm.local.tests.clean import run, start, wait_for

# What manage.py does, without Django: joins, says that it is in, waits to be told to go.
COMMAND = """
import os, sys
from crm.local.ensure import ensure_servers
ensure_servers(["manage.py", "migrate"])
import psycopg2, environ
found = environ.Env.db_url_config(os.environ["DATABASE_URL"])
connection = psycopg2.connect(host=found["HOST"], port=found["PORT"], user=found["USER"], dbname=found["NAME"])
with connection.cursor() as cursor:
    cursor.execute("SELECT pg_postmaster_start_time()::text, current_user")
    print("in", *cursor.fetchone(), flush=True)
connection.close()
import time; time.sleep(float(os.environ.get("STAY") or 0))
"""


def servers_of(places: Places) -> list[int]:
    return leftovers.working_in(places.postgres)


@pytest.fixture
def places(tmp_path):
    places = Places(tmp_path / "数据 folder")
    yield places
    assert wait_for(lambda: not is_kept(places) if places.run.exists() else True, 15)
    assert servers_of(places) == []


def test_a_command_alone_starts_the_servers_and_leaves_nothing_behind(places):
    code, said = run("-c", COMMAND, data=places.data)

    assert code == 0, said
    assert said.startswith("in ") and said.rstrip().endswith("revisit")
    assert not is_kept(places) and servers_of(places) == []
    assert stat.S_IMODE((places.data / "secret_key").stat().st_mode) == 0o600


def test_commands_at_the_same_time_share_the_servers_and_the_last_one_ends_them(places):
    several = [start("-c", COMMAND, data=places.data, STAY=str(stay)) for stay in (0.1, 1, 2)]

    said = [process.communicate(timeout=120)[0] for process in several]

    assert [process.returncode for process in several] == [0, 0, 0], said
    assert (
        len({line for text in said for line in text.splitlines() if line.startswith("in ")}) == 1
    )  # one and the same server
    assert not is_kept(places)


def test_a_command_that_is_killed_leaves_no_server_and_the_next_one_works(places):
    killed = start("-c", COMMAND, data=places.data, STAY="60")
    assert killed.stdout and killed.stdout.readline().startswith("in ")

    killed.kill()
    killed.wait()

    assert wait_for(lambda: not is_kept(places) and not servers_of(places), 15)
    code, said = run("-c", COMMAND, data=places.data)
    assert code == 0, said


def test_after_a_crash_of_everything_the_next_command_cleans_up_and_works(places):
    first = start("-c", COMMAND, data=places.data, STAY="60")
    assert first.stdout and first.stdout.readline().startswith("in ")
    keeper = int((places.run / "stores.lock").read_text())
    os.kill(keeper, signal.SIGKILL)
    first.kill()
    first.wait()
    assert wait_for(lambda: not servers_of(places), 15)
    # The pid in the file that PostgreSQL left is a living process by now: it would refuse for ever.
    (places.postgres / "postmaster.pid").write_text(
        f"{os.getpid()}\n{places.postgres}\n1\n5432\n{places.sockets}\n\n\n"
    )

    code, said = run("-c", COMMAND, data=places.data)

    assert code == 0, said


def test_data_of_another_postgresql_is_refused_and_not_touched(places):
    places.postgres.mkdir(parents=True)
    (places.postgres / "PG_VERSION").write_text("16\n")

    code, said = run("-c", COMMAND, data=places.data)

    assert code == 1
    assert "is of PostgreSQL 16, this version runs 18" in said and len(said.strip().splitlines()) == 1
    assert [path.name for path in places.postgres.iterdir()] == ["PG_VERSION"]


def test_one_address_without_the_other_is_refused_in_one_line(places):
    code, said = run("manage.py", "migrate", data=places.data, REDIS_URL="redis://127.0.0.1:1/0")

    assert code == 1
    assert "name both, or neither" in said and len(said.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        ("migrate", True),
        ("demo --reset", True),
        ("check --database default", True),
        ("", False),
        ("help", False),
        ("migrate --help", False),
        ("makemessages -a", False),
        ("collectstatic --noinput", False),
    ],
)
def test_only_commands_that_need_servers_start_them(words, needed):
    assert needs_stores(["manage.py", *words.split()]) is needed


def test_help_starts_nothing_and_leaves_no_folder(tmp_path):
    code, said = run("manage.py", "help", data=tmp_path / "data")

    assert code == 0, said
    assert not (tmp_path / "data").exists()
