"""/invoices: issue them, read them, and why each line says what it says."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from psa_billing.http import files, views
from psa_billing.http.views import ExplanationAttributes, InvoiceAttributes, InvoiceWithLines
from psa_billing.queries import documents, invoices
from psa_billing.usecases import issuing
from psa_common.db import Tx
from psa_common.documents import Document, Page, answer, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.listing import fetch_page


class Issue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to date the invoice; today in the tenant's zone where it is left out."""

    issue_date: date | None = None


@get("/", guards=[requires("invoice:view")], opt={"listing": invoices.LISTING})
async def list_invoices(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[InvoiceAttributes]:
    """List the invoices that the caller may see."""
    visible = invoices.visible_to(principal)
    return await fetch_page(tx, invoices.LISTING, request, views.invoice, **visible)


@get("/{invoice_id:uuid}", guards=[requires("invoice:view")])
async def read_invoice(
    invoice_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[InvoiceWithLines]:
    """Read an invoice with its lines."""
    row = await invoices.get(tx, invoice_id, principal)
    lines = await invoices.list_lines(tx, invoice_id)
    return answer(views.invoice_with_lines(row, lines), version=row.version)


@post("/{invoice_id:uuid}/issue", guards=[requires("invoice:issue")], status_code=200)
async def issue_invoice(
    request: Request[Any, Any, Any],
    invoice_id: FromPath[UUID],
    data: JSONBody[Issue],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[InvoiceWithLines]:
    """Issue an approved invoice: from here on it never changes."""
    row = await issuing.issue(
        tx,
        principal,
        invoice_id,
        issue_date=data.issue_date,
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    lines = await invoices.list_lines(tx, invoice_id)
    return answer(views.invoice_with_lines(row, lines), version=row.version)


@patch("/{invoice_id:uuid}", guards=[requires("invoice:issue")])
async def edit_invoice(invoice_id: FromPath[UUID], tx: NamedDependency[Tx]) -> None:
    """Refuse: an invoice holds what its run proposed, and an issued one never changes."""
    await issuing.refuse_edit(tx, invoice_id)


@delete("/{invoice_id:uuid}", guards=[requires("billing_run:approve")])
async def withdraw_invoice(
    request: Request[Any, Any, Any], invoice_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> None:
    """Take back an approved invoice; an issued one is refused."""
    await issuing.withdraw(tx, invoice_id, expected_version=expected_version(request))


@get(
    "/{invoice_id:uuid}/pdf",
    guards=[requires("invoice:view")],
    opt={"sends": ("application/pdf",)},
)
async def download_pdf(
    request: Request[Any, Any, Any],
    invoice_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Response[bytes]:
    """Download the printed invoice (PDF/A-3)."""
    await invoices.get(tx, invoice_id, principal)
    return files.sent(request, await documents.get(tx, invoice_id, "pdf"))


@get(
    "/{invoice_id:uuid}/xml",
    guards=[requires("invoice:view")],
    opt={"sends": ("application/xml",)},
)
async def download_xml(
    request: Request[Any, Any, Any],
    invoice_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Response[bytes]:
    """Download the e-invoice (XRechnung 3.0, UBL)."""
    await invoices.get(tx, invoice_id, principal)
    return files.sent(request, await documents.get(tx, invoice_id, "xml"))


@get("/{invoice_id:uuid}/lines/{position:int}/explanation", guards=[requires("invoice:view")])
async def explain_line(
    invoice_id: FromPath[UUID],
    position: FromPath[int],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[ExplanationAttributes]:
    """Explain a line: its sources, the steps, and the sum done again."""
    await invoices.get(tx, invoice_id, principal)
    line = await invoices.get_line(tx, invoice_id, position)
    return answer(views.explanation(line))


ROUTER = Router(
    "/invoices",
    route_handlers=[
        list_invoices,
        read_invoice,
        issue_invoice,
        edit_invoice,
        withdraw_invoice,
        download_pdf,
        download_xml,
        explain_line,
    ],
)
