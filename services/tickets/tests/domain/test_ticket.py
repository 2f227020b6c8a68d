"""Where a ticket may go, cell by cell, and what words do to it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from psa_tickets.domain.default_workflow import DEFAULT_WORKFLOW, MOVES, Status
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.ticket import (
    AssigneeMissing,
    IllegalMove,
    Ticket,
    TicketClosed,
    assign,
    move,
)

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ADA = UUID(int=1)
BOB = UUID(int=2)

# One row for each status, one column for each wanted one, in the order of `Status`:
# new assigned in_progress waiting_customer waiting_third_party scheduled resolved closed cancelled
TABLE = {
    Status.NEW: "- x x x x x x - x",
    Status.ASSIGNED: "x - x x x x x - x",
    Status.IN_PROGRESS: "- - - x x x x - x",
    Status.WAITING_CUSTOMER: "- - x - x x x - x",
    Status.WAITING_THIRD_PARTY: "- - x x - x x - x",
    Status.SCHEDULED: "- - x x x - x - x",
    Status.RESOLVED: "- - x - - - - x -",
    Status.CLOSED: "- - - - - - - - -",
    Status.CANCELLED: "- - - - - - - - -",
}
CELLS = [
    (status, wanted, mark == "x")
    for status, row in TABLE.items()
    for wanted, mark in zip(Status, row.split(), strict=True)
]
LEGAL = [(status, wanted) for status, wanted, legal in CELLS if legal]
ILLEGAL = [(status, wanted) for status, wanted, legal in CELLS if not legal]


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


# Moves


def test_the_table_names_every_status() -> None:
    assert set(TABLE) == set(MOVES) == set(DEFAULT_WORKFLOW.keys) == set(Status)


@pytest.mark.parametrize(("status", "wanted"), LEGAL)
def test_a_step_of_the_process_is_taken(status: Status, wanted: Status) -> None:
    assert move(a_ticket(status=status), wanted, now=LATER).status == wanted


@pytest.mark.parametrize(("status", "wanted"), ILLEGAL)
def test_any_other_step_is_refused(status: Status, wanted: Status) -> None:
    with pytest.raises(IllegalMove) as refusal:
        move(a_ticket(status=status), wanted, now=LATER)

    assert (refusal.value.status, refusal.value.wanted) == (status, wanted)


def test_the_refusal_says_where_a_ticket_may_go() -> None:
    with pytest.raises(IllegalMove, match="may become closed, in_progress"):
        move(a_ticket(status=Status.RESOLVED), Status.NEW, now=LATER)


def test_a_closed_ticket_stays_closed() -> None:
    with pytest.raises(IllegalMove, match="open a follow-up ticket"):
        move(a_ticket(status=Status.CLOSED), Status.IN_PROGRESS, now=LATER)


@pytest.mark.parametrize(("status", "wanted"), LEGAL)
def test_only_resolving_sets_and_only_reopening_clears_when_it_was_resolved(
    status: Status, wanted: Status
) -> None:
    before = a_ticket(status=status)

    after = move(before, wanted, now=LATER)

    match status, wanted:
        case _, Status.RESOLVED:
            assert after.resolved_at == LATER
        case Status.RESOLVED, Status.IN_PROGRESS:
            assert after.resolved_at is None
        case _:
            assert after.resolved_at == before.resolved_at


def test_closing_keeps_when_it_was_resolved_and_notes_when_it_was_closed() -> None:
    closed = move(a_ticket(status=Status.RESOLVED), Status.CLOSED, now=LATER)

    assert (closed.resolved_at, closed.closed_at) == (NOON, LATER)


@pytest.mark.parametrize(("status", "wanted"), LEGAL)
def test_only_going_back_to_work_counts_as_a_reopening(status: Status, wanted: Status) -> None:
    reopened = (status, wanted) == (Status.RESOLVED, Status.IN_PROGRESS)

    assert move(a_ticket(status=status), wanted, now=LATER).reopen_count == int(reopened)


def test_nobody_is_no_assignee() -> None:
    with pytest.raises(AssigneeMissing, match="T-1001 has no assignee"):
        move(a_ticket(assignee_id=None), Status.ASSIGNED, now=LATER)


def test_a_ticket_that_is_new_again_belongs_to_nobody() -> None:
    assert move(a_ticket(status=Status.ASSIGNED), Status.NEW, now=LATER).assignee_id is None


def test_a_richer_ticket_stays_what_it_is() -> None:
    @dataclass(frozen=True, kw_only=True)
    class StoredTicket(Ticket):
        version: int

    names = Ticket.__dataclass_fields__
    stored = StoredTicket(**{name: getattr(a_ticket(), name) for name in names}, version=7)

    assert move(stored, Status.IN_PROGRESS, now=LATER).version == 7


# Assignment


@pytest.mark.parametrize(
    ("status", "assignee_id", "expected"),
    [
        (Status.NEW, BOB, Status.ASSIGNED),
        (Status.NEW, None, Status.NEW),
        (Status.ASSIGNED, BOB, Status.ASSIGNED),
        (Status.ASSIGNED, None, Status.NEW),
        *(
            (status, BOB, status)
            for status in Status
            if status
            in set(Status) - {Status.NEW, Status.ASSIGNED, Status.CLOSED, Status.CANCELLED}
        ),
        (Status.IN_PROGRESS, None, Status.IN_PROGRESS),
    ],
)
def test_assigning_changes_the_owner_and_only_a_waiting_status(
    status: Status, assignee_id: UUID | None, expected: Status
) -> None:
    after = assign(a_ticket(status=status), assignee_id)

    assert (after.assignee_id, after.status) == (assignee_id, expected)


@pytest.mark.parametrize("status", [Status.CLOSED, Status.CANCELLED])
def test_a_closed_ticket_is_not_assigned(status: Status) -> None:
    with pytest.raises(TicketClosed, match="T-1001 is closed"):
        assign(a_ticket(status=status), BOB)
