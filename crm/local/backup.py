"""`make backup` and `make restore`: a dump that was read back before it got its name, and a way back that touches nothing first."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from crm.local import keeper, stores
from crm.local.places import DATABASE, USER, CannotStart, Places


@dataclass
class Target:
    """One database, for PostgreSQL's own programs. The password goes by the environment, never by the command line."""

    database: str
    host: str = ""
    port: str = ""
    user: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    def words(self, database: str | None = None) -> list[str]:
        pairs = [("--host", self.host), ("--port", self.port), ("--username", self.user)]
        words = [word for name, value in pairs if value for word in (name, value)]
        return [*words, "--no-password", "--dbname", database or self.database]

    def run(self, program: str, *words: str, database: str | None = None) -> str:
        done = subprocess.run(
            [program_path(program), *self.words(database), *words],
            env={**stores.clean_environment(), **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
        )
        if done.returncode:
            raise CannotStart(f"{program} failed: {(done.stderr.strip().splitlines() or ['no reason given'])[0]}")
        return done.stdout

    def ask(self, sql: str, database: str | None = None) -> str:
        return self.run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql, database=database).strip()


def program_path(name: str) -> str:
    """The wheel's programs know no TLS: for a database over the network name the folder of others, as new as its server."""
    folder = os.environ.get("REVISIT_PG_BIN")
    return str(Path(folder) / name) if folder else stores.postgres_program(name)


def target(places: Places) -> tuple[Target, bool]:
    """The database of this checkout, and whether it is the embedded one (which then runs for as long as we do)."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        keeper.join(places)
        return Target(DATABASE, str(places.sockets), "5432", USER), True
    import environ

    found = environ.Env.db_url_config(url)
    options = {
        f"PG{name.upper()}": str(value) for name, value in found.get("OPTIONS", {}).items() if name.startswith("ssl")
    }
    password = {"PGPASSWORD": str(found["PASSWORD"])} if found["PASSWORD"] else {}
    return Target(found["NAME"], found["HOST"], str(found["PORT"] or ""), found["USER"], {**password, **options}), False


def backup(file: str = "") -> int:
    places = Places()
    database, _ = target(places)
    name = time.strftime(f"revisit-%Y%m%d-%H%M%S-{os.getpid()}.dump")
    final = Path(file).absolute() if file else places.backups / name
    if final.exists():
        raise CannotStart(f"{final} exists; name another file.")
    final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = final.with_name(final.name + ".part")
    part.touch(mode=0o600)
    try:
        database.run("pg_dump", "--format=custom", "--compress=gzip:6", "--no-owner", "--no-acl", "--file", str(part))
        tables = verify(part)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(part, final)
    finally:
        part.unlink(missing_ok=True)
    print(f"{final}: {tables} tables, {final.stat().st_size / 1e6:.1f} MB, read back whole.")
    return 0


def verify(dump: Path) -> int:
    """Unpacks every block; returns how many tables have their rows in it."""
    environment = stores.clean_environment()
    listed = subprocess.run(
        [program_path("pg_restore"), "--list", str(dump)], env=environment, capture_output=True, text=True
    )
    tables = sum(" TABLE DATA " in line for line in listed.stdout.splitlines())
    read = subprocess.run(
        [program_path("pg_restore"), "--file", os.devnull, str(dump)], env=environment, capture_output=True, text=True
    )
    if listed.returncode or read.returncode or not tables:
        said = (listed.stderr or read.stderr).strip().splitlines()
        raise CannotStart(f"{dump} cannot be read back: {said[0] if said else 'it holds no tables'}")
    return tables


def restore(file: str) -> int:
    dump = Path(file).absolute()
    if not dump.is_file():
        raise CannotStart(f"There is no {dump}.")
    tables = verify(dump)  # before anything is touched
    places = Places()
    from crm.local.up import only_one

    places.make()
    with only_one(places):  # the product must not run meanwhile
        database, embedded = target(places)
        if embedded:
            kept = beside(database, dump)
            print(f"{tables} tables restored. What was there before is kept as the database {kept}.")
        else:
            into_empty(database, dump)
            print(f"{tables} tables restored.")
    return 0


def beside(database: Target, dump: Path) -> str:
    """Into a new database; only when that is whole do the two change names."""
    stamp = time.strftime("%Y%m%d_%H%M%S")
    new, kept = f"{DATABASE}_restoring", f"{DATABASE}_before_{stamp}"
    database.ask(f'DROP DATABASE IF EXISTS "{new}"', database="postgres")
    database.ask(f'CREATE DATABASE "{new}"', database="postgres")
    database.run("pg_restore", "--exit-on-error", "--no-owner", "--no-acl", "--jobs=2", str(dump), database=new)
    others = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{DATABASE}'"
    if database.ask(others, database="postgres") != "0":
        raise CannotStart(f"Somebody still works in the database; end that first. The restored one waits as {new}.")
    database.ask(f'ALTER DATABASE "{DATABASE}" RENAME TO "{kept}"', database="postgres")
    database.ask(f'ALTER DATABASE "{new}" RENAME TO "{DATABASE}"', database="postgres")
    return kept


def into_empty(database: Target, dump: Path) -> None:
    """A database that others run is not ours to rename: it must be empty, and then it is all or nothing."""
    if database.ask("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'") != "0":
        raise CannotStart("The database of DATABASE_URL holds tables already; name an empty one, then switch to it.")
    database.run("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-acl", str(dump))


def run(verb, *words: str) -> int:
    try:
        return verb(*words)
    except CannotStart as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{error.strerror or error}: {error.filename or ''}", file=sys.stderr)
    return 1
