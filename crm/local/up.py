"""`make run` and `make serve`: web server, workers and beat as processes of their own under one supervisor."""

import fcntl
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Mapping
from typing import IO
from urllib.parse import quote

from crm.local import leftovers
from crm.local.keeper import is_kept, join, leave, start_keeper
from crm.local.places import CHECKOUT, CannotStart, Places
from crm.local.probe import EVERY, LEFT_ALONE_FOR, Finding, Probe, look, verdict, waiting_kicks
from crm.local.supervisor import Part, Stopped, Supervisor

READY_WITHIN = 120.0
REQUIRED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_URL", "DEFAULT_FROM_EMAIL")
DEMO_ACCOUNTS = (
    ("agent", "front line"),
    ("agent2", "front line of another team"),
    ("handler", "complaint handler"),
    ("lead", "team lead"),
    ("manager", "manager"),
    ("quality", "quality manager"),
    ("admin", "administrator"),
)


def say(name: str, line: str) -> None:
    try:
        print(f"{name:<8} | {line}" if name else line, flush=True)
    except OSError:  # whoever read it is gone; that is no reason to go, too
        pass


# --- What runs -----------------------------------------------------------------------------------------------------------------


def product_parts(environment: Mapping[str, str], port: int) -> list[Part]:
    env = dict(environment)
    python = [sys.executable, "-m"]
    memory = ["--worker-tmp-dir", "/dev/shm"] if os.access("/dev/shm", os.W_OK) else []
    web = [*python, "gunicorn", "crm.wsgi:application", "--bind", f"{env.get('BIND') or '127.0.0.1'}:{port}"]
    web += [
        "--worker-class",
        "gthread",
        "--workers",
        env.get("WEB_WORKERS") or "2",
        "--threads",
        env.get("WEB_THREADS") or "4",
    ]
    web += [
        "--timeout",
        "60",
        "--graceful-timeout",
        "2",
        "--preload",
        "--no-control-socket",
        "--log-level",
        "warning",
        *memory,
    ]
    # Root is warned at length at every start; here the one who starts it is who owns the data.
    celery = [sys.executable, "-W", "ignore:You're running the worker", "-m", "celery", "--quiet", "-A", "crm.celery"]
    quiet = ["--loglevel", "WARNING"]
    worker = [*celery, "worker", "-O", "fair", "--without-gossip", "--without-mingle", *quiet]
    # In memory: a schedule kept on disk stops for good when the clock is once set back. So there is nothing to say goodbye to.
    beat = [*celery, "beat", "-S", "celery.beat:Scheduler", "--pidfile=", *quiet]
    return [
        Part("web", web, env),
        Part("worker", [*worker, "-Q", "celery", "-n", "worker@%h", "-c", env.get("WORKERS") or "2"], env),
        # On its own, so that an import of an hour never delays a mail.
        Part("long", [*worker, "-Q", "long", "-n", "long@%h", "-c", env.get("LONG_WORKERS") or "1"], env),
        Part("beat", beat, env, stop_signal=signal.SIGKILL, stop_limit=1),
    ]


# --- Before anything runs --------------------------------------------------------------------------------------------------------


def port_of(environment: Mapping[str, str]) -> int:
    text = environment.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CannotStart(f"PORT={text} is no port; name one from 1 to 65535.")
    return int(text)


def refuse_taken_port(host: str, port: int, verb: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} on {host} cannot be had ({error.strerror}); name another: PORT={port + 1} make {verb}"
            ) from None


def only_one(places: Places) -> IO:
    """The lock is the kernel's: it is gone with us, however we end."""
    lock = open(places.run / "up.lock", "a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise CannotStart(
            f"Already running here (pid {lock.read().strip() or 'unknown'}, data in {places.data})."
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def named_stores(places: Places) -> dict[str, str]:
    """`make run` on servers of your own: what is not named falls back to what suits a trial on this machine."""
    mail = places.data / "mail"
    mail.mkdir(exist_ok=True)
    fallbacks = {
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "HTTPS": "0",
        "EMAIL_URL": f"filemail:///{quote(str(mail))}",
        "DEFAULT_FROM_EMAIL": "Revisit <care@revisit.invalid>",
        "SITE_URL": f"http://127.0.0.1:{port_of(os.environ)}",
    }
    return {
        **fallbacks,
        **os.environ,
        "SECRET_KEY": os.environ.get("SECRET_KEY") or places.secret_key(),
        "REVISIT_DATA": str(places.data),
    }


# --- The two verbs -------------------------------------------------------------------------------------------------------------


def up() -> int:
    """`make run`: everything on this machine, servers included unless the environment names others."""
    places = Places()
    names = [name for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)]
    if len(names) == 1:
        raise CannotStart(
            f"{names[0]} is set and the other of DATABASE_URL and REDIS_URL is not: name both, or neither."
        )
    port = port_of(os.environ)
    begun = time.monotonic()
    places.make()
    with only_one(places):
        leftovers.end(places.run / "up.json")
        places.refuse_when_full()
        refuse_taken_port(os.environ.get("BIND") or "127.0.0.1", port, "run")
        supervisor = Supervisor([], say=say, written_down=places.run / "up.json")
        embedded = not names
        try:
            if embedded:
                say("", f"Starting PostgreSQL and Valkey, data in {places.data}")
                join(places, leave_at_exit=False)
                environment = {**os.environ, **places.addresses()}
            else:
                environment = named_stores(places)
            demo = embedded and os.environ.get("REVISIT_DEMO") != "0"
            prepare(supervisor, environment, "prepare", *(["demo"] if demo else []))
            if not demo:
                why = "REVISIT_DEMO=0" if embedded else "DATABASE_URL names a database of yours"
                say("", f"Demo data: skipped, {why}.")
            parts = product_parts(environment, port)

            def ready() -> None:
                say("", f"Started in {time.monotonic() - begun:.1f} s.")
                if demo:
                    say("", demo_table())
                say("", f"Ready: http://127.0.0.1:{port}/")

            return watch(supervisor, parts, environment, port, ready=ready, places=places if embedded else None)
        finally:
            stop(supervisor)
            if embedded:
                leave(places, os.getpid())


def serve() -> int:
    """`make serve`: production on one host; every address and secret comes from the environment."""
    if missing := [name for name in REQUIRED if not os.environ.get(name)]:
        raise CannotStart(
            "Missing in the environment: " + ", ".join(missing) + ". See .env.example and docs/operations.md."
        )
    places = Places()
    port, host = port_of(os.environ), os.environ.get("BIND") or "127.0.0.1"
    places.make()
    environment = {**os.environ, "REVISIT_DATA": str(places.data)}
    environment.pop("REVISIT_EMBEDDED", None)
    wanted = environment.get("PARTS", "web worker long beat").replace(",", " ").split()
    parts = [part for part in product_parts(environment, port) if part.name in wanted]
    if unknown := set(wanted) - {"web", "worker", "long", "beat"}:
        raise CannotStart(f"PARTS names {', '.join(sorted(unknown))}; there are web, worker, long and beat.")
    with only_one(places):
        leftovers.end(places.run / "up.json")
        if "web" in wanted:
            refuse_taken_port(host, port, "serve")
        supervisor = Supervisor([], say=say, written_down=places.run / "up.json")
        try:
            if environment.get("MIGRATE", "1") != "0":
                prepare(supervisor, environment, "prepare")
            return watch(
                supervisor,
                parts,
                environment,
                port,
                ready=lambda: say("", f"Ready: {', '.join(part.name for part in parts)} on {host}:{port}"),
            )
        finally:
            stop(supervisor)


def prepare(supervisor: Supervisor, environment: dict[str, str], *words: str) -> None:
    step = Part("prepare", [sys.executable, "-m", "crm.local", *words], environment)
    if code := supervisor.run_to_end(step):
        raise CannotStart(f"The database could not be prepared (exit code {code}), see above.")


def watch(
    supervisor: Supervisor,
    parts: list[Part],
    environment: dict[str, str],
    port: int,
    *,
    ready,
    places: Places | None = None,
) -> int:
    """Start the parts, say when they are ready, then keep them alive until somebody asks for the end."""
    supervisor.parts = parts
    supervisor.start_all(seconds=30)
    host = environment.get("BIND") or "127.0.0.1"
    host = {"0.0.0.0": "127.0.0.1", "[::]": "::1", "::": "::1"}.get(host, host)
    name = environment.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".") if places is None else ""
    name = "" if name == "*" else name
    has_web = any(part.name == "web" for part in parts)

    def ask() -> Finding:
        finding = look(host, port, name=name)
        return Finding(finding.code, finding.health, waiting_kicks(environment["REDIS_URL"]))

    probe = Probe(ask, 0.2) if has_web else None
    deadline = time.monotonic() + READY_WITHIN
    while probe and not (probe.latest and probe.latest.ready):
        supervisor.turn(0.1)
        if supervisor.asked_to_stop:
            return 0
        if lost := [part for part in parts if part.deaths > 1]:  # the stores answer, so it is the code or its settings
            raise CannotStart(f"{lost[0].name} ended twice before it was ready, see above.")
        if time.monotonic() > deadline:
            raise CannotStart(
                f"Not ready after {READY_WITHIN:.0f} s; /healthz says {probe.latest.health if probe.latest else 'nothing'}."
            )
    ready()
    if probe:
        probe.every, probe.findings = EVERY, []
    keeper_at = time.monotonic() + 1
    while not supervisor.asked_to_stop:
        supervisor.turn(0.5)
        if probe and (suspect := verdict(probe.findings)):
            for part in parts:
                if part.name == suspect and part.age > LEFT_ALONE_FOR:
                    supervisor.kill(
                        part, "does not answer" if suspect == "web" else "has not moved the clock for three minutes"
                    )
                    probe.findings = []
        if places and time.monotonic() > keeper_at:
            keeper_at = time.monotonic() + 1
            if not is_kept(places):
                say("stores", "their keeper ended, starts again")
                try:
                    start_keeper(places)
                except CannotStart as error:
                    say("stores", str(error))
                    keeper_at = time.monotonic() + 10
    return 0


def stop(supervisor: Supervisor) -> None:
    beat = [part for part in supervisor.parts if part.name == "beat"]
    rest = [part for part in supervisor.parts if part.name != "beat"]
    if any(part.alive for part in supervisor.parts):
        say("", "Stopping ...")
    supervisor.stop(beat, rest)


def demo_table() -> str:
    lines = ["", "Demo accounts, password demo:"]
    lines += [f"  {account:<8} {role}" for account, role in DEMO_ACCOUNTS]
    return "\n".join([*lines, ""])


def run(verb) -> int:
    """The outermost layer: one clear line instead of a traceback for what the person at the keyboard can mend."""
    os.chdir(CHECKOUT)
    try:
        return verb()
    except Stopped:
        return 0
    except CannotStart as error:
        print(error, file=sys.stderr)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(f"Cannot start: {error.strerror or error}{where}", file=sys.stderr)
    return 1


def prepared(words: list[str]) -> int:
    """A step of its own process: the schema, and on the embedded database the demo data."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    import django
    from django.core.management import call_command, get_commands
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    django.setup()
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as error:
        print(f"The database cannot be reached: {str(error).splitlines()[0]}")
        return 1
    # Also when nothing is to be applied: what a new installation begins with is laid out at its end.
    call_command("migrate", interactive=False, verbosity=0)
    if plan:
        print(f"{len(plan)} migrations applied.")
    if "demo" in words and "demo" in get_commands():
        try:
            call_command("demo")
        except Exception:  # noqa: BLE001 - something to look at, nothing that the product needs
            traceback.print_exc()
            print("Demo data: could not be laid out, see above. Everything else starts.")
    return 0
