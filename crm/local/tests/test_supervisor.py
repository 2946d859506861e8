"""The loop: what dies starts again, what never gets ready is given up, what is asked to stop stops in order.

Each case is a program of its own: the supervisor owns the signals of its process.
"""

import signal
import subprocess
import sys
import textwrap
import time

from crm.local.places import CHECKOUT
from crm.local.tests.clean import environment

HEAD = """
import os, signal, sys, time
from pathlib import Path
from crm.local.places import CannotStart
from crm.local.supervisor import Part, Supervisor

def python(code):
    return [sys.executable, "-u", "-c", code]

def say(name, line):
    print(f"{name}|{line}", flush=True)

written = Path(sys.argv[1])
"""


def program(tmp_path, body: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", HEAD + textwrap.dedent(body), str(tmp_path / "procs.json")],
        cwd=CHECKOUT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def test_a_part_that_dies_is_started_again_after_a_pause_that_doubles(tmp_path):
    running = program(
        tmp_path,
        """
        supervisor = Supervisor([Part("web", python("print('hello'); raise SystemExit(3)"))], say=say, written_down=written)
        supervisor.start_all(seconds=5)
        while supervisor.parts[0].deaths < 3:
            supervisor.turn(0.05)
        """,
    )
    said, _ = running.communicate(timeout=30)

    assert said.count("web|hello") == 3
    assert "web|ended (exit code 3), starts again in 0.25 s" in said
    assert "web|ended (exit code 3), starts again in 0.5 s" in said


def test_a_part_that_never_gets_ready_is_given_up_with_its_last_words(tmp_path):
    running = program(
        tmp_path,
        """
        part = Part("postgres", python("raise SystemExit('bad configuration')"), is_ready=lambda: False)
        supervisor = Supervisor([part], say=lambda *_: None, written_down=written)
        try:
            supervisor.start_all(seconds=60)
        except CannotStart as error:
            print(error)
        """,
    )
    said, _ = running.communicate(timeout=60)

    assert said.startswith("postgres ended 5 times before it was ready. It said:")
    assert "bad configuration" in said


def test_parts_stop_stage_by_stage_and_what_does_not_is_killed_with_its_children(tmp_path):
    running = program(
        tmp_path,
        """
        polite = python("import signal, time; signal.signal(15, lambda *_: exit(print('bye') or 0)); print('up'); time.sleep(60)")
        deaf = python("import signal, time, subprocess, sys; signal.signal(15, signal.SIG_IGN);"
                      "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); print('up'); time.sleep(60)")
        heard = []
        def hear(name, line):
            heard.append(name + "|" + line)
            say(name, line)
        beat, worker = Part("beat", polite), Part("worker", deaf, stop_limit=0.5)
        supervisor = Supervisor([beat, worker], say=hear, written_down=written)
        supervisor.start_all(seconds=5)
        while len(heard) < 2:
            supervisor.turn(0.05)
        supervisor.stop([beat], [worker])
        from crm.local import leftovers
        print("left:", leftovers.of_session(worker.process.pid), beat.process.returncode, worker.process.returncode)
        """,
    )
    said, _ = running.communicate(timeout=30)

    assert said.index("beat|bye") < said.index("worker|does not stop: killed")
    assert said.rstrip().endswith("left: [] 0 -9")


def test_the_same_wish_by_two_ways_is_one_and_a_later_one_means_at_once(tmp_path):
    running = program(
        tmp_path,
        """
        deaf = python("import signal, time; signal.signal(15, signal.SIG_IGN); print('up'); time.sleep(60)")
        part = Part("worker", deaf, stop_limit=30)
        supervisor = Supervisor([part], say=say, written_down=written)
        supervisor.start_all(seconds=5)
        while not supervisor.asked_to_stop:
            supervisor.turn(0.05)
        supervisor.stop([part])
        """,
    )
    assert running.stdout and running.stdout.readline() == "worker|up\n"
    running.send_signal(signal.SIGTERM)
    running.send_signal(signal.SIGINT)
    time.sleep(1)
    assert running.poll() is None  # still waiting politely

    running.send_signal(signal.SIGINT)

    assert running.wait(5) == 0


def test_children_die_with_a_supervisor_that_is_killed(tmp_path):
    running = program(
        tmp_path,
        """
        part = Part("web", python("import os, time; print(os.getpid()); time.sleep(600)"))
        supervisor = Supervisor([part], say=lambda _, line: print(line, flush=True), written_down=written)
        supervisor.start_all(seconds=5)
        while True:
            supervisor.turn(0.1)
        """,
    )
    assert running.stdout
    child = int(running.stdout.readline())
    running.kill()
    running.wait()

    from crm.local import leftovers
    from crm.local.tests.clean import wait_for

    assert wait_for(lambda: not leftovers.is_running(child, None), 3)
