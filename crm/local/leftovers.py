"""What an earlier run left behind: processes written down with their start time are ended, and nobody else's."""

import contextlib
import json
import os
import signal
import time
from pathlib import Path

PROC = Path("/proc")


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/<pid>/stat from the state on; the name before them may hold spaces and brackets."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def start_time(pid: int) -> int | None:
    """In clock ticks since the machine started. With the pid it names one process for good; None where it is gone."""
    fields = _stat(pid)
    return int(fields[19]) if fields else None


def is_running(pid: int, started: int | None) -> bool:
    """A process that is only waiting to be reaped does not run any more."""
    fields = _stat(pid)
    return fields is not None and fields[0] not in "ZX" and (started is None or int(fields[19]) == started)


def of_session(leader: int) -> list[int]:
    """All running processes of the session that `leader` opened, whether it still lives or not."""
    found = []
    for pid in (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()):
        fields = _stat(pid)
        if fields and int(fields[3]) == leader and fields[0] not in "ZX":
            found.append(pid)
    return found


def kill_session(leader: int) -> None:
    if not PROC.is_dir():  # no /proc on a Mac: the process group is the next best
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)
        return
    for pid in of_session(leader):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def working_in(folder: Path) -> list[int]:
    """PostgreSQL's main process and all that serve its sessions stand in the data folder, and nobody else does."""
    found: list[int] = []
    if not PROC.is_dir():
        return found
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if os.readlink(entry / "cwd") == str(folder) and is_running(int(entry.name), None):
                    found.append(int(entry.name))
    return found


def write_down(path: Path, pids: dict[str, int]) -> None:
    """Never raises: with a full disk the servers must live on."""
    with contextlib.suppress(OSError):
        new = path.with_suffix(".new")
        new.write_text(json.dumps({name: [pid, start_time(pid)] for name, pid in pids.items()}))
        os.replace(new, path)


def end(path: Path, *, seconds: float = 15) -> list[str]:
    """End what is written down at `path` and still runs; returns the names."""
    try:
        written = {name: (int(pid), started) for name, (pid, started) in json.loads(path.read_text()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return []
    running = {name: pair for name, pair in written.items() if pair[1] is not None and is_running(*pair)}
    for name, (pid, _) in running.items():
        _send(pid, signal.SIGINT if name == "postgres" else signal.SIGTERM)
    _wait(running.values(), seconds)
    for name, (pid, started) in running.items():
        if is_running(pid, started):
            _send(pid, signal.SIGQUIT if name == "postgres" else signal.SIGKILL)
    for name, (pid, started) in written.items():
        # What the leader of a session left, too. A pid that names a new process has another start time, or none of its session.
        if name != "postgres" and not _is_someone_else(pid, started):
            kill_session(pid)
    _wait(running.values(), 5)
    path.unlink(missing_ok=True)
    return list(running)


def end_postgres(folder: Path, *, seconds: float = 15) -> None:
    """Whoever still works in the data folder would make a second server refuse, or worse, write beside it."""
    for number, limit in ((signal.SIGINT, seconds), (signal.SIGQUIT, 3), (signal.SIGKILL, 3)):
        pids = working_in(folder)
        if not pids:
            return
        for pid in pids:
            _send(pid, number)
        deadline = time.monotonic() + limit
        while working_in(folder) and time.monotonic() < deadline:
            time.sleep(0.05)


def _is_someone_else(pid: int, started: int | None) -> bool:
    now = start_time(pid)
    return started is None or (now is not None and now != started)


def _send(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _wait(pairs, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while any(is_running(*pair) for pair in pairs) and time.monotonic() < deadline:
        time.sleep(0.05)
