"""Our own mails put together: words from a template, headers that machines understand."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from importlib import resources
from uuid import UUID

from psa_tickets.domain.mail.mailbox import Language, Mailbox
from psa_tickets.domain.mail.wording import TO_CUSTOMERS, WRITTEN_BY_PEOPLE, Kind, Letter

REFERENCES_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Everything of a mail but its words."""

    id: UUID
    kind: Kind
    recipient: str
    token: str
    #: Message-IDs of the conversation so far, the oldest first.
    earlier: tuple[str, ...]
    written_at: datetime


@cache
def template(kind: Kind, language: Language) -> str:
    """Return the template of a mail; its first line is the subject."""
    folder = resources.files("psa_tickets.mail") / "templates"
    return (folder / f"{kind}.{language}.txt").read_text(encoding="utf-8")


def message_id(mailbox: Mailbox, token: str, id: UUID) -> str:
    """Return the Message-ID: the same at every try, and with the token in it."""
    return f"<{token}.{id.hex}@{mailbox.address.rpartition('@')[2]}>"


def compose(mailbox: Mailbox, envelope: Envelope, letter: Letter) -> EmailMessage:
    """Return the mail; a header that would break out of its line is refused by the library."""
    user, _, domain = mailbox.address.rpartition("@")
    message = EmailMessage()
    message["From"] = Address(mailbox.name, user, domain)
    message["To"] = envelope.recipient
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(envelope.written_at)
    message["Message-ID"] = message_id(mailbox, envelope.token, envelope.id)
    if envelope.kind in TO_CUSTOMERS:
        message["Reply-To"] = Address(mailbox.name, f"{user}+{envelope.token}", domain)
    if envelope.earlier:
        message["In-Reply-To"] = envelope.earlier[-1]
        message["References"] = " ".join(envelope.earlier[-REFERENCES_MAX:])
    if envelope.kind not in WRITTEN_BY_PEOPLE:
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message
