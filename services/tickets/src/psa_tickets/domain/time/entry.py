"""An entry of work on its way to the invoice: who may change it, and who vouches for it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from psa_common.errors import Conflict, Forbidden, Refused
from psa_tickets.domain.time.rules import TimeRules
from psa_tickets.domain.time.work import Work


class Billable(StrEnum):
    """What the customer pays: all, nothing unseen, a shown 0, or a shown gift."""

    BILLABLE = "billable"
    NON_BILLABLE = "non_billable"
    NO_CHARGE = "no_charge"
    GOODWILL = "goodwill"


class Place(StrEnum):
    """Where somebody worked."""

    REMOTE = "remote"
    ON_SITE = "on_site"
    OFFICE = "office"


class Approval(StrEnum):
    """How far an entry is on its way to the invoice; `checked` is the first of two approvals."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHECKED = "checked"
    APPROVED = "approved"
    REJECTED = "rejected"
    BILLED = "billed"
    WRITTEN_OFF = "written_off"


#: An approval is final, for billing hears of it; what was wrong is put right by another entry.
STEPS: Mapping[Approval, frozenset[Approval]] = {
    Approval.DRAFT: frozenset({Approval.SUBMITTED}),
    Approval.SUBMITTED: frozenset(
        {Approval.DRAFT, Approval.CHECKED, Approval.APPROVED, Approval.REJECTED}
    ),
    Approval.CHECKED: frozenset({Approval.APPROVED, Approval.REJECTED}),
    Approval.REJECTED: frozenset({Approval.SUBMITTED}),
    Approval.APPROVED: frozenset({Approval.BILLED, Approval.WRITTEN_OFF}),
    Approval.BILLED: frozenset(),
    Approval.WRITTEN_OFF: frozenset(),
}

EDITABLE = frozenset({Approval.DRAFT, Approval.REJECTED})
REVERSIBLE = frozenset({Approval.APPROVED, Approval.BILLED, Approval.WRITTEN_OFF})


class IllegalApproval(Refused):
    """The way to the invoice has no such step."""

    code = "illegal_approval_step"

    def __init__(self, current: Approval, wanted: Approval) -> None:
        allowed = ", ".join(sorted(STEPS[current])) or "nothing"
        super().__init__(
            f"Work that is {current} cannot become {wanted}; it may become {allowed}.",
            field="state",
        )
        self.current = current
        self.wanted = wanted


class EntryLocked(Conflict):
    """Somebody relies on what the entry says."""

    code = "time_entry_locked"

    def __init__(self, current: Approval) -> None:
        super().__init__(
            f"Work that is {current} cannot be changed; "
            "withdraw a submitted entry, correct an approved one by another."
        )
        self.current = current


class OwnWorkApproved(Forbidden):
    """This tenant wants four eyes on every entry."""

    code = "own_work_approved"

    def __init__(self) -> None:
        super().__init__("Nobody approves their own work here; ask a colleague.")


class SameApprover(Forbidden):
    """Two approvals are worth something if two people give them."""

    code = "same_approver"

    def __init__(self) -> None:
        super().__init__("You have given the first approval; somebody else gives the second.")


class NotReversible(Conflict):
    """Only what somebody relies on is reversed; anything else is simply changed."""

    code = "not_reversible"

    def __init__(self, current: Approval) -> None:
        super().__init__(f"Work that is {current} is not reversed; change or delete it.")
        self.current = current


class ReversalReversed(Conflict):
    """A reversing entry is itself corrected by a new entry."""

    code = "reversal_reversed"

    def __init__(self) -> None:
        super().__init__("This entry reverses another; write down what is right as a new entry.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeEntry:
    """One person's work on one ticket or task."""

    id: UUID
    ticket_id: UUID | None
    task_id: UUID | None
    user_id: UUID
    work: Work
    work_type: str
    billable: Billable
    note: str
    state: Approval
    checked_by: UUID | None = None
    reverses_id: UUID | None = None


def decide(entry: TimeEntry, wanted: Approval) -> TimeEntry:
    """
    Return *entry* one step further.

    Raises IllegalApproval if there is no such step.
    """
    if wanted not in STEPS[entry.state]:
        raise IllegalApproval(entry.state, wanted)
    return replace(entry, state=wanted)


def vouch(entry: TimeEntry, approver: UUID, rules: TimeRules) -> TimeEntry:
    """
    Return *entry* approved, or checked where two people have to.

    Raises IllegalApproval, OwnWorkApproved or SameApprover.
    """
    second = entry.state is Approval.CHECKED
    wanted = Approval.CHECKED if rules.approval_tiers == 2 and not second else Approval.APPROVED
    vouched = decide(entry, wanted)
    refuse_own_work(entry.user_id, approver, rules)
    if second and entry.checked_by == approver:
        raise SameApprover
    return replace(vouched, checked_by=approver if wanted is Approval.CHECKED else entry.checked_by)


def refuse_own_work(worker: UUID, approver: UUID, rules: TimeRules) -> None:
    """Raise OwnWorkApproved where nobody vouches for themselves."""
    if worker == approver and not rules.own_approval:
        raise OwnWorkApproved


def refuse_locked(state: Approval) -> None:
    """Raise EntryLocked unless work in *state* may still be changed."""
    if state not in EDITABLE:
        raise EntryLocked(state)


def reversal(entry: TimeEntry, *, id: UUID) -> TimeEntry:
    """
    Return the twin that takes *entry* back: the same with negative minutes, approved.

    Raises NotReversible or ReversalReversed.
    """
    if entry.state not in REVERSIBLE:
        raise NotReversible(entry.state)
    if entry.reverses_id is not None:
        raise ReversalReversed
    return replace(
        entry,
        id=id,
        work=replace(entry.work, minutes=-entry.work.minutes),
        state=Approval.APPROVED,
        reverses_id=entry.id,
    )
