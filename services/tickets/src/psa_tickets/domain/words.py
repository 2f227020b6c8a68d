"""What is said on a ticket: where it came from, and what may become of it afterwards."""

from enum import StrEnum
from uuid import UUID

from psa_common.errors import Conflict, Invalid, NotFound, Refused
from psa_tickets.domain.rich_text import text_of
from psa_tickets.domain.status_kind import FINAL
from psa_tickets.domain.ticket import (
    AuthorKind,
    InternalNoteByContact,
    Ticket,
    TicketClosed,
    Visibility,
)

#: What stands where words were taken out for good.
REDACTED = "[Text entfernt]"


class Channel(StrEnum):
    """How the words reached us."""

    PORTAL = "portal"
    AGENT = "agent"
    MAIL = "mail"
    PHONE = "phone"
    API = "api"


class WordsMissing(Invalid):
    """Nothing was said."""

    code = "words_missing"

    def __init__(self) -> None:
        super().__init__("Send body, or html with some text or an attached picture.", field="body")


class SolutionNotPublic(Refused):
    """A solution is something that an agent tells the customer."""

    code = "solution_not_public"

    def __init__(self) -> None:
        super().__init__(
            "Only an agent's public comment can be the solution.", field="is_resolution"
        )


class CommentRedacted(Conflict):
    """The words were taken out for good."""

    code = "comment_redacted"

    def __init__(self) -> None:
        super().__init__("The text of this comment was removed and stays so.")


class NoSuchComment(NotFound):
    """It is not there, for this caller."""

    def __init__(self, comment_id: UUID) -> None:
        super().__init__(f"There is no comment {comment_id} on this ticket.")


def spoken(body: str | None, sanitised: str | None) -> str:
    """
    Return the words as plain text: as they were sent, or else read from the HTML.

    Raises WordsMissing when neither says anything, not even by a picture.
    """
    said = body if body is not None else text_of(sanitised or "")
    if not said.strip():
        if sanitised is not None and "<img" in sanitised:
            return "[Bild]"
        raise WordsMissing
    return said


def check_may_write(author_kind: AuthorKind, visibility: Visibility) -> None:
    """Raise InternalNoteByContact when a customer would hide something from themselves."""
    if (author_kind, visibility) == (AuthorKind.CONTACT, Visibility.INTERNAL):
        raise InternalNoteByContact


def check_open_for(ticket: Ticket, author_kind: AuthorKind) -> None:
    """Raise TicketClosed when a customer's side would add to a closed ticket, or take away."""
    if author_kind is AuthorKind.CONTACT and ticket.kind in FINAL:
        raise TicketClosed(ticket.number)


def check_solution(author_kind: AuthorKind, visibility: Visibility) -> None:
    """Raise SolutionNotPublic for words that cannot be the solution."""
    if (author_kind, visibility) != (AuthorKind.AGENT, Visibility.PUBLIC):
        raise SolutionNotPublic


def check_editable(ticket: Ticket, *, redacted: bool) -> None:
    """Raise TicketClosed or CommentRedacted when the words are to stay as they are."""
    if ticket.kind in FINAL:
        raise TicketClosed(ticket.number)
    if redacted:
        raise CommentRedacted
