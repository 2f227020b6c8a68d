"""Issue an invoice: a number, its documents, its place in the chain, all in one transaction."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from psa_billing.domain.chain import Link, chained
from psa_billing.domain.invoice import (
    Invoice,
    InvoiceState,
    InvoiceType,
    due_on,
    invoice_number,
    move,
    number_series,
)
from psa_billing.domain.mandatory_fields import check_mandatory_fields
from psa_billing.events import InvoiceIssued, IssuedLine
from psa_billing.paperwork import PAPERWORK
from psa_billing.queries import contracts, copies, documents, invoices, locks, reversals
from psa_billing.queries.copies import BillingAccount, Customer, TenantCopy
from psa_billing.queries.documents import StoredDocument
from psa_billing.queries.invoices import InvoiceRow, LineRow
from psa_billing.usecases.days import today_of
from psa_billing.usecases.parties import buyer_of, seller_of
from psa_billing.usecases.refusals import (
    BillingAccountMissing,
    CompanyUnknown,
    InvoiceIsApproved,
    InvoiceIsIssued,
    IssueDateInFuture,
    ReversedSinceApproval,
    UnknownCustomer,
    UnknownInvoiceFormat,
)
from psa_common import audit, numbers
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.identity import Principal
from psa_events import outbox


class InvoiceFormat(StrEnum):
    """The formats that we write."""

    PDF = "pdf"
    XRECHNUNG = "xrechnung_ubl"


async def issue(
    tx: Tx,
    principal: Principal,
    invoice_id: UUID,
    *,
    issue_date: date | None,
    expected_version: int | None,
    now: datetime,
) -> InvoiceRow:
    """
    Issue an approved invoice, dated today unless *issue_date* says earlier.

    Whatever a receiver would refuse is refused before the number is drawn, and a refusal
    after that gives the number back: the series has no gaps.
    """
    before = await invoices.get_for_update(tx, invoice_id)
    check_version(before.version, expected_version)
    move(before.status, InvoiceState.ISSUED)
    lines = await invoices.list_lines(tx, invoice_id)
    charged = [id_ for line in lines for id_ in line.time_entry_ids]
    if await reversals.is_any_reversed(tx, charged):
        raise ReversedSinceApproval
    invoice, wanted = await _unnumbered(tx, before, lines, issue_date, now=now)
    await _made(invoice, wanted)

    locks.wait_in_line(tx)
    year = invoice.issued_on.year
    drawn = await numbers.draw(tx, number_series(year))
    invoice = replace(invoice, number=invoice_number(year, drawn))
    files = await _made(invoice, wanted)
    after = _issued(before, invoice, wanted, issued_by=principal.user_id, now=now)
    await _freeze(tx, after, files)

    outbox.publish(tx, _announcement(after, invoice, lines))
    audit.record(tx, "invoice.issued", "invoice", after.id, before=before, after=after)
    return after


async def withdraw(tx: Tx, invoice_id: UUID, *, expected_version: int | None) -> None:
    """Remove an approved invoice, so that what it bills can be proposed again."""
    before = await invoices.get_for_update(tx, invoice_id)
    check_version(before.version, expected_version)
    if before.status is not InvoiceState.APPROVED:
        raise InvoiceIsIssued(before.number)

    invoices.withdraw(tx, invoice_id)
    audit.record(tx, "invoice.withdrawn", "invoice", invoice_id, before=before)


async def refuse_edit(tx: Tx, invoice_id: UUID) -> None:
    """Refuse to change an invoice, with the reason; raises NotFound for none."""
    row = await invoices.get_for_update(tx, invoice_id)
    if row.status is InvoiceState.ISSUED:
        raise InvoiceIsIssued(row.number)
    raise InvoiceIsApproved


async def _unnumbered(
    tx: Tx,
    row: InvoiceRow,
    lines: Sequence[LineRow],
    issue_date: date | None,
    *,
    now: datetime,
) -> tuple[Invoice, InvoiceFormat]:
    """Return the invoice with a number that is none yet, and the format it is wanted in."""
    tenant, customer, account = await _parties(tx, row)
    issued_on = _issue_day(issue_date, today_of(tenant, now=now))
    invoice = Invoice(
        type=InvoiceType.INVOICE,
        number=f"{number_series(issued_on.year)}-000000",
        issued_on=issued_on,
        due_on=due_on(issued_on, payment_terms_days=account.payment_terms_days),
        payment_terms_days=account.payment_terms_days,
        currency=row.currency,
        seller=seller_of(tenant),
        buyer=buyer_of(customer, account),
        contract_number=row.contract_number,
        lines=tuple(line.line() for line in lines),
    )
    return invoice, _format(account)


async def _parties(tx: Tx, row: InvoiceRow) -> tuple[TenantCopy, Customer, BillingAccount]:
    tenant = await copies.find_tenant(tx)
    if tenant is None:
        raise CompanyUnknown
    customer = await copies.find_customer(tx, row.customer_id)
    if customer is None:
        raise UnknownCustomer(row.customer_id)
    chosen = await contracts.find_billing_account_id(tx, row.contract_id)
    account = await copies.find_billing_account(tx, row.customer_id, chosen)
    if account is None:
        raise BillingAccountMissing
    return tenant, customer, account


def _issue_day(issue_date: date | None, today: date) -> date:
    if issue_date is not None and issue_date > today:
        raise IssueDateInFuture(issue_date, today)
    return issue_date or today


def _format(account: BillingAccount) -> InvoiceFormat:
    try:
        return InvoiceFormat(account.invoice_format)
    except ValueError:
        raise UnknownInvoiceFormat(account.invoice_format, " or ".join(InvoiceFormat)) from None


async def _made(invoice: Invoice, wanted: InvoiceFormat) -> list[StoredDocument]:
    """Make the documents that the format means; raises what the rules refuse."""
    check_mandatory_fields(invoice)
    files: list[StoredDocument] = []
    if wanted is InvoiceFormat.XRECHNUNG:
        xml = await PAPERWORK.xrechnung(invoice)
        files.append(_file(invoice, "xml", "application/xml", xml))
    pdf = await PAPERWORK.pdf(invoice)
    return [*files, _file(invoice, "pdf", "application/pdf", pdf)]


def _file(invoice: Invoice, kind: str, media_type: str, content: bytes) -> StoredDocument:
    return StoredDocument(
        kind=kind,
        file_name=f"{invoice.number}.{kind}",
        media_type=media_type,
        content=content,
        sha256=hashlib.sha256(content).digest(),
    )


def _issued(
    before: InvoiceRow,
    invoice: Invoice,
    wanted: InvoiceFormat,
    *,
    issued_by: UUID,
    now: datetime,
) -> InvoiceRow:
    return msgspec.structs.replace(
        before,
        status=InvoiceState.ISSUED,
        number=invoice.number,
        format=wanted,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        payment_terms_days=invoice.payment_terms_days,
        seller=invoice.seller,
        buyer=invoice.buyer,
        issued_at=now,
        issued_by=issued_by,
        version=before.version + 1,
    )


async def _freeze(tx: Tx, row: InvoiceRow, files: Sequence[StoredDocument]) -> None:
    """Store documents, invoice and chain; from here on the database refuses every change."""
    assert row.number is not None
    assert row.issued_on is not None
    digests = {document.kind: document.sha256.hex() for document in files}
    for document in files:
        documents.insert(tx, row.id, document)
    invoices.save_issue(tx, row)
    position, prev_hash = await documents.next_place(tx)
    link = Link(
        position=position,
        invoice_id=row.id,
        number=row.number,
        issued_on=row.issued_on,
        gross_cents=row.gross_cents,
        pdf_sha256=digests.get("pdf"),
        xml_sha256=digests.get("xml"),
    )
    documents.insert_link(
        tx,
        position=position,
        invoice_id=row.id,
        prev_hash=prev_hash,
        own_hash=chained(prev_hash, link),
    )


def _announcement(row: InvoiceRow, invoice: Invoice, lines: Sequence[LineRow]) -> InvoiceIssued:
    return InvoiceIssued(
        invoice_id=row.id,
        number=invoice.number,
        customer_id=row.customer_id,
        contract_id=row.contract_id,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        period_from=row.period_from,
        period_to=row.period_to,
        currency=row.currency,
        net_cents=row.net_cents,
        vat_cents=row.vat_cents,
        gross_cents=row.gross_cents,
        lines=[
            IssuedLine(
                position=line.position,
                kind=line.kind,
                title=line.title,
                service_from=line.service_from,
                service_to=line.service_to,
                net_cents=line.net_cents,
                time_entry_ids=list(line.time_entry_ids),
            )
            for line in lines
        ],
    )
