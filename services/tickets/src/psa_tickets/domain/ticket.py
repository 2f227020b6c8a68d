"""What a ticket may do: legal moves, its owner, and what a reply changes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar, cast
from uuid import UUID

from psa_tickets.domain import sla_log
from psa_tickets.domain.default_workflow import DEFAULT_WORKFLOW
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.status_kind import FINAL, STAGES, Kind, SlaEffect, Stage
from psa_tickets.domain.ticket_refusals import (
    AssigneeMissing,
    FieldsMissing,
    IllegalMove,
    InternalNoteByContact,
    NotResolved,
    ReopenWindowOver,
    TicketClosed,
)
from psa_tickets.domain.workflow import Transition, Workflow


class AuthorKind(StrEnum):
    """Who writes; an agent who reports their own problem writes as a contact."""

    AGENT = "agent"
    CONTACT = "contact"
    SYSTEM = "system"


class Visibility(StrEnum):
    """Who may read a comment."""

    PUBLIC = "public"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What the rules need to know about a ticket."""

    id: UUID
    number: str
    title: str
    customer_id: UUID
    priority: Priority
    status: str
    assignee_id: UUID | None
    opened_at: datetime
    first_response_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    reopen_count: int
    #: The process that it follows: the tenant's own, or the default.
    workflow: Workflow = DEFAULT_WORKFLOW

    @property
    def kind(self) -> Kind:
        """What its status means."""
        return self.workflow.status(self.status).kind

    @property
    def stage(self) -> Stage:
        """What its status means to other services."""
        return STAGES[self.kind]

    @property
    def sla_effect(self) -> SlaEffect:
        """What its status does to the resolution clock."""
        return self.workflow.status(self.status).effect


#: A service stores more of a ticket than the rules need; they return what they were given.
TicketT = TypeVar("TicketT", bound=Ticket)


def step(ticket: Ticket, wanted: str) -> Transition:
    """
    Return the step from where *ticket* stands to *wanted*.

    Raises UnknownStatus, or IllegalMove if the process has no such step.
    """
    ticket.workflow.status(wanted)
    found = ticket.workflow.step(ticket.status, wanted)
    if found is None:
        raise IllegalMove(ticket.status, wanted, ticket.workflow)
    return found


def move(ticket: TicketT, wanted: str, *, now: datetime) -> TicketT:
    """
    Return *ticket* in status *wanted*.

    Closing keeps when it was resolved; going back to work forgets it and counts a reopening.
    Raises IllegalMove if the process has no such step, FieldsMissing if the step demands more
    of the ticket, AssigneeMissing if nobody would own it.
    """
    demanded = step(ticket, wanted).required_fields
    if wanted == ticket.workflow.after_assignment and ticket.assignee_id is None:
        raise AssigneeMissing(ticket.number)
    missing = [name for name in demanded if not is_filled(ticket, name)]
    if missing:
        raise FieldsMissing(wanted, missing)
    return enter(ticket, wanted, now=now)


def is_filled(ticket: Ticket, name: str) -> bool:
    """Say whether a field, or `custom.<key>` of the tenant's own, holds something."""
    first, _, key = name.partition(".")
    value: object = getattr(ticket, first, None)
    if key and isinstance(value, Mapping):
        value = cast("Mapping[str, object]", value).get(key)
    return value is not None and value not in ("", [], ())


def enter(ticket: TicketT, wanted: str, *, now: datetime) -> TicketT:
    """Return *ticket* in status *wanted*, whatever the process demands of people."""
    after = replace(ticket, status=wanted)
    if ticket.stage is Stage.RESOLVED and after.stage in {Stage.OPEN, Stage.WAITING}:
        after = replace(after, resolved_at=None, reopen_count=ticket.reopen_count + 1)
    match after.kind:
        case Kind.RESOLVED:
            return replace(after, resolved_at=ticket.resolved_at or now)
        case Kind.CLOSED:
            return replace(after, resolved_at=ticket.resolved_at or now, closed_at=now)
        case Kind.CANCELLED:
            return replace(after, closed_at=now)
        case Kind.NEW:
            return replace(after, assignee_id=None)
        case _:
            return after


def assign(ticket: TicketT, assignee_id: UUID | None) -> TicketT:
    """
    Return *ticket* owned by *assignee_id*, or by nobody.

    A new ticket becomes assigned and an assigned one new again; work under way stays as it is.
    Raises TicketClosed for a closed ticket.
    """
    if ticket.kind in FINAL:
        raise TicketClosed(ticket.number)

    status, process = ticket.status, ticket.workflow
    if status in {process.initial, process.after_assignment}:
        status = process.initial if assignee_id is None else process.after_assignment
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
    match ticket.kind:
        case Kind.CLOSED | Kind.CANCELLED:
            raise TicketClosed(ticket.number)
        case Kind.RESOLVED if ticket.resolved_at and at < ticket.resolved_at:
            # Said before the solution and only entered after it: no news.
            return ticket
        case Kind.RESOLVED:
            return reopen(ticket, at=at)
        case Kind.WAITING_CUSTOMER:
            return enter(ticket, ticket.workflow.after_reply, now=at)
        case _:
            return ticket


def reopen(ticket: TicketT, *, at: datetime) -> TicketT:
    """
    Return the solved *ticket* back at work.

    Raises ReopenWindowOver long after the solution, NotResolved for one that is not solved.
    """
    if ticket.kind is not Kind.RESOLVED:
        raise NotResolved(ticket.number)
    process = ticket.workflow
    if ticket.resolved_at and at - ticket.resolved_at > process.reopen_window:
        raise ReopenWindowOver(ticket.number, ticket.resolved_at, process.reopen_days)
    return enter(ticket, process.after_reply, now=at)


def close(ticket: TicketT, *, now: datetime) -> TicketT:
    """
    Return *ticket* closed; one under way is solved by that.

    Raises TicketClosed for one that is closed already.
    """
    if ticket.kind in FINAL:
        raise TicketClosed(ticket.number)
    process = ticket.workflow
    closed = process.closing_of(ticket.status) or next(
        status.key for status in process.statuses if status.kind is Kind.CLOSED
    )
    return enter(ticket, closed, now=now)


def sla_events(before: Ticket, after: Ticket, *, at: datetime) -> tuple[sla_log.Event, ...]:
    """Return what the step from *before* to *after* means to the SLA clocks."""
    responded: tuple[sla_log.Event, ...] = ()
    if after.first_response_at != before.first_response_at:
        responded = (sla_log.Responded(at=at),)
    if before.status == after.status:
        return responded

    was, is_ = before.sla_effect, after.sla_effect
    if is_ is SlaEffect.STOP:
        return responded if was is SlaEffect.STOP else (*responded, sla_log.Resolved(at=at))
    left: Mapping[SlaEffect, tuple[sla_log.Event, ...]] = {
        SlaEffect.RUN: (),
        SlaEffect.PAUSE: (sla_log.Resumed(at=at),),
        SlaEffect.STOP: (sla_log.Reopened(at=at),),
    }
    paused = (sla_log.Paused(at=at, reason=str(after.status)),) if is_ is SlaEffect.PAUSE else ()
    return (*responded, *left[was], *paused)
