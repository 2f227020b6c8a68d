"""Real mail servers for tests: pymap keeps mails, aiosmtpd takes them."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any
from uuid import uuid4

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from imap_tools import MailBoxUnencrypted

USER, PASSWORD = "desk@msp.example", "Geheim!23"
START_SECONDS_MAX = 20.0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class ImapFolder:
    """One folder on the server, which one test has for itself."""

    port: int
    name: str

    @property
    def account(self) -> dict[str, Any]:
        """Return how a mailbox is configured to read it."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "security": "none",
            "user": USER,
            "password": PASSWORD,
        }

    def put(self, *mails: bytes, at: datetime | None = None) -> None:
        """Let mails arrive."""
        with self.opened() as box:
            for mail in mails:
                box.append(mail, self.name, dt=at)

    def start_anew(self) -> None:
        """Let the server forget its numbering, as after a restore."""
        with self.opened() as box:
            box.folder.delete(self.name)
            box.folder.create(self.name)

    def seen(self) -> list[bool]:
        """Return for each mail whether it is marked as seen."""
        with self.opened() as box:
            box.folder.set(self.name)
            return ["\\Seen" in mail.flags for mail in box.fetch(mark_seen=False)]

    def opened(self) -> Any:
        """Sign in as a person would."""
        return MailBoxUnencrypted("127.0.0.1", self.port).login(USER, PASSWORD)


@contextmanager
def imap_server() -> Generator[int, None, None]:
    """Run pymap and give its port."""
    port = free_port()
    command = [
        sys.executable, "-c", "from pymap.main import main; main()",
        "--host", "127.0.0.1", "--port", str(port), "--no-tls",
        "--no-service", "admin", "--no-service", "managesieve",
        "dict", "--demo-user", USER, "--demo-password", PASSWORD,
    ]  # fmt: skip
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def a_folder(port: int) -> ImapFolder:
    """Create a folder that nothing else uses."""
    folder = ImapFolder(port, f"Test-{uuid4().hex[:12]}")
    with folder.opened() as box:
        box.folder.create(folder.name)
    return folder


@dataclass
class Sink:
    """An SMTP server that keeps what it takes, and refuses when it is told to."""

    port: int
    #: By recipient: what to answer to RCPT instead of taking the mail.
    refusals: dict[str, str] = field(default_factory=dict[str, str])
    #: What to answer after the mail has been sent, once for each entry.
    answers: list[str] = field(default_factory=list[str])
    taken: list[tuple[str, Message]] = field(default_factory=list[tuple[str, Message]])

    @property
    def account(self) -> dict[str, Any]:
        """Return how a mailbox is configured to send by it."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "security": "none",
            "user": USER,
            "password": PASSWORD,
        }

    def mails_to(self, recipient: str) -> list[Any]:
        """Return the mails that somebody would have received."""
        return [mail for to, mail in self.taken if to == recipient]

    async def handle_RCPT(  # noqa: N802 - the server's name for it
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Answer a recipient."""
        refusal = self.refusals.get(address)
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a mail, unless the next answer is a refusal."""
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            mail = message_from_bytes(content, policy=default)
            self.taken += [(to, mail) for to in envelope.rcpt_tos]
        return answer


@contextmanager
def smtp_server() -> Generator[Sink, None, None]:
    """Run an SMTP server in a thread of its own."""
    sink = Sink(free_port())

    def authenticator(*given: Any) -> Any:
        from aiosmtpd.smtp import AuthResult

        login = given[-1]
        return AuthResult(
            success=(login.login, login.password) == (USER.encode(), PASSWORD.encode())
        )

    controller = Controller(
        sink,
        hostname="127.0.0.1",
        port=sink.port,
        auth_require_tls=False,
        authenticator=authenticator,
        loop=asyncio.new_event_loop(),
    )
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)  # waits for a process to listen, for nothing else
