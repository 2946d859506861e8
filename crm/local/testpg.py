"""pytest plugin: a PostgreSQL and a Valkey of its own for every run, up before Django reads its settings, gone afterwards.

A plugin and not a conftest, because pytest-django reads the settings before any conftest is loaded. Of `DATABASE_URL` in the
environment the tests take no notice: they never touch a database that holds anything. Servers of your own: REVISIT_TEST_DATABASE_URL
and REVISIT_TEST_REDIS_URL (both).
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from crm.local import leftovers, stores
from crm.local.places import CannotStart, postgres_url, redis_url

SHARED_MEMORY = Path("/dev/shm")
ROOM_NEEDED = 512 * 1024 * 1024
FOR_WORKERS = "REVISIT_TEST_STORES"  # tells xdist's workers and started programs where the servers of this run are
QUICK_INIT = ("--no-sync", "--no-data-checksums")
QUICK_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "log_min_duration_statement": "-1",
}


class TestStores:
    __test__ = False

    def __init__(self) -> None:
        sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=f"rvt-{os.getpid()}-", dir=home()))
        self.log = open(self.folder / "log", "w")
        self.postgres: subprocess.Popen | None = None
        self.redis: subprocess.Popen | None = None
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        data = self.folder / "data"
        stores.init_database(data, *QUICK_INIT)
        stores.give_to_server(data, self.folder)
        self.postgres = self._run(
            stores.postgres_command(data, self.folder, **QUICK_SETTINGS), signal.SIGINT, leave_root=True
        )
        redis = stores.redis_command(self.folder / "redis.sock", self.folder, "--databases", "64")
        self.redis = self._run(redis, signal.SIGTERM)
        deadline = time.monotonic() + 60
        while not (stores.postgres_answers(self.folder) and stores.redis_answers(self.folder / "redis.sock")):
            if time.monotonic() > deadline or self.postgres.poll() is not None or self.redis.poll() is not None:
                raise CannotStart(
                    "The servers for the tests did not start:\n" + (self.folder / "log").read_text()[-2000:]
                )
            time.sleep(0.03)

    def _run(self, command: list[str], stop_signal: int, leave_root: bool = False) -> subprocess.Popen:
        return subprocess.Popen(
            command,
            env=stores.clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
            preexec_fn=stores.before_exec(stop_signal, leave_root),
        )

    def stop(self) -> None:
        if self.redis:
            self.redis.kill()
            self.redis.wait()
        if self.postgres:
            self.postgres.send_signal(signal.SIGINT)
            try:
                self.postgres.wait(10)
            except subprocess.TimeoutExpired:
                self.postgres.send_signal(signal.SIGQUIT)
                self.postgres.wait(10)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def home() -> Path:
    """Memory where there is enough of it: containers often have 64 MB."""
    with contextlib.suppress(OSError):
        if os.access(SHARED_MEMORY, os.W_OK) and shutil.disk_usage(SHARED_MEMORY).free > ROOM_NEEDED:
            return SHARED_MEMORY
    temporary = Path(tempfile.gettempdir())
    return temporary if len(os.fsencode(temporary)) < 60 else Path("/tmp")


def sweep() -> None:
    """What a run that was killed left: its servers ended with it, its files did not."""
    for folder in [*SHARED_MEMORY.glob("rvt-*"), *Path(tempfile.gettempdir()).glob("rvt-*")]:
        pid = folder.name.split("-")[1]
        if pid.isdigit() and not leftovers.is_running(int(pid), None) and os.access(folder, os.W_OK):
            leftovers.end_postgres(folder / "data", seconds=3)
            shutil.rmtree(folder, ignore_errors=True)


def name_stores(folder: Path) -> None:
    # A number of its own for each worker: what is counted and cached in one must not be seen in another.
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    number = int(worker.removeprefix("gw")) % 63 + 1 if worker.startswith("gw") else 0
    os.environ["DATABASE_URL"] = postgres_url(folder, "revisit")
    os.environ["REDIS_URL"] = redis_url(folder / "redis.sock", number)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config, parser, args):
    database, broker = os.environ.get("REVISIT_TEST_DATABASE_URL"), os.environ.get("REVISIT_TEST_REDIS_URL")
    if database and broker:
        os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = database, broker
    elif database or broker:
        raise pytest.UsageError("REVISIT_TEST_DATABASE_URL and REVISIT_TEST_REDIS_URL: name both, or neither.")
    else:
        if not os.environ.get(FOR_WORKERS):
            try:
                servers = TestStores()
            except CannotStart as error:
                raise pytest.UsageError(str(error)) from None
            os.environ[FOR_WORKERS] = str(servers.folder)
            early_config.add_cleanup(servers.stop)
            early_config.add_cleanup(lambda: os.environ.pop(FOR_WORKERS, None))
        name_stores(Path(os.environ[FOR_WORKERS]))
    for name in (
        "EMAIL_URL",
        "ALLOWED_HOSTS",
        "SITE_URL",
        "DEBUG",
        "PORT",
        "REVISIT_DEMO",
        "PGBOUNCER",
        "UPLOADS",
        "COMPANY_NAME",
    ):
        os.environ.pop(name, None)  # the tests mean the product as it is shipped
    os.environ.update(
        SECRET_KEY="only-for-tests-" * 4,
        REVISIT_EMBEDDED="1",
        REVISIT_TESTING="1",
        DJANGO_ALLOW_ASYNC_UNSAFE="1",  # Playwright leaves an event loop running in the main thread
    )
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        uploads = tempfile.mkdtemp(prefix=f"rvt-{os.getpid()}-uploads-")
        os.environ["REVISIT_DATA"] = uploads
        early_config.add_cleanup(lambda: shutil.rmtree(uploads, ignore_errors=True))
    return (yield)
