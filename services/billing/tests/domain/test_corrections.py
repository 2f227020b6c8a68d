"""Each entry that an invoice holds wrongly is named by the next run, and stops nothing."""

from dataclasses import replace
from datetime import date

from billing_builders import an_id, the_inputs
from psa_billing.domain.corrections import open_corrections
from psa_billing.domain.proposal import ExceptionCode, Severity
from psa_billing.domain.run import propose
from psa_billing.domain.run_inputs import ReversedTime


def reversed_time(invoice_number: str | None) -> ReversedTime:
    """Return the 75 minutes on T-1001 that somebody took back."""
    return ReversedTime(
        time_entry_id=an_id("E2"),
        work_date=date(2026, 6, 8),
        minutes=75,
        ticket_number="T-1001",
        invoice_id=an_id("invoice"),
        invoice_number=invoice_number,
    )


def test_what_an_issued_invoice_holds_is_to_be_credited() -> None:
    (found,) = open_corrections([reversed_time("RE-2026-000001")])

    assert (found.code, found.severity) == (ExceptionCode.CORRECTION_OPEN, Severity.WARNS)
    assert (found.source_kind, found.source_id) == ("time_entry", an_id("E2"))
    assert found.message == (
        "Credit the 75 min of 2026-06-08 on T-1001 on invoice RE-2026-000001: they were taken back."
    )


def test_an_invoice_that_is_only_approved_is_to_be_deleted() -> None:
    (found,) = open_corrections([reversed_time(None)])

    assert found.message.startswith(f"Delete the approved invoice {an_id('invoice')}")


def test_a_run_names_corrections_and_bills_the_rest_nevertheless() -> None:
    inputs = replace(the_inputs(), reversed_time=(reversed_time("RE-2026-000001"),))

    proposal = propose(inputs)

    assert not proposal.stopped
    assert [each.code for each in proposal.exceptions] == [ExceptionCode.CORRECTION_OPEN]
    assert proposal.drafts == propose(the_inputs()).drafts
