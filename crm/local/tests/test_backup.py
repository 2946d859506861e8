"""A backup is a dump that was read back; a restore touches nothing until it is whole."""

import pytest

from crm.local.keeper import is_kept
from crm.local.places import Places
from crm.local.tests.clean import run, start, wait_for

pytestmark = pytest.mark.slow


def sql(places: Places, text: str) -> str:
    """With the servers of the folder, which run for as long as this takes."""
    code = f"""
import os, subprocess
from crm.local import keeper, places, stores
where = places.Places()
keeper.join(where)
subprocess.run([stores.postgres_program("psql"), "-XAtq", "-h", str(where.sockets), "-U", "revisit", "-c", {text!r}, "revisit"], check=True)
"""
    code, said = run("-c", code, data=places.data)
    assert code == 0, said
    return said.strip()


@pytest.fixture
def places(tmp_path):
    places = Places(tmp_path / "data")
    sql(places, "CREATE TABLE note (words text); INSERT INTO note VALUES ('回访'), ('second')")
    return places


def test_what_was_dumped_comes_back_and_what_was_there_is_kept(places):
    code, said = run("-m", "crm.local", "backup", data=places.data)
    (dump,) = places.backups.iterdir()
    assert code == 0 and said.startswith(f"{dump}: 1 tables") and dump.stat().st_mode & 0o077 == 0
    sql(places, "DELETE FROM note")

    code, said = run("-m", "crm.local", "restore", str(dump), data=places.data)

    assert code == 0 and "What was there before is kept as the database revisit_before_" in said, said
    assert sql(places, "SELECT words FROM note ORDER BY words") == "second\n回访"
    assert wait_for(lambda: not is_kept(places))


def test_a_damaged_dump_is_refused_before_anything_is_touched(places, tmp_path):
    code, _ = run("-m", "crm.local", "backup", str(tmp_path / "whole.dump"), data=places.data)
    assert code == 0
    whole = (tmp_path / "whole.dump").read_bytes()
    (tmp_path / "half.dump").write_bytes(whole[: len(whole) * 2 // 3])

    code, said = run("-m", "crm.local", "restore", str(tmp_path / "half.dump"), data=places.data)

    assert code == 1 and "cannot be read back" in said and len(said.strip().splitlines()) == 1
    assert (
        sql(places, "SELECT count(*) FROM note; SELECT count(*) FROM pg_database WHERE datname LIKE 'revisit%'")
        == "2\n1"
    )


def test_a_restore_waits_for_nobody_who_still_works(places, tmp_path):
    run("-m", "crm.local", "backup", str(tmp_path / "whole.dump"), data=places.data)
    hold = """
import time, psycopg2
from crm.local import keeper, places
where = places.Places(); keeper.join(where)
connection = psycopg2.connect(host=str(where.sockets), user="revisit", dbname="revisit")
print("in", flush=True); time.sleep(60)
"""
    working = start("-c", hold, data=places.data)
    assert working.stdout and working.stdout.readline() == "in\n"

    code, said = run("-m", "crm.local", "restore", str(tmp_path / "whole.dump"), data=places.data)
    working.kill()
    working.communicate()

    assert code == 1 and "Somebody still works in the database" in said
    assert wait_for(lambda: not is_kept(places), 15)


def test_a_file_that_exists_is_never_written_over(places, tmp_path):
    (tmp_path / "there.dump").write_text("precious")

    code, said = run("-m", "crm.local", "backup", str(tmp_path / "there.dump"), data=places.data)

    assert code == 1 and "exists; name another file" in said
    assert (tmp_path / "there.dump").read_text() == "precious"
