"""The one process that owns the embedded servers of a data folder, and how commands join it and leave it.

Every command that uses the servers holds a shared lock on `run/users.lock`; the first one starts the keeper. The keeper ends when
it gets that lock for itself: then nobody is left, be it by a good end or by kill -9. The kernel keeps the books.
"""

import atexit
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from crm.local import leftovers, stores
from crm.local.places import CHECKOUT, CannotStart, Places
from crm.local.supervisor import Part, Stopped, Supervisor

LOG_LIMIT = 5 * 1024 * 1024
READY_WITHIN = 120.0  # crash recovery may take its time
POLL = 0.3
FROZEN_AFTER = 3  # unanswered questions


# --- For commands ----------------------------------------------------------------------------------------------------------------

_joined: IO | None = None


def join(places: Places, *, leave_at_exit: bool = True) -> None:
    """Make sure that the servers run for as long as this process lives. Idempotent."""
    global _joined
    if _joined:
        return
    places.make()
    users = open(places.run / "users.lock", "a")
    fcntl.flock(users, fcntl.LOCK_SH)  # waits while the last user before us lets them stop
    _joined = users
    if leave_at_exit:
        atexit.register(leave, places, os.getpid())
    start_keeper(places)


def start_keeper(places: Places) -> None:
    """Unless one runs; of several that come at once the first starts it and the others wait until it is ready."""
    with open(places.run / "start.lock", "a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if is_kept(places):
            return
        places.refuse_when_full()
        reader, writer = os.pipe()
        keeper = subprocess.Popen(
            [sys.executable, "-m", "crm.local", "keep", str(places.data), str(writer)],
            cwd=CHECKOUT,
            pass_fds=[writer],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C in this terminal is not for it
        )
        os.close(writer)
        with os.fdopen(reader) as answer:
            said = answer.read()
        assert keeper.stderr
        if said.strip() != "ready":
            error = keeper.stderr.read().decode("utf-8", "replace").strip().splitlines()
            raise CannotStart(said.strip() or (error or ["The embedded servers did not start."])[-1])
        keeper.stderr.close()
        keeper.returncode = 0  # it outlives us: nobody here waits for it


def is_kept(places: Places) -> bool:
    """Whether a keeper holds the servers, be it still on its way up or down."""
    with open(places.run / "stores.lock", "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def leave(places: Places, pid: int) -> None:
    """At the end of a command: the last one sees the servers off, so that nothing of it is left when the prompt is back."""
    global _joined
    if _joined is None or os.getpid() != pid:  # a fork of ours must not send them away
        return
    _joined.close()
    _joined = None
    with contextlib.suppress(OSError), open(places.run / "users.lock", "a") as users:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails where others still work
        keeper = int((places.run / "stores.lock").read_text() or 0)
        if keeper and is_kept(places):
            os.kill(keeper, signal.SIGTERM)
            deadline = time.monotonic() + 8
            while is_kept(places) and time.monotonic() < deadline:
                time.sleep(0.02)


# --- The keeper ------------------------------------------------------------------------------------------------------------------


class Log:
    """What the servers say, in `run/stores.log`; of a full disk it loses lines, never the servers."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)

    def __call__(self, name: str, line: str) -> None:
        with contextlib.suppress(OSError):
            if self.path.exists() and self.path.stat().st_size > LOG_LIMIT:
                os.replace(self.path, self.path.with_suffix(".log.1"))
            with self.path.open("a") as file:
                file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {name:<8} | {line}\n")


def store_parts(places: Places, **postgres_settings: str) -> list[Part]:
    environment = stores.clean_environment()
    return [
        Part(
            "redis",
            stores.redis_command(places.redis_socket, places.run),
            environment,
            stop_signal=signal.SIGKILL,  # it keeps nothing that could be lost
            stop_limit=1,
            is_ready=lambda: stores.redis_answers(places.redis_socket),
        ),
        Part(
            "postgres",
            stores.postgres_command(places.postgres, places.sockets, **postgres_settings),
            environment,
            stop_signal=signal.SIGINT,  # "fast": does not wait for sessions that are open
            stop_limit=4,  # on a busy machine its last checkpoint takes a while; with the parts' 5 s it is below the promised 10
            kill_signal=signal.SIGQUIT,
            leave_root=True,
            is_ready=lambda: stores.postgres_answers(places.sockets),
        ),
    ]


def keep(data: Path, answer: int) -> int:
    """Own the servers until nobody uses them; tells the starter "ready", or why not, on the descriptor `answer`."""
    places = Places(data)
    with os.fdopen(answer, "w") as starter, open(places.run / "stores.lock", "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            starter.write("The embedded servers of this folder are already kept.")
            return 1
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        return _keep(places, starter)


def _keep(places: Places, starter: IO) -> int:
    supervisor = Supervisor([], say=Log(places.run / "stores.log"), written_down=places.run / "stores.json")
    try:
        leftovers.end(places.run / "stores.json")
        leftovers.end_postgres(places.postgres)
        (places.postgres / "postmaster.pid").unlink(missing_ok=True)  # its pid may be somebody else's by now
        places.redis_socket.unlink(missing_ok=True)
        stores.refuse_other_major(places.postgres)
        if not (places.postgres / "PG_VERSION").exists():
            stores.init_database(places.postgres)
        stores.give_to_server(places.postgres, places.sockets)
        supervisor.parts = store_parts(places)
        supervisor.start_all(seconds=READY_WITHIN)
        stores.create_database(places.sockets)
    except (CannotStart, OSError) as error:
        supervisor.stop(supervisor.parts[:1], supervisor.parts[1:])
        starter.write(str(error) if isinstance(error, CannotStart) else f"The embedded servers did not start: {error}")
        return 1
    except Stopped:
        supervisor.stop(supervisor.parts[:1], supervisor.parts[1:])
        return 1
    starter.write("ready\n")
    starter.close()
    redis, postgres = supervisor.parts
    users = open(places.run / "users.lock", "a")
    unanswered, ask_at = 0, time.monotonic() + 5
    while not supervisor.asked_to_stop:
        supervisor.turn(POLL)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break  # nobody is left; who comes now waits until we are gone and starts anew
        except BlockingIOError:
            pass
        if time.monotonic() >= ask_at:
            unanswered = 0 if not redis.ready or stores.redis_answers(places.redis_socket) else unanswered + 1
            if unanswered >= FROZEN_AFTER:
                supervisor.kill(redis, "does not answer")
                unanswered = 0
            ask_at = time.monotonic() + 5
    supervisor.stop([redis], [postgres])
    with contextlib.suppress(OSError):
        for left in places.sockets.iterdir():  # of one that had to be killed
            left.unlink()
        places.sockets.rmdir()
    return 0
