"""A mail as we understand it: who wrote, to whom, what, and what hangs on it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """Who is meant; `email` is in small letters, `name` may be empty."""

    name: str
    email: str

    @property
    def domain(self) -> str:
        """Return what stands behind the @."""
        return self.email.rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with the mail; an inline picture has a `content_id`."""

    name: str
    media_type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMail:
    """
    A parsed mail.

    `headers` are by name in small letters, each with its values from top to bottom. `flaws`
    say in our words what was broken; a broken mail is still a mail.
    """

    message_id: str
    subject: str
    sender: Address | None
    recipients: tuple[Address, ...]
    references: tuple[str, ...]
    headers: Mapping[str, tuple[str, ...]]
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    #: Message-IDs of mails that this one returns or encloses.
    enclosed_ids: tuple[str, ...] = ()
    #: The words of a delivery report, to be read for its status.
    report: str = ""
    flaws: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """Return the topmost value of a header, or nothing."""
        return next(iter(self.headers.get(name, ())), "")
