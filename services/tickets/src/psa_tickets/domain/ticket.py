"""What a ticket may do: statuses, legal moves, and what a reply changes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from psa_common.errors import Refused
from psa_tickets.domain import sla_log
from psa_tickets.domain.priority import Priority


class Status(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_THIRD_PARTY = "waiting_third_party"
    SCHEDULED = "scheduled"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Category(StrEnum):
    """What a status means to reports and to the SLA clock."""

    OPEN = "open"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"


class SlaEffect(StrEnum):
    """What a category does to the resolution clock."""

    RUN = "run"
    PAUSE = "pause"
    STOP = "stop"


class AuthorKind(StrEnum):
    """Who writes; an agent who reports their own problem writes as a contact."""

    AGENT = "agent"
    CONTACT = "contact"
    SYSTEM = "system"


class Visibility(StrEnum):
    """Who may read a comment."""

    PUBLIC = "public"
    INTERNAL = "internal"


CATEGORIES: Mapping[Status, Category] = {
    Status.NEW: Category.OPEN,
    Status.ASSIGNED: Category.OPEN,
    Status.IN_PROGRESS: Category.OPEN,
    Status.WAITING_CUSTOMER: Category.WAITING,
    Status.WAITING_THIRD_PARTY: Category.WAITING,
    Status.SCHEDULED: Category.WAITING,
    Status.RESOLVED: Category.RESOLVED,
    Status.CLOSED: Category.CLOSED,
}

SLA_EFFECTS: Mapping[Category, SlaEffect] = {
    Category.OPEN: SlaEffect.RUN,
    Category.WAITING: SlaEffect.PAUSE,
    Category.RESOLVED: SlaEffect.STOP,
    Category.CLOSED: SlaEffect.STOP,
}

WAITING = frozenset({Status.WAITING_CUSTOMER, Status.WAITING_THIRD_PARTY, Status.SCHEDULED})

MOVES: Mapping[Status, frozenset[Status]] = {
    Status.NEW: WAITING | {Status.ASSIGNED, Status.IN_PROGRESS, Status.RESOLVED},
    Status.ASSIGNED: WAITING | {Status.NEW, Status.IN_PROGRESS, Status.RESOLVED},
    Status.IN_PROGRESS: WAITING | {Status.RESOLVED},
    Status.WAITING_CUSTOMER: (WAITING - {Status.WAITING_CUSTOMER})
    | {Status.IN_PROGRESS, Status.RESOLVED},
    Status.WAITING_THIRD_PARTY: (WAITING - {Status.WAITING_THIRD_PARTY})
    | {Status.IN_PROGRESS, Status.RESOLVED},
    Status.SCHEDULED: (WAITING - {Status.SCHEDULED}) | {Status.IN_PROGRESS, Status.RESOLVED},
    Status.RESOLVED: frozenset({Status.IN_PROGRESS, Status.CLOSED}),
    Status.CLOSED: frozenset(),
}

#: After this a customer's reply is a new problem and belongs in a follow-up ticket.
REOPEN_WINDOW = timedelta(days=7)


class IllegalMove(Refused):
    """The service desk process has no such step."""

    code = "illegal_status_move"

    def __init__(self, status: Status, wanted: Status) -> None:
        allowed = ", ".join(sorted(MOVES[status])) or "nothing: open a follow-up ticket instead"
        super().__init__(
            f"A {status} ticket cannot become {wanted}; it may become {allowed}.", field="status"
        )
        self.status = status
        self.wanted = wanted


class AssigneeMissing(Refused):
    """An assigned ticket names the person it is assigned to."""

    code = "assignee_missing"

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} has no assignee; assign it to someone.", field="assignee_id")
        self.number = number


class TicketClosed(Refused):
    """A closed ticket stays as it is."""

    code = "ticket_closed"

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} is closed and stays so; open a follow-up ticket.")
        self.number = number


class ReopenWindowOver(Refused):
    """A reply long after the solution is a new problem."""

    code = "reopen_window_over"

    def __init__(self, number: str, resolved_at: datetime) -> None:
        super().__init__(
            f"{number} was resolved on {resolved_at:%Y-%m-%d}, more than "
            f"{REOPEN_WINDOW.days} days before this reply; open a follow-up ticket."
        )
        self.number = number
        self.resolved_at = resolved_at


class InternalNoteByContact(Refused):
    """A customer cannot write what the customer may not read."""

    code = "internal_note_by_contact"

    def __init__(self) -> None:
        super().__init__(
            "A contact's comment is public; send visibility public.", field="visibility"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What the rules need to know about a ticket."""

    id: UUID
    number: str
    title: str
    customer_id: UUID
    priority: Priority
    status: Status
    assignee_id: UUID | None
    opened_at: datetime
    first_response_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    reopen_count: int


#: A service stores more of a ticket than the rules need; they return what they were given.
TicketT = TypeVar("TicketT", bound=Ticket)


def category_of(status: Status) -> Category:
    """Return what *status* means to reports."""
    return CATEGORIES[status]


def sla_effect_of(status: Status) -> SlaEffect:
    """Return what *status* does to the resolution clock."""
    return SLA_EFFECTS[CATEGORIES[status]]


def move(ticket: TicketT, wanted: Status, *, now: datetime) -> TicketT:
    """
    Return *ticket* in status *wanted*.

    Closing keeps when it was resolved; going back to work forgets it and counts a reopening.
    Raises IllegalMove if the process has no such step, AssigneeMissing if nobody would own it.
    """
    if wanted not in MOVES[ticket.status]:
        raise IllegalMove(ticket.status, wanted)
    if wanted is Status.ASSIGNED and ticket.assignee_id is None:
        raise AssigneeMissing(ticket.number)

    match wanted:
        case Status.RESOLVED:
            return replace(ticket, status=wanted, resolved_at=now)
        case Status.CLOSED:
            return replace(ticket, status=wanted, closed_at=now)
        case Status.NEW:
            return replace(ticket, status=wanted, assignee_id=None)
        case _ if ticket.status is Status.RESOLVED:
            return replace(
                ticket, status=wanted, resolved_at=None, reopen_count=ticket.reopen_count + 1
            )
        case _:
            return replace(ticket, status=wanted)


def assign(ticket: TicketT, assignee_id: UUID | None) -> TicketT:
    """
    Return *ticket* owned by *assignee_id*, or by nobody.

    A new ticket becomes assigned and an assigned one new again; work under way stays as it is.
    Raises TicketClosed for a closed ticket.
    """
    if ticket.status is Status.CLOSED:
        raise TicketClosed(ticket.number)

    status = ticket.status
    if status in {Status.NEW, Status.ASSIGNED}:
        status = Status.NEW if assignee_id is None else Status.ASSIGNED
    return replace(ticket, assignee_id=assignee_id, status=status)


def comment(
    ticket: TicketT, *, author_kind: AuthorKind, visibility: Visibility, at: datetime
) -> TicketT:
    """
    Return *ticket* after a comment.

    An agent's first public words are the first response. A contact's words end the wait for
    the customer and reopen what was resolved. A note or an automatic mail changes nothing.
    Raises InternalNoteByContact, TicketClosed or ReopenWindowOver.
    """
    match author_kind, visibility:
        case AuthorKind.CONTACT, Visibility.INTERNAL:
            raise InternalNoteByContact
        case AuthorKind.CONTACT, Visibility.PUBLIC:
            return _hear_from_contact(ticket, at=at)
        case AuthorKind.AGENT, Visibility.PUBLIC:
            earliest = min(at, ticket.first_response_at or at)
            return replace(ticket, first_response_at=earliest)
        case _:
            return ticket


def _hear_from_contact(ticket: TicketT, *, at: datetime) -> TicketT:
    match ticket.status:
        case Status.CLOSED:
            raise TicketClosed(ticket.number)
        case Status.RESOLVED if ticket.resolved_at and at < ticket.resolved_at:
            # Said before the solution and only entered after it: no news.
            return ticket
        case Status.RESOLVED if ticket.resolved_at and at - ticket.resolved_at > REOPEN_WINDOW:
            raise ReopenWindowOver(ticket.number, ticket.resolved_at)
        case Status.RESOLVED | Status.WAITING_CUSTOMER:
            return move(ticket, Status.IN_PROGRESS, now=at)
        case _:
            return ticket


def sla_events(before: Ticket, after: Ticket, *, at: datetime) -> tuple[sla_log.Event, ...]:
    """Return what the step from *before* to *after* means to the SLA clocks."""
    responded: tuple[sla_log.Event, ...] = ()
    if after.first_response_at != before.first_response_at:
        responded = (sla_log.Responded(at=at),)
    if before.status is after.status:
        return responded

    reason = after.status.value
    match sla_effect_of(before.status), sla_effect_of(after.status):
        case SlaEffect.RUN, SlaEffect.PAUSE:
            return (*responded, sla_log.Paused(at=at, reason=reason))
        case SlaEffect.PAUSE, SlaEffect.PAUSE:
            return (*responded, sla_log.Resumed(at=at), sla_log.Paused(at=at, reason=reason))
        case SlaEffect.PAUSE, SlaEffect.RUN:
            return (*responded, sla_log.Resumed(at=at))
        case ((SlaEffect.RUN | SlaEffect.PAUSE), SlaEffect.STOP):
            return (*responded, sla_log.Resolved(at=at))
        case SlaEffect.STOP, SlaEffect.RUN:
            return (*responded, sla_log.Reopened(at=at))
        case _:
            return responded
