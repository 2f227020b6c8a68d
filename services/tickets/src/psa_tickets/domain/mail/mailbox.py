"""A mailbox of the desk: where mails come from, by which server they leave, what they become."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from psa_common.errors import Invalid, Refused
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.ticket_type import TicketType

POLL_EVERY = timedelta(seconds=30)
#: How long to leave a server alone that did not answer, by the number of failures.
POLL_AGAIN = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 900))


class Security(StrEnum):
    """How a connection is protected; none is for servers on the same machine."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class Language(StrEnum):
    """In which our own words in a mail are."""

    GERMAN = "de"
    ENGLISH = "en"


class AccountIncomplete(Invalid):
    """A server without a user and a password lets nobody in."""

    code = "account_incomplete"

    def __init__(self, which: str) -> None:
        super().__init__(
            f"Give {which} a password; a stored one stays only while host and user do.",
            field=which,
        )


class NotConfigured(Refused):
    """There is nothing that could be tried."""

    code = "mailbox_not_configured"

    def __init__(self) -> None:
        super().__init__("The mailbox has neither an IMAP nor an SMTP account; give it one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How to sign in at a mail server; `password` is sealed while it is stored."""

    host: str
    port: int
    security: Security
    user: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A mailbox as the desk has configured it."""

    id: UUID
    name: str
    address: str
    language: Language
    active: bool
    #: Older mails are never looked at: nobody wants answers to the last three years.
    active_since: datetime
    queue_id: UUID | None
    ticket_type: TicketType
    priority: Priority
    #: Whose tickets strangers open; without one their mails wait in quarantine.
    default_customer_id: UUID | None
    #: The name by which the mailbox's own server signs its Authentication-Results.
    trusted_server: str | None
    imap: Account | None
    imap_folder: str
    smtp: Account | None
    version: int
    created_at: datetime


def poll_again_in(failures: int) -> timedelta:
    """Return when a mailbox is looked at again after so many failures in a row."""
    return POLL_AGAIN[min(failures, len(POLL_AGAIN)) - 1] if failures else POLL_EVERY


def place_of(mailbox_id: UUID, which: str) -> str:
    """Name the place that a password is sealed for: it opens in no other row or column."""
    return f"mailboxes/{mailbox_id}/{which}"
