"""Where this checkout keeps its state: the data folder, the folder of the sockets, the secret key, the addresses."""

import contextlib
import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from pathlib import Path
from urllib.parse import quote

CHECKOUT = Path(__file__).resolve().parent.parent.parent
ROOM_NEEDED = 300 * 1024 * 1024
SOCKET_NAME_LIMIT = 107  # bytes that the kernel has for the address of a unix socket
DATABASE = USER = "revisit"


class CannotStart(Exception):
    """Why the embedded servers cannot run, in one line for the person at the keyboard."""


class Places:
    """All paths of one data folder. Two checkouts, or two data folders, never share one."""

    def __init__(self, data: Path | None = None) -> None:
        self.data = (data or Path(os.environ.get("REVISIT_DATA") or CHECKOUT / ".local")).absolute()
        self.postgres = self.data / "postgres"
        self.run = self.data / "run"
        self.backups = self.data / "backups"
        self.sockets = socket_folder(self.data)
        self.redis_socket = self.sockets / "redis.sock"

    def make(self) -> None:
        try:
            self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.run.mkdir(exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=self.run) as probe:
                probe.write(b"x")
        except OSError as error:
            raise CannotStart(
                f"Cannot write to {self.data}: {error.strerror}. Name another folder: REVISIT_DATA="
            ) from None
        make_socket_folder(self.sockets)

    def refuse_when_full(self) -> None:
        free = shutil.disk_usage(self.data).free
        if free < ROOM_NEEDED:
            raise CannotStart(
                f"Only {free // 1024 // 1024} MB free on the disk of {self.data}, 300 MB are needed."
                " Free some or name another folder: REVISIT_DATA="
            )

    def addresses(self) -> dict[str, str]:
        """What crm.settings reads when the servers are our own."""
        return {
            "DATABASE_URL": postgres_url(self.sockets, DATABASE),
            "REDIS_URL": redis_url(self.redis_socket),
            "SECRET_KEY": os.environ.get("SECRET_KEY") or self.secret_key(),
            "REVISIT_EMBEDDED": "1",
            "REVISIT_DATA": str(self.data),
        }

    def secret_key(self) -> str:
        """Made once, kept 0600 in the data folder, so that sessions and links outlive a restart."""
        path = self.data / "secret_key"
        with contextlib.suppress(FileNotFoundError):
            if key := path.read_text().strip():
                return key
        new = self.data / f".secret_key.{os.getpid()}"
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
        with contextlib.suppress(FileExistsError):
            os.link(new, path)  # the first of two that start at once wins, both read the same key
        if path.stat().st_size == 0:
            os.replace(new, path)
        new.unlink(missing_ok=True)
        return path.read_text().strip()


def postgres_url(folder: Path, database: str) -> str:
    return f"postgres://{USER}@:5432/{quote(str(folder))}/{database}"


def redis_url(socket: Path, number: int = 0) -> str:
    return f"unix://{quote(str(socket))}?db={number}"


def socket_folder(data: Path) -> Path:
    """Short enough for a socket whatever the data folder is called, and another one for every data folder and user."""
    name = f"rv-{os.geteuid()}-{hashlib.sha256(os.fsencode(os.path.realpath(data))).hexdigest()[:10]}"
    folder = Path(tempfile.gettempdir()) / name
    if len(os.fsencode(folder / ".s.PGSQL.5432.lock")) > SOCKET_NAME_LIMIT:
        folder = Path("/tmp") / name
    return folder


def make_socket_folder(folder: Path) -> None:
    """0700 is the lock on both servers, which ask for no password: refuse a folder that somebody else could have laid."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    except OSError as error:
        raise CannotStart(f"Cannot make the folder of the sockets {folder}: {error.strerror}.") from None
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), 65534 if os.geteuid() == 0 else -1):
        raise CannotStart(f"{folder} is not a folder of yours; remove it, the servers' sockets belong there.")
    if found.st_mode & 0o077:
        raise CannotStart(f"{folder} is open to others; run: chmod 700 {folder}")
