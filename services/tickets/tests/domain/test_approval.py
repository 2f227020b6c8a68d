"""The way of an entry of work to the invoice, cell by cell."""

from datetime import date
from uuid import UUID

import pytest

from psa_tickets.domain.time_entry import (
    EDITABLE,
    STEPS,
    Approval,
    Billable,
    EntryLocked,
    IllegalApproval,
    TimeEntry,
    Work,
    decide,
    refuse_locked,
)


def an_entry(state: Approval) -> TimeEntry:
    return TimeEntry(
        id=UUID(int=1),
        ticket_id=UUID(int=1001),
        task_id=None,
        user_id=UUID(int=2),
        work=Work(work_date=date(2026, 6, 5), started_at=None, ended_at=None, minutes=75),
        work_type="remote",
        billable=Billable.BILLABLE,
        note="Index der Warenwirtschaft neu aufgebaut",
        state=state,
    )


# Approval: one row for each state, one column for each wanted one, in the order of `Approval`:
# draft submitted approved rejected billed
TABLE = {
    Approval.DRAFT: "- x - - -",
    Approval.SUBMITTED: "x - x x -",
    Approval.APPROVED: "- - - - x",
    Approval.REJECTED: "- x - - -",
    Approval.BILLED: "- - - - -",
}
CELLS = [
    (state, wanted, mark == "x")
    for state, row in TABLE.items()
    for wanted, mark in zip(Approval, row.split(), strict=True)
]


def test_the_table_names_every_state() -> None:
    assert set(TABLE) == set(STEPS) == set(Approval)


@pytest.mark.parametrize(("state", "wanted"), [cell[:2] for cell in CELLS if cell[2]])
def test_a_step_towards_the_invoice_is_taken(state: Approval, wanted: Approval) -> None:
    assert decide(an_entry(state), wanted).state is wanted


@pytest.mark.parametrize(("state", "wanted"), [cell[:2] for cell in CELLS if not cell[2]])
def test_any_other_step_is_refused(state: Approval, wanted: Approval) -> None:
    with pytest.raises(IllegalApproval, match=f"Work that is {state} cannot") as refusal:
        decide(an_entry(state), wanted)

    assert (refusal.value.current, refusal.value.wanted) == (state, wanted)


@pytest.mark.parametrize("state", Approval)
def test_only_drafts_and_rejected_entries_may_be_changed(state: Approval) -> None:
    if state in EDITABLE:
        refuse_locked(an_entry(state))
        return

    with pytest.raises(EntryLocked) as refusal:
        refuse_locked(an_entry(state))
    assert refusal.value.current is state


def test_what_may_be_changed_is_what_nobody_relies_on() -> None:
    assert {Approval.DRAFT, Approval.REJECTED} == EDITABLE
