"""Starts parts, passes on what they say, starts again what died, stops them in order. One thread, one loop, no Django."""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from crm.local import leftovers
from crm.local.places import CannotStart
from crm.local.stores import before_exec

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0
STEADY_AFTER = 30.0  # seconds alive after which earlier deaths are forgotten
SAME_WISH = 0.5  # seconds
GIVE_UP_AFTER = 5  # deaths of a part that was never ready


@dataclass
class Part:
    """One process to keep alive."""

    name: str
    command: list[str]
    environment: dict[str, str] | None = None
    stop_signal: int = signal.SIGTERM
    stop_limit: float = 5.0
    kill_signal: int = signal.SIGKILL
    leave_root: bool = False
    is_ready: Callable[[], bool] | None = None  # asked until true; a part without one is ready when it runs
    ready: bool = False
    process: subprocess.Popen | None = None
    started: float = 0.0
    deaths: int = 0
    start_at: float | None = None
    said: deque[str] = field(default_factory=lambda: deque(maxlen=15))

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.returncode is None

    @property
    def age(self) -> float:
        return time.monotonic() - self.started if self.alive else 0.0


class Stopped(Exception):
    """Somebody asked for the end while a step was still under way."""


class Supervisor:
    def __init__(self, parts: Iterable[Part], *, say: Callable[[str, str], None], written_down: Path) -> None:
        self.parts = list(parts)
        self.say = say
        self.written_down = written_down
        self.asked_to_stop = 0  # how often: the second time means at once
        self.asked_at = 0.0
        self.selector = selectors.DefaultSelector()
        self.half_lines: dict[int, bytes] = {}
        self.watched: dict[int, tuple[Part, int]] = {}
        self._listen_to_signals()

    def _listen_to_signals(self) -> None:
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        self.selector.register(reader, selectors.EVENT_READ)
        self.signals = reader
        # By hand: what a shell script starts in the background is born with SIGINT ignored.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop_asked)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _stop_asked(self, *_) -> None:
        # A `make` that is ended passes the signal on, and so may whoever ended it: what comes at once is one wish.
        if not self.asked_to_stop or time.monotonic() - self.asked_at > SAME_WISH:
            self.asked_to_stop, self.asked_at = self.asked_to_stop + 1, time.monotonic()

    # --- Starting ---

    def start(self, part: Part) -> None:
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        try:
            part.process = subprocess.Popen(
                part.command,
                env=part.environment,
                stdin=subprocess.DEVNULL,
                stdout=writer,
                stderr=writer,
                start_new_session=True,
                preexec_fn=before_exec(part.stop_signal, part.leave_root),
            )
        except (OSError, subprocess.SubprocessError) as error:
            os.close(reader)
            raise CannotStart(f"{part.name} could not be started: {error}") from None
        finally:
            os.close(writer)
        part.started, part.start_at, part.ready = time.monotonic(), None, part.is_ready is None
        self.watched[reader] = (part, part.process.pid)
        self.half_lines[reader] = b""
        self.selector.register(reader, selectors.EVENT_READ)
        self._write_down()

    def start_all(self, *, seconds: float) -> None:
        """Start what does not run yet and wait until everything is ready."""
        for part in self.parts:
            if not part.alive:
                self.start(part)
        deadline = time.monotonic() + seconds
        while not all(part.ready for part in self.parts):
            self.turn(0.05)
            if self.asked_to_stop:
                raise Stopped
            for part in self.parts:
                if part.deaths >= GIVE_UP_AFTER:
                    raise CannotStart(
                        f"{part.name} ended {part.deaths} times before it was ready. It said:\n" + "\n".join(part.said)
                    )
                if time.monotonic() > deadline and not part.ready:
                    raise CannotStart(
                        f"{part.name} is not ready after {seconds:.0f} s. It said:\n" + "\n".join(part.said)
                    )

    def run_to_end(self, part: Part) -> int:
        """A step on the way, such as the migrations; returns its exit code."""
        self.start(part)
        assert part.process
        while part.process.poll() is None:
            self.turn(0.2)
            if self.asked_to_stop:
                self.stop([part])
                raise Stopped
        self.turn(0)
        leftovers.kill_session(part.process.pid)
        return part.process.returncode

    # --- The loop ---

    def turn(self, seconds: float) -> None:
        """Wait up to `seconds` for something to happen and deal with it."""
        for key, _ in self.selector.select(seconds):
            if key.fd == self.signals:
                with contextlib.suppress(BlockingIOError):
                    os.read(self.signals, 4096)
            else:
                self._listen(key.fd)
        for part in self.parts:
            if part.process is not None and part.start_at is None and part.process.poll() is not None:
                self._died(part)
            elif part.start_at is not None and time.monotonic() >= part.start_at and not self.asked_to_stop:
                self.start(part)
            elif part.alive and not part.ready and part.is_ready and part.is_ready():
                part.ready, part.deaths = True, 0
            elif part.deaths and part.alive and part.age > STEADY_AFTER:
                part.deaths = 0

    def _listen(self, descriptor: int) -> None:
        part, _ = self.watched[descriptor]
        try:
            read = os.read(descriptor, 65536)
        except BlockingIOError:
            return
        *lines, rest = (self.half_lines[descriptor] + read).split(b"\n")
        if not read:
            lines, rest = [rest] if rest else [], b""
            self._forget(descriptor)
        else:
            self.half_lines[descriptor] = rest[-65536:]
        for line in lines:
            text = line.decode("utf-8", "replace").rstrip()
            part.said.append(text)
            self.say(part.name, text)

    def _forget(self, descriptor: int) -> None:
        self.selector.unregister(descriptor)
        os.close(descriptor)
        del self.watched[descriptor], self.half_lines[descriptor]

    def _drain(self, part: Part) -> None:
        for descriptor in [d for d, (owner, _) in self.watched.items() if owner is part]:
            while descriptor in self.watched:
                waiting = selectors.DefaultSelector()
                waiting.register(descriptor, selectors.EVENT_READ)
                ready = waiting.select(0)
                waiting.close()
                if not ready:
                    break
                self._listen(descriptor)

    def _died(self, part: Part) -> None:
        assert part.process
        self._drain(part)
        if part.kill_signal == signal.SIGKILL:  # not for PostgreSQL, whose own children end in order
            leftovers.kill_session(part.process.pid)
        if self.asked_to_stop:
            part.start_at = float("inf")
            return
        lived = time.monotonic() - part.started
        part.deaths = 1 if lived > STEADY_AFTER else part.deaths + 1
        pause = min(FIRST_PAUSE * 2 ** (part.deaths - 1), LONGEST_PAUSE)
        part.start_at, part.ready = time.monotonic() + pause, False
        self.say(part.name, f"ended ({describe(part.process.returncode)}), starts again in {pause:g} s")
        self._write_down()

    def kill(self, part: Part, why: str) -> None:
        """For a part that is frozen; the loop starts it again."""
        if part.alive and part.process:
            self.say(part.name, f"{why}: killed")
            leftovers.kill_session(part.process.pid)
            with contextlib.suppress(ProcessLookupError):
                part.process.send_signal(signal.SIGKILL)

    # --- Stopping ---

    def stop(self, *stages: Iterable[Part]) -> None:
        """Stage after stage; whoever is not gone at its limit, or when asked a second time, is killed."""
        self.asked_to_stop = max(self.asked_to_stop, 1)
        for stage in stages:
            running = [(part, part.process) for part in stage if part.process is not None]
            waiting = [(part, process) for part, process in running if process.returncode is None]
            for part, process in waiting:
                process.send_signal(part.stop_signal)
            begun = time.monotonic()
            while waiting:
                self.turn(0.05)
                for part, process in list(waiting):
                    if process.poll() is None:
                        if time.monotonic() - begun <= part.stop_limit and self.asked_to_stop < 2:
                            continue
                        self._put_down(part, process)
                    waiting.remove((part, process))
            for part, process in running:
                if part.kill_signal == signal.SIGKILL:
                    leftovers.kill_session(process.pid)
        self._write_down()

    def _put_down(self, part: Part, process: subprocess.Popen) -> None:
        self.say(part.name, "does not stop: killed")
        process.send_signal(part.kill_signal)
        if part.kill_signal == signal.SIGKILL:
            leftovers.kill_session(process.pid)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(3)

    def _write_down(self) -> None:
        running = [
            (part.name, pid)
            for part, pid in self.watched.values()
            if part.process and part.process.pid == pid and part.alive
        ]
        leftovers.write_down(self.written_down, dict(running))


def describe(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"
