"""Time that was taken back although an invoice holds it: a person must put the invoice right."""

from collections.abc import Iterable
from enum import StrEnum

from .proposal import ExceptionCode, RunException, run_exception
from .run_inputs import ReversedTime


class ReversalState(StrEnum):
    """What is to be done about time that was taken back; it follows from who holds the entry."""

    UNBILLED = "unbilled"
    TO_WITHDRAW = "to_withdraw"
    TO_CREDIT = "to_credit"


def open_corrections(reversed_time: Iterable[ReversedTime]) -> tuple[RunException, ...]:
    """Return a warning for each entry that an invoice holds wrongly; none is ever left out."""
    return tuple(
        run_exception(
            ExceptionCode.CORRECTION_OPEN,
            _advice(each),
            source_kind="time_entry",
            source_id=each.time_entry_id,
        )
        for each in reversed_time
    )


def _advice(reversed_time: ReversedTime) -> str:
    place = f" on {reversed_time.ticket_number}" if reversed_time.ticket_number else ""
    work = f"the {reversed_time.minutes} min of {reversed_time.work_date}{place}"
    if reversed_time.invoice_number is None:
        return (
            f"Delete the approved invoice {reversed_time.invoice_id} and start another run: "
            f"{work} were taken back."
        )
    return f"Credit {work} on invoice {reversed_time.invoice_number}: they were taken back."
