"""A small mail server for tests: takes mails, and misbehaves for the recipients that ask for it by their name."""

import re
import socketserver
import threading
import time
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

# Local part of the recipient → what the server answers at which step.
ODD = {
    "unknown": ("rcpt", b"550 5.1.1 no such user here"),
    "busy": ("rcpt", b"451 4.2.1 try again later"),
    "leaving": ("rcpt", b"421 4.3.2 shutting down"),
    "spam": ("data", b"554 5.7.1 refused"),
    "full": ("data", b"452 4.2.2 mailbox full"),
}


@dataclass
class Taken:
    """A mail that was accepted with 250."""

    to: str
    raw: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)  # type: ignore[return-value]


class _Talk(socketserver.StreamRequestHandler):
    server: "Sink"

    def handle(self) -> None:
        self.server.connections += 1
        if self.server.mute:
            self.server.closing.wait(30)
            return
        self.answer(self.server.greeting)
        if not self.server.greeting.startswith(b"220"):
            return
        while line := self.rfile.readline(4096):
            if not self.obey(line.strip()):
                return

    def answer(self, text: bytes) -> None:
        self.wfile.write(text + b"\r\n")

    def obey(self, line: bytes) -> bool:
        verb = line[:4].upper()
        if verb in (b"EHLO", b"HELO"):
            self.answer(b"250 sink.invalid")
        elif verb == b"MAIL":
            self.answer(self.server.at_mail)
        elif verb == b"RCPT":
            self.to = re.search(rb"<(.*)>", line)[1].decode()  # type: ignore[index]
            return self.recipient(self.to.split("@")[0])
        elif verb == b"DATA":
            self.answer(b"354 go on")
            return self.take()
        elif verb == b"QUIT":
            self.answer(b"221 bye")
            return False
        else:
            self.answer(b"250 ok")
        return True

    def recipient(self, name: str) -> bool:
        if name.startswith("hang") and not (name == "hang-once" and self.server.hanging.is_set()):
            self.server.hanging.set()
            self.server.closing.wait(30)
            return False
        if name.startswith("drop"):
            return False
        step, text = ODD.get(name, ("", b""))
        self.answer(text if step == "rcpt" else b"250 ok")
        return not text.startswith(b"421")

    def take(self) -> bool:
        raw = b""
        while (line := self.rfile.readline()) and line != b".\r\n":
            raw += line
        step, text = ODD.get(self.to.split("@")[0], ("", b""))
        if step == "data":
            self.answer(text)
            return True
        if self.server.slowness:
            time.sleep(self.server.slowness)
        with self.server.lock:
            self.server.taken.append(Taken(self.to, raw))
        self.answer(b"250 taken")
        return True


class Sink(socketserver.ThreadingTCPServer):
    """Listens on a free port of this machine. `taken` is what it accepted, in that order."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.taken: list[Taken] = []
        self.connections = 0
        self.mute = False
        self.slowness = 0.0
        self.greeting = b"220 sink.invalid"
        self.at_mail = b"250 ok"
        self.lock = threading.Lock()
        self.hanging = threading.Event()
        self.closing = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def to(self) -> list[str]:
        return [taken.to for taken in self.taken]

    def stop(self) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()
