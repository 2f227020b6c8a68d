"""Which ticket may be merged into which, what becomes of it, and until when it can be undone."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from psa_common.errors import Refused
from psa_tickets.domain.status_kind import FINAL
from psa_tickets.domain.ticket import Ticket

#: After a day people have worked with the merged ticket; taking it apart would surprise them.
UNDO_WINDOW = timedelta(hours=24)

TicketT = TypeVar("TicketT", bound=Ticket)


class TicketMerged(Refused):
    """What is said and done belongs to the ticket that took this one in."""

    code = "ticket_merged"

    def __init__(self, number: str, target_number: str) -> None:
        super().__init__(f"{number} was merged into {target_number}; go on there.")
        self.number = number
        self.target_number = target_number


class MergedIntoItself(Refused):
    """A merge takes two tickets."""

    code = "merged_into_itself"

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} cannot be merged into itself; choose another.", field="into")
        self.number = number


class MergeTargetClosed(Refused):
    """Nobody would look at what is merged into a closed ticket."""

    code = "merge_target_closed"

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} is closed; choose one that somebody works on.", field="into")
        self.number = number


class MergedAcrossCustomers(Refused):
    """What one customer said is nothing for another one's eyes."""

    code = "merged_across_customers"

    def __init__(self, number: str, target_number: str) -> None:
        super().__init__(
            f"{number} and {target_number} belong to different customers; link them instead.",
            field="into",
        )
        self.number = number
        self.target_number = target_number


class MergedAcrossContracts(Refused):
    """Time that billing knows of has been counted under its contract."""

    code = "merged_across_contracts"

    def __init__(self, number: str, target_number: str) -> None:
        super().__init__(
            f"Time on {number} has been given to billing under another contract than that of "
            f"{target_number}; link the tickets instead.",
            field="into",
        )
        self.number = number
        self.target_number = target_number


class MergedIntoOwnDescendant(Refused):
    """A ticket that takes in its own parent would be its own parent."""

    code = "merged_into_own_descendant"

    def __init__(self, number: str, target_number: str) -> None:
        super().__init__(
            f"{target_number} stands below {number}; merge {target_number} into {number}, or "
            f"clear its parent first.",
            field="into",
        )
        self.number = number
        self.target_number = target_number


class NotMerged(Refused):
    """Only a merge can be undone."""

    code = "not_merged"

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} is not merged into any ticket; there is nothing to undo.")
        self.number = number


class UnmergeTooLate(Refused):
    """People have worked with the merged ticket by now."""

    code = "unmerge_too_late"

    def __init__(self, number: str, merged_at: datetime) -> None:
        hours = int(UNDO_WINDOW.total_seconds() // 3600)
        super().__init__(
            f"{number} was merged on {merged_at:%Y-%m-%d %H:%M} UTC, more than {hours} hours ago; "
            "split what belongs apart into a new ticket."
        )
        self.number = number
        self.merged_at = merged_at


class UnmergeImpossible(Refused):
    """Parents and children have been rearranged since the merge."""

    code = "unmerge_impossible"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"With its children back, {number} would stand below itself; clear the parent of "
            "those children first."
        )
        self.number = number


def refuse_merge(
    source: Ticket,
    target: Ticket,
    *,
    told_to_billing: bool,
    same_contract: bool,
    target_is_below: bool,
) -> None:
    """
    Raise what forbids to merge *source* into *target*.

    That either of them is merged already is refused where they are read, because that
    refusal names a third ticket.
    """
    if source.id == target.id:
        raise MergedIntoItself(source.number)
    if source.customer_id != target.customer_id:
        raise MergedAcrossCustomers(source.number, target.number)
    if target.kind in FINAL:
        raise MergeTargetClosed(target.number)
    if told_to_billing and not same_contract:
        raise MergedAcrossContracts(source.number, target.number)
    if target_is_below:
        raise MergedIntoOwnDescendant(source.number, target.number)


def close_as_merged(source: TicketT, *, now: datetime) -> TicketT:
    """Return *source* closed, as another ticket has taken it in: nobody works on it any more."""
    if source.kind in FINAL:
        return source
    return replace(source, status=source.workflow.closed, closed_at=now)


def refuse_late_undo(number: str, *, merged_at: datetime, now: datetime) -> None:
    """Raise UnmergeTooLate once the merge has become a fact that people rely on."""
    if now - merged_at > UNDO_WINDOW:
        raise UnmergeTooLate(number, merged_at)
