"""A crash leaves processes: ours are ended, those that only have the same number are not."""

import json
import os
import signal
import subprocess
import sys

from crm.local import leftovers
from crm.local.tests.clean import wait_for

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
FAMILY = [
    sys.executable,
    "-c",
    f"import subprocess; subprocess.Popen({SLEEPER!r}); subprocess.Popen({SLEEPER!r}).wait()",
]


def running(pid: int) -> bool:
    return leftovers.is_running(pid, None)


def test_what_is_written_down_is_ended(tmp_path):
    left = subprocess.Popen(SLEEPER, start_new_session=True)
    leftovers.write_down(tmp_path / "procs.json", {"web": left.pid})

    ended = leftovers.end(tmp_path / "procs.json")

    assert ended == ["web"]
    assert left.wait(5) == -signal.SIGTERM
    assert not (tmp_path / "procs.json").exists()


def test_a_process_that_got_the_number_later_is_left_alone(tmp_path):
    stranger = subprocess.Popen(SLEEPER, start_new_session=True)
    started = leftovers.start_time(stranger.pid)
    (tmp_path / "procs.json").write_text(json.dumps({"web": [stranger.pid, started - 1]}))

    ended = leftovers.end(tmp_path / "procs.json")

    assert ended == [] and running(stranger.pid)
    stranger.kill()
    stranger.wait()


def test_one_that_ignores_the_request_is_killed_with_its_children(tmp_path):
    stubborn = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import signal, subprocess; signal.signal(15, signal.SIG_IGN); subprocess.Popen({SLEEPER!r}).wait()",
        ],
        start_new_session=True,
    )
    assert wait_for(lambda: len(leftovers.of_session(stubborn.pid)) == 2)
    leftovers.write_down(tmp_path / "procs.json", {"worker": stubborn.pid})

    leftovers.end(tmp_path / "procs.json", seconds=0.3)

    assert stubborn.wait(5) == -signal.SIGKILL
    assert wait_for(lambda: leftovers.of_session(stubborn.pid) == [])


def test_children_of_a_leader_that_is_gone_are_found_by_their_session(tmp_path):
    leader = subprocess.Popen(FAMILY, start_new_session=True)
    assert wait_for(lambda: len(leftovers.of_session(leader.pid)) == 3)
    leftovers.write_down(tmp_path / "procs.json", {"worker": leader.pid})
    leader.kill()
    leader.wait()
    assert len(leftovers.of_session(leader.pid)) == 2

    leftovers.end(tmp_path / "procs.json")

    assert wait_for(lambda: leftovers.of_session(leader.pid) == [])


def test_a_process_that_only_waits_to_be_reaped_does_not_count():
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    assert not running(child.pid)
    child.wait()


def test_a_broken_note_is_no_reason_to_fail(tmp_path):
    (tmp_path / "procs.json").write_text('{"web": [1')

    assert leftovers.end(tmp_path / "procs.json") == []


def test_whoever_works_in_the_data_folder_is_ended(tmp_path):
    inside = subprocess.Popen(SLEEPER, cwd=tmp_path)
    outside = subprocess.Popen(SLEEPER, cwd="/")
    assert wait_for(lambda: leftovers.working_in(tmp_path) == [inside.pid])

    leftovers.end_postgres(tmp_path)

    assert inside.wait(5) != 0 and running(outside.pid)
    outside.kill()
    outside.wait()
