"""How long `make run` takes from an empty data folder, and how long the second time, until it says "Ready:"."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator

from bench.figures import Figure
from crm.local.places import CHECKOUT

ORDER = 10  # before the machine is warm with anything else
LIMIT = 300.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def once(data: str) -> tuple[float, float]:
    """Seconds from the command to "Ready:", and from the signal to the end."""
    unwanted = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "REVISIT_EMBEDDED"}
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment |= {"REVISIT_DATA": data, "PORT": str(free_port())}
    begun = time.monotonic()
    running = subprocess.Popen(
        ["make", "--silent", "run"],
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said, ready = [], None
    assert running.stdout
    for line in running.stdout:
        said.append(line)
        if line.startswith("Ready:"):
            ready = time.monotonic()
            break
        if time.monotonic() - begun > LIMIT:
            break
    running.send_signal(signal.SIGTERM)
    stopped = time.monotonic()
    running.stdout.read()
    running.wait(30)
    if ready is None:
        raise RuntimeError("make run was never ready:\n" + "".join(said[-20:]))
    return ready - begun, time.monotonic() - stopped


def main() -> Iterator[Figure]:
    subprocess.run(["make", "--silent", "setup"], cwd=CHECKOUT, check=True)  # what it fetches is not what we measure
    with tempfile.TemporaryDirectory() as folder:
        first, _ = once(f"{folder}/data")
        second, stop = once(f"{folder}/data")
    yield Figure("start_from_an_empty_folder", first, "s")
    yield Figure("second_start", second, "s", base=first)
    yield Figure("stop", stop, "s", base=10)
