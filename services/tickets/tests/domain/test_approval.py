"""The way of an entry of work to the invoice, cell by cell."""

from datetime import date
from uuid import UUID

import pytest

from psa_tickets.domain.time.entry import (
    EDITABLE,
    REVERSIBLE,
    STEPS,
    Approval,
    Billable,
    EntryLocked,
    IllegalApproval,
    NotReversible,
    OwnWorkApproved,
    ReversalReversed,
    SameApprover,
    TimeEntry,
    decide,
    refuse_locked,
    reversal,
    vouch,
)
from psa_tickets.domain.time.rules import TimeRules
from psa_tickets.domain.time.work import Work

WORKER, FIRST, SECOND = UUID(int=2), UUID(int=3), UUID(int=4)


def an_entry(state: Approval, *, checked_by: UUID | None = None) -> TimeEntry:
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
        checked_by=checked_by,
    )


# Approval: one row for each state, one column for each wanted one, in the order of `Approval`:
# draft submitted checked approved rejected billed written_off
TABLE = {
    Approval.DRAFT: "- x - - - - -",
    Approval.SUBMITTED: "x - x x x - -",
    Approval.CHECKED: "- - - x x - -",
    Approval.APPROVED: "- - - - - x x",
    Approval.REJECTED: "- x - - - - -",
    Approval.BILLED: "- - - - - - -",
    Approval.WRITTEN_OFF: "- - - - - - -",
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
        refuse_locked(state)
        return

    with pytest.raises(EntryLocked) as refusal:
        refuse_locked(state)
    assert refusal.value.current is state


def test_what_may_be_changed_is_what_nobody_relies_on() -> None:
    assert {Approval.DRAFT, Approval.REJECTED} == EDITABLE


# Who vouches


def test_one_approval_is_enough_unless_the_tenant_wants_two() -> None:
    assert vouch(an_entry(Approval.SUBMITTED), FIRST, TimeRules()).state is Approval.APPROVED


def test_where_two_approve_the_second_is_somebody_else() -> None:
    rules = TimeRules(approval_tiers=2)

    checked = vouch(an_entry(Approval.SUBMITTED), FIRST, rules)

    assert (checked.state, checked.checked_by) == (Approval.CHECKED, FIRST)
    assert vouch(checked, SECOND, rules).state is Approval.APPROVED
    with pytest.raises(SameApprover):
        vouch(checked, FIRST, rules)


def test_a_checked_entry_is_approved_also_when_one_approval_has_become_enough() -> None:
    checked = an_entry(Approval.CHECKED, checked_by=FIRST)

    assert vouch(checked, SECOND, TimeRules(approval_tiers=1)).state is Approval.APPROVED


@pytest.mark.parametrize("tiers", [1, 2])
def test_nobody_vouches_for_themselves_where_the_tenant_says_so(tiers: int) -> None:
    rules = TimeRules(approval_tiers=2 if tiers == 2 else 1, own_approval=False)

    with pytest.raises(OwnWorkApproved):
        vouch(an_entry(Approval.SUBMITTED), WORKER, rules)


# Reversal


@pytest.mark.parametrize("state", Approval)
def test_what_somebody_relies_on_is_reversed_and_nothing_else(state: Approval) -> None:
    if state not in REVERSIBLE:
        with pytest.raises(NotReversible):
            reversal(an_entry(state), id=UUID(int=9))
        return

    twin = reversal(an_entry(state), id=UUID(int=9))

    assert twin.work.minutes == -75
    assert (twin.id, twin.reverses_id, twin.state) == (
        UUID(int=9),
        UUID(int=1),
        Approval.APPROVED,
    )


def test_a_reversal_is_not_reversed() -> None:
    twin = reversal(an_entry(Approval.BILLED), id=UUID(int=9))

    with pytest.raises(ReversalReversed):
        reversal(twin, id=UUID(int=10))


def test_every_state_is_open_editable_or_reversible() -> None:
    waiting = {Approval.SUBMITTED, Approval.CHECKED}

    assert EDITABLE | REVERSIBLE | waiting == set(Approval)
