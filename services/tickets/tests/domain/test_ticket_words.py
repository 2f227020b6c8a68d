"""What words do to a ticket, and what each step means to its SLA clocks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from psa_tickets.domain.default_workflow import DEFAULT_WORKFLOW, Status
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.sla_log import Event, Paused, Reopened, Resolved, Responded, Resumed
from psa_tickets.domain.status_kind import SLA_EFFECTS, SlaEffect, Stage
from psa_tickets.domain.ticket import (
    AuthorKind,
    InternalNoteByContact,
    ReopenWindowOver,
    Ticket,
    TicketClosed,
    Visibility,
    comment,
    move,
    sla_events,
)

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ADA = UUID(int=1)
BOB = UUID(int=2)


def a_ticket(
    *,
    status: Status = Status.NEW,
    assignee_id: UUID | None = ADA,
    first_response_at: datetime | None = None,
    resolved_at: datetime | None = None,
) -> Ticket:
    if status in {Status.RESOLVED, Status.CLOSED}:
        resolved_at = resolved_at or NOON
    return Ticket(
        id=UUID(int=1001),
        number="T-1001",
        title="Warenwirtschaft langsam",
        customer_id=UUID(int=10042),
        priority=Priority.P2,
        status=status,
        assignee_id=assignee_id,
        opened_at=NOON - timedelta(hours=1),
        first_response_at=first_response_at,
        resolved_at=resolved_at,
        closed_at=NOON if status is Status.CLOSED else None,
        reopen_count=0,
    )


def by(
    ticket: Ticket,
    author_kind: AuthorKind,
    visibility: Visibility = Visibility.PUBLIC,
    at: datetime = LATER,
) -> Ticket:
    return comment(ticket, author_kind=author_kind, visibility=visibility, at=at)


def test_the_first_public_words_of_an_agent_are_the_first_response() -> None:
    assert by(a_ticket(), AuthorKind.AGENT).first_response_at == LATER


def test_later_words_are_no_first_response() -> None:
    answered = a_ticket(first_response_at=NOON)

    assert by(answered, AuthorKind.AGENT).first_response_at == NOON


def test_an_answer_entered_late_may_turn_out_to_be_the_first() -> None:
    answered = a_ticket(first_response_at=LATER)

    assert by(answered, AuthorKind.AGENT, at=NOON).first_response_at == NOON


@pytest.mark.parametrize(
    ("author_kind", "visibility"),
    [
        (AuthorKind.AGENT, Visibility.INTERNAL),
        (AuthorKind.SYSTEM, Visibility.PUBLIC),
        (AuthorKind.SYSTEM, Visibility.INTERNAL),
        (AuthorKind.CONTACT, Visibility.PUBLIC),
    ],
)
def test_notes_and_automatic_mails_answer_nobody(
    author_kind: AuthorKind, visibility: Visibility
) -> None:
    assert by(a_ticket(), author_kind, visibility) == a_ticket()


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.NEW, Status.NEW),
        (Status.ASSIGNED, Status.ASSIGNED),
        (Status.IN_PROGRESS, Status.IN_PROGRESS),
        (Status.WAITING_CUSTOMER, Status.IN_PROGRESS),
        (Status.WAITING_THIRD_PARTY, Status.WAITING_THIRD_PARTY),
        (Status.SCHEDULED, Status.SCHEDULED),
        (Status.RESOLVED, Status.IN_PROGRESS),
    ],
)
def test_a_contacts_words_end_the_wait_for_them_and_reopen(
    status: Status, expected: Status
) -> None:
    assert by(a_ticket(status=status), AuthorKind.CONTACT).status == expected


def test_an_agents_words_leave_the_status_alone() -> None:
    resolved = a_ticket(status=Status.RESOLVED)

    assert by(resolved, AuthorKind.AGENT).status == Status.RESOLVED


@pytest.mark.parametrize("status", [Status.CLOSED, Status.CANCELLED])
def test_a_reply_to_a_closed_ticket_is_refused(status: Status) -> None:
    with pytest.raises(TicketClosed):
        by(a_ticket(status=status), AuthorKind.CONTACT)


def test_a_reply_on_the_last_day_reopens() -> None:
    resolved = a_ticket(status=Status.RESOLVED)
    last_moment = NOON + DEFAULT_WORKFLOW.reopen_window

    assert by(resolved, AuthorKind.CONTACT, at=last_moment).reopen_count == 1


def test_a_reply_after_a_week_is_a_new_problem() -> None:
    late = NOON + DEFAULT_WORKFLOW.reopen_window + timedelta(seconds=1)

    with pytest.raises(ReopenWindowOver, match="resolved on 2026-06-03") as refusal:
        by(a_ticket(status=Status.RESOLVED), AuthorKind.CONTACT, at=late)

    assert refusal.value.resolved_at == NOON


def test_words_from_before_the_solution_do_not_reopen() -> None:
    resolved = a_ticket(status=Status.RESOLVED)

    assert by(resolved, AuthorKind.CONTACT, at=NOON - timedelta(minutes=1)) == resolved


def test_a_contact_writes_no_internal_note() -> None:
    with pytest.raises(InternalNoteByContact):
        by(a_ticket(), AuthorKind.CONTACT, Visibility.INTERNAL)


# What it means to the clocks


@pytest.mark.parametrize(
    ("status", "stage", "effect"),
    [
        (Status.NEW, Stage.OPEN, SlaEffect.RUN),
        (Status.ASSIGNED, Stage.OPEN, SlaEffect.RUN),
        (Status.IN_PROGRESS, Stage.OPEN, SlaEffect.RUN),
        (Status.WAITING_CUSTOMER, Stage.WAITING, SlaEffect.PAUSE),
        (Status.WAITING_THIRD_PARTY, Stage.WAITING, SlaEffect.PAUSE),
        (Status.SCHEDULED, Stage.WAITING, SlaEffect.PAUSE),
        (Status.RESOLVED, Stage.RESOLVED, SlaEffect.STOP),
        (Status.CLOSED, Stage.CLOSED, SlaEffect.STOP),
        (Status.CANCELLED, Stage.CLOSED, SlaEffect.STOP),
    ],
)
def test_a_status_has_a_stage_and_the_stage_an_effect(
    status: Status, stage: Stage, effect: SlaEffect
) -> None:
    ticket = a_ticket(status=status)

    assert (ticket.stage, ticket.sla_effect) == (stage, effect)
    assert set(SLA_EFFECTS) == set(Stage)


@pytest.mark.parametrize(
    ("status", "wanted", "expected"),
    [
        (Status.NEW, Status.IN_PROGRESS, ()),
        (Status.IN_PROGRESS, Status.SCHEDULED, (Paused(at=LATER, reason="scheduled"),)),
        (Status.WAITING_CUSTOMER, Status.IN_PROGRESS, (Resumed(at=LATER),)),
        (
            Status.WAITING_CUSTOMER,
            Status.WAITING_THIRD_PARTY,
            (Resumed(at=LATER), Paused(at=LATER, reason="waiting_third_party")),
        ),
        (Status.IN_PROGRESS, Status.RESOLVED, (Resolved(at=LATER),)),
        (Status.SCHEDULED, Status.RESOLVED, (Resolved(at=LATER),)),
        (Status.SCHEDULED, Status.CANCELLED, (Resolved(at=LATER),)),
        (Status.RESOLVED, Status.CLOSED, ()),
        (Status.RESOLVED, Status.IN_PROGRESS, (Reopened(at=LATER),)),
    ],
)
def test_a_move_tells_the_clocks(
    status: Status, wanted: Status, expected: tuple[Event, ...]
) -> None:
    before = a_ticket(status=status)

    assert sla_events(before, move(before, wanted, now=LATER), at=LATER) == expected


def test_the_first_response_tells_the_clocks() -> None:
    before = a_ticket(status=Status.IN_PROGRESS)

    assert sla_events(before, by(before, AuthorKind.AGENT), at=LATER) == (Responded(at=LATER),)


def test_nothing_new_tells_the_clocks_nothing() -> None:
    ticket = a_ticket()

    assert sla_events(ticket, replace(ticket, title="Warenwirtschaft steht"), at=LATER) == ()
