"""Invoices: states, numbers, due dates, and what the law wants to read on them."""

from dataclasses import replace
from datetime import date

import pytest

from billing_builders import the_inputs
from billing_documents import MUELLER, RHEINSYSTEME, a_line, an_invoice
from psa_billing.domain.invoice import (
    MOVES,
    Address,
    IllegalInvoiceMove,
    ImpossibleNumber,
    ImpossiblePaymentTerms,
    Invoice,
    InvoiceState,
    due_on,
    invoice_lines,
    invoice_number,
    move,
    number_series,
)
from psa_billing.domain.mandatory_fields import (
    MandatoryFieldMissing,
    check_mandatory_fields,
    missing_fields,
)
from psa_billing.domain.run import propose
from psa_billing.domain.vat import VatCategory

CELLS = [(current, wanted) for current in InvoiceState for wanted in InvoiceState]
LEGAL = {
    ("draft", "approved"),
    ("approved", "draft"),
    ("approved", "issued"),
    ("issued", "cancelled"),
}
NOWHERE = Address(street="", postal_code="50825", city="Köln")
REVERSE_CHARGE = a_line(vat_category=VatCategory.REVERSE_CHARGE, vat_percent="0")


@pytest.mark.parametrize(("current", "wanted"), CELLS)
def test_an_invoice_moves_only_as_the_table_says(
    current: InvoiceState, wanted: InvoiceState
) -> None:
    if (current, wanted) in LEGAL:
        assert move(current, wanted) is wanted
    else:
        with pytest.raises(IllegalInvoiceMove):
            move(current, wanted)


def test_the_table_knows_every_state() -> None:
    assert set(MOVES) == set(InvoiceState)


def test_a_number_holds_the_year_and_six_digits() -> None:
    assert invoice_number(2026, 123) == "RE-2026-000123"
    assert number_series(2026) == "RE-2026"


@pytest.mark.parametrize("drawn", [0, -1, 1_000_000])
def test_a_number_that_does_not_fit_is_refused(drawn: int) -> None:
    with pytest.raises(ImpossibleNumber):
        invoice_number(2026, drawn)


def test_fourteen_days_after_the_first_of_july_is_the_fifteenth() -> None:
    assert due_on(date(2026, 7, 1), payment_terms_days=14) == date(2026, 7, 15)


@pytest.mark.parametrize("days", [-1, 366])
def test_payment_terms_that_nobody_agrees_on_are_refused(days: int) -> None:
    with pytest.raises(ImpossiblePaymentTerms):
        due_on(date(2026, 7, 1), payment_terms_days=days)


def test_the_proposed_lines_become_the_invoice_of_the_demo() -> None:
    (draft,) = propose(the_inputs()).drafts

    assert invoice_lines(draft) == an_invoice().lines


def test_the_demo_invoice_adds_up_to_786_29() -> None:
    invoice = an_invoice()

    assert (
        invoice.totals.net_cents,
        invoice.totals.vat_cents,
        invoice.totals.gross_cents,
    ) == (66_075, 12_554, 78_629)
    assert (invoice.service_from, invoice.service_to) == (date(2026, 6, 3), date(2026, 7, 31))


def test_a_complete_invoice_misses_nothing() -> None:
    assert missing_fields(an_invoice()) == ()


@pytest.mark.parametrize(
    ("invoice", "field"),
    [
        (an_invoice(seller=replace(RHEINSYSTEME, legal_name=" ")), "company.legal_name"),
        (an_invoice(seller=replace(RHEINSYSTEME, address=NOWHERE)), "company.street"),
        (an_invoice(seller=replace(RHEINSYSTEME, vat_id=None)), "company.vat_id"),
        (an_invoice(buyer=replace(MUELLER, name="")), "billing_account.name"),
        (an_invoice(buyer=replace(MUELLER, address=NOWHERE)), "billing_account.street"),
        (replace(an_invoice(), number=""), "invoice.number"),
        (replace(an_invoice(), lines=()), "invoice.lines"),
        (an_invoice(a_line(title=" ")), "invoice.lines"),
        (an_invoice(REVERSE_CHARGE), "billing_account.vat_id"),
    ],
)
def test_a_gap_names_the_master_data_to_mend(invoice: Invoice, field: str) -> None:
    with pytest.raises(MandatoryFieldMissing) as refusal:
        check_mandatory_fields(invoice)

    assert [detail.field for detail in refusal.value.details] == [field]


def test_a_tax_number_does_instead_of_a_vat_id() -> None:
    seller = replace(RHEINSYSTEME, vat_id=None, tax_number="215/5555/1234")

    assert missing_fields(an_invoice(seller=seller)) == ()


def test_all_gaps_are_named_at_once() -> None:
    invoice = an_invoice(seller=replace(RHEINSYSTEME, vat_id=None), buyer=replace(MUELLER, name=""))

    assert [gap.field for gap in missing_fields(invoice)] == [
        "billing_account.name",
        "company.vat_id",
    ]
