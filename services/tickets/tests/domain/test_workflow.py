"""A tenant's own process: what makes one, what is refused, and how a ticket lives in it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from psa_common.errors import DomainError
from psa_tickets.domain.default_workflow import DEFAULT_WORKFLOW
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.sla_log import Paused, Reopened
from psa_tickets.domain.status_kind import FINAL, Kind, SlaEffect
from psa_tickets.domain.ticket import (
    AuthorKind,
    FieldsMissing,
    Ticket,
    Visibility,
    assign,
    comment,
    move,
    sla_events,
)
from psa_tickets.domain.workflow import StatusDefinition, Transition, Workflow, changed_in_meaning
from psa_tickets.domain.workflow_refusals import (
    BadStatusKey,
    ClockStopsAnyway,
    FinalStatusLeft,
    NoStatusOfKind,
    StatusTwice,
    StatusUnreachable,
    StepMissing,
    StepTwice,
    UnknownDemand,
    UnknownStatus,
    WrongKindForRole,
)

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ADA = UUID(int=1)


def a_status(key: str, kind: Kind, *, sla_effect: SlaEffect | None = None) -> StatusDefinition:
    return StatusDefinition(key=key, kind=kind, label_de=key, label_en=key, sla_effect=sla_effect)


def steps(*arrows: str) -> tuple[Transition, ...]:
    """Read steps such as "triage>doing"."""
    pairs = (arrow.split(">") for arrow in arrows)
    return tuple(Transition(source=source, target=target) for source, target in pairs)


LEAN = Workflow(
    statuses=(
        a_status("triage", Kind.NEW),
        a_status("doing", Kind.OPEN),
        a_status("parts_ordered", Kind.WAITING_THIRD_PARTY, sla_effect=SlaEffect.RUN),
        a_status("asked", Kind.WAITING_CUSTOMER),
        a_status("fixed", Kind.RESOLVED),
        a_status("done", Kind.CLOSED),
    ),
    transitions=steps(
        "triage>doing",
        "doing>asked",
        "doing>parts_ordered",
        "parts_ordered>doing",
        "asked>doing",
        "doing>fixed",
        "fixed>doing",
        "fixed>asked",
        "fixed>done",
    ),
    initial="triage",
    after_assignment="doing",
    after_reply="doing",
)


def a_ticket(*, status: str, resolved_at: datetime | None = None) -> Ticket:
    return Ticket(
        id=UUID(int=1001),
        number="T-1001",
        title="Drucker druckt nicht",
        customer_id=UUID(int=10042),
        priority=Priority.P3,
        status=status,
        assignee_id=None,
        opened_at=NOON,
        first_response_at=None,
        resolved_at=resolved_at,
        closed_at=None,
        reopen_count=0,
        workflow=LEAN,
    )


# What makes a process


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"statuses": (*LEAN.statuses, a_status("Bad Key", Kind.OPEN))}, BadStatusKey),
        ({"statuses": (*LEAN.statuses, a_status("doing", Kind.OPEN))}, StatusTwice),
        ({"statuses": (*LEAN.statuses, a_status("island", Kind.OPEN))}, StatusUnreachable),
        ({"statuses": LEAN.statuses[:-1]}, NoStatusOfKind),
        ({"statuses": (*LEAN.statuses[:4], LEAN.statuses[5])}, NoStatusOfKind),
        (
            {
                "statuses": (
                    *LEAN.statuses,
                    a_status("later", Kind.RESOLVED, sla_effect=SlaEffect.PAUSE),
                )
            },
            ClockStopsAnyway,
        ),
        (
            {"statuses": (*LEAN.statuses, a_status("x", Kind.OPEN, sla_effect=SlaEffect.STOP))},
            ClockStopsAnyway,
        ),
        ({"transitions": (*LEAN.transitions, *steps("doing>nowhere"))}, UnknownStatus),
        ({"transitions": (*LEAN.transitions, *steps("nowhere>doing"))}, UnknownStatus),
        ({"transitions": (*LEAN.transitions, *steps("doing>fixed"))}, StepTwice),
        ({"transitions": (*LEAN.transitions, *steps("done>doing"))}, FinalStatusLeft),
        (
            {"transitions": tuple(s for s in LEAN.transitions if s.source != "asked")},
            StepMissing,
        ),
        (
            {
                "transitions": tuple(
                    s for s in LEAN.transitions if (s.source, s.target) != ("fixed", "doing")
                )
            },
            StepMissing,
        ),
        ({"transitions": tuple(s for s in LEAN.transitions if s.target != "done")}, StepMissing),
        (
            {
                "transitions": (
                    *LEAN.transitions,
                    Transition(source="triage", target="asked", required_fields=("shoe_size",)),
                )
            },
            UnknownDemand,
        ),
        (
            {
                "transitions": (
                    *LEAN.transitions,
                    Transition(source="triage", target="asked", permission="ticket:everything"),
                )
            },
            UnknownDemand,
        ),
        ({"initial": "nowhere"}, UnknownStatus),
        ({"initial": "doing"}, WrongKindForRole),
        ({"after_assignment": "asked"}, WrongKindForRole),
        ({"after_reply": "triage"}, WrongKindForRole),
    ],
)
def test_a_process_in_which_tickets_could_get_stuck_is_refused_by_name(
    changes: dict[str, object], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal) as raised:
        replace(LEAN, **changes)

    assert raised.value.details


@given(st.data())
def test_in_every_accepted_process_each_ticket_can_still_be_closed(data: st.DataObject) -> None:
    """Remove steps at random: what the rules still accept has no dead end on the way to work."""
    kept = data.draw(st.lists(st.sampled_from(DEFAULT_WORKFLOW.transitions), unique=True))
    try:
        process = replace(DEFAULT_WORKFLOW, transitions=tuple(kept))
    except DomainError:
        return

    for status in process.statuses:
        if status.kind is Kind.RESOLVED:
            assert process.closing_of(status.key)
        if status.kind in FINAL:
            assert not process.targets(status.key)


# What a change of it means


def test_new_names_do_not_change_what_statuses_mean() -> None:
    renamed = tuple(replace(status, label_de="Anders") for status in LEAN.statuses)

    assert changed_in_meaning(LEAN, replace(LEAN, statuses=renamed)) == []


def test_what_is_gone_or_means_something_else_is_named() -> None:
    assert "parts_ordered" in changed_in_meaning(LEAN, DEFAULT_WORKFLOW)
    running = tuple(
        replace(status, sla_effect=SlaEffect.RUN) if status.key == "asked" else status
        for status in LEAN.statuses
    )

    assert changed_in_meaning(LEAN, replace(LEAN, statuses=running)) == ["asked"]


# How a ticket lives in it


def test_a_ticket_follows_its_own_process() -> None:
    with pytest.raises(UnknownStatus, match="there are triage, doing"):
        move(a_ticket(status="triage"), "in_progress", now=LATER)


def test_an_owner_takes_a_new_ticket_where_the_process_says() -> None:
    assert assign(a_ticket(status="triage"), ADA).status == "doing"


def test_a_reply_brings_a_ticket_back_where_the_process_says_though_nobody_owns_it() -> None:
    asked = a_ticket(status="asked")

    heard = comment(asked, author_kind=AuthorKind.CONTACT, visibility=Visibility.PUBLIC, at=LATER)

    assert heard.status == "doing"


def test_a_waiting_status_may_let_the_clock_run() -> None:
    doing = replace(a_ticket(status="doing"), assignee_id=ADA)

    assert sla_events(doing, move(doing, "parts_ordered", now=LATER), at=LATER) == ()


def test_from_solved_to_waiting_the_ticket_is_reopened_and_the_clock_rests() -> None:
    fixed = a_ticket(status="fixed", resolved_at=NOON)

    asked = move(fixed, "asked", now=LATER)

    assert (asked.resolved_at, asked.reopen_count) == (None, 1)
    assert sla_events(fixed, asked, at=LATER) == (
        Reopened(at=LATER),
        Paused(at=LATER, reason="asked"),
    )


def test_closing_without_a_solution_is_the_solution() -> None:
    process = replace(LEAN, transitions=(*LEAN.transitions, *steps("doing>done")))
    doing = replace(a_ticket(status="doing"), workflow=process)

    assert move(doing, "done", now=LATER).resolved_at == LATER


def test_a_step_demands_what_the_process_says_and_names_all_of_it() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Richer(Ticket):
        queue_id: UUID | None
        custom: dict[str, object]

    demanding = Transition(
        source="triage", target="fixed", required_fields=("queue_id", "custom.room", "custom.floor")
    )
    process = replace(LEAN, transitions=(*LEAN.transitions, demanding))
    names = Ticket.__dataclass_fields__
    plain = replace(a_ticket(status="triage"), workflow=process)
    ticket = Richer(
        **{name: getattr(plain, name) for name in names}, queue_id=None, custom={"room": "0.12"}
    )

    with pytest.raises(FieldsMissing) as refusal:
        move(ticket, "fixed", now=LATER)
    filled = replace(ticket, queue_id=ADA, custom={"room": "0.12", "floor": "0"})

    assert refusal.value.names == ("queue_id", "custom.floor")
    assert move(filled, "fixed", now=LATER).status == "fixed"
