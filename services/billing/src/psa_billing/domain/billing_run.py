"""The life of a billing run: proposed by the platform, approved by a person."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum

from psa_common.errors import Conflict, Detail, Invalid, Refused

from .proposal import DraftInvoice, Proposal, RunException, Severity

#: A run that looks further ahead would bill periods that nobody can know yet.
DAYS_AHEAD_MAX = 366
#: Documents and events hold amounts and lines up to this.
INVOICE_CENTS_MAX = 10_000_000_000
INVOICE_LINES_MAX = 1_000


class RunStatus(StrEnum):
    """Where a run stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"


MOVES: Mapping[RunStatus, frozenset[RunStatus]] = {
    RunStatus.PROPOSED: frozenset({RunStatus.APPROVED}),
    RunStatus.APPROVED: frozenset(),
}


class IllegalRunMove(Conflict):
    """The life of a run has no such step."""

    code = "illegal_run_move"

    def __init__(self, current: RunStatus, wanted: RunStatus) -> None:
        super().__init__(
            f"A run that is {current} cannot become {wanted}; start another one.", field="status"
        )


class RunStopped(Refused):
    """A run holds something that a person must settle first."""

    code = "run_stopped"

    def __init__(self, exceptions: Iterable[RunException]) -> None:
        super().__init__(
            "Settle what stops the run, then start another one.",
            details=tuple(Detail(each.source_kind, each.message) for each in exceptions),
        )


class RunTooFarAhead(Invalid):
    """A run would bill a time that is too far away."""

    code = "run_too_far_ahead"


class InvoiceTooLarge(Refused):
    """An invoice is larger than any document may say."""

    code = "invoice_too_large"


def move(current: RunStatus, wanted: RunStatus) -> RunStatus:
    """Return *wanted*; raises IllegalRunMove where the process has no such step."""
    if wanted not in MOVES[current]:
        raise IllegalRunMove(current, wanted)

    return wanted


def check_up_to(up_to: date, *, today: date) -> date:
    """Return the date of a run; raises RunTooFarAhead."""
    last = today + timedelta(days=DAYS_AHEAD_MAX)
    if up_to > last:
        raise RunTooFarAhead(f"Bill up to {last} at the latest.", field="up_to")

    return up_to


def approvable(proposals: Iterable[Proposal]) -> tuple[DraftInvoice, ...]:
    """Return what may become invoices; raises RunStopped and InvoiceTooLarge."""
    known = tuple(proposals)
    stops = [
        each
        for proposal in known
        for each in proposal.exceptions
        if each.severity is Severity.STOPS
    ]
    if stops:
        raise RunStopped(stops)

    drafts = tuple(draft for proposal in known for draft in proposal.drafts)
    for draft in drafts:
        if abs(draft.totals.gross_cents) > INVOICE_CENTS_MAX:
            raise InvoiceTooLarge(
                f"The invoice for contract {draft.contract_number} exceeds 100,000,000.00.",
                field="unit_price",
            )
        if len(draft.lines) > INVOICE_LINES_MAX:
            raise InvoiceTooLarge(
                f"The invoice for contract {draft.contract_number} has more than 1,000 lines; "
                "bill up to an earlier day first.",
                field="up_to",
            )
    return drafts
