"""Mails as customers write them, and a server that takes ours."""

import asyncio
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import uuid4

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from psa_local import ports
from psa_local.demo.eventually import eventually

USER, PASSWORD = "desk", "Geheim!23"


def a_letter(
    *,
    sender: str,
    to: str,
    subject: str,
    body: str,
    cc: str = "",
    headers: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return a mail as its server hands it over."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    if cc:
        message["Cc"] = cc
    message["Subject"] = subject
    message["Message-ID"] = f"<{uuid4().hex}@customer.example>"
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content(body)
    for name, content in (files or {}).items():
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return message.as_bytes()


def an_answer_to(mail: EmailMessage, *, sender: str, body: str, **headers: str) -> bytes:
    """Return what a mail program sends when somebody answers *mail*."""
    quoted = "\n".join(f"> {line}" for line in text_of(mail).splitlines())
    threading = {"In-Reply-To": str(mail["Message-ID"]), "References": str(mail["Message-ID"])}
    return a_letter(
        sender=sender,
        to=str(mail["Reply-To"] or mail["From"]),
        subject=f"AW: {mail['Subject']}",
        body=f"{body}\n\nAm 03.06.2026 um 16:40 schrieb Support:\n{quoted}\n",
        headers=threading | {name.replace("_", "-"): value for name, value in headers.items()},
    )


def text_of(mail: EmailMessage) -> str:
    """Return the plain words of a mail."""
    part = mail.get_body(("plain",))
    return "" if part is None else str(part.get_content())


@dataclass
class PostOffice:
    """An SMTP server that keeps what it takes."""

    port: int
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list[tuple[str, EmailMessage]])

    @property
    def account(self) -> dict[str, object]:
        """Return how a mailbox is told to send by it."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "security": "none",
            "user": USER,
            "password": PASSWORD,
        }

    def to(self, recipient: str) -> list[EmailMessage]:
        """Return what somebody has received."""
        return [mail for to, mail in self.taken if to == recipient]

    def wait_for(self, recipient: str, saying: str) -> EmailMessage:
        """Return the mail to somebody that says something, as soon as it is there."""
        fitting = eventually(
            lambda: [mail for mail in self.to(recipient) if saying in text_of(mail)],
            awaited=f"{recipient} has received {saying!r}",
        )
        return fitting[-1]

    async def handle_DATA(  # noqa: N802  # the server's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a mail."""
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, EmailMessage, policy=default)
        self.taken += [(to, mail) for to in envelope.rcpt_tos]
        return "250 OK"


@contextmanager
def post_office() -> Generator[PostOffice]:
    """Run an SMTP server in a thread of its own."""
    office = PostOffice(ports.free_ports(1)[0])
    controller = Controller(
        office,
        hostname="127.0.0.1",
        port=office.port,
        auth_require_tls=False,
        authenticator=_knows_the_password,
        loop=asyncio.new_event_loop(),
    )
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


def _knows_the_password(*asked: Any) -> AuthResult:
    login = asked[-1]
    known = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=isinstance(login, LoginPassword) and login == known)
