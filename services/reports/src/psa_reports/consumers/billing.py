"""What reports keep of issued invoices."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope
from psa_reports.queries import invoices
from psa_reports.queries.invoices import Invoice


class Line(msgspec.Struct, frozen=True):
    """The fields of a line that we keep; the contract has more."""

    position: int
    kind: str
    service_from: date
    service_to: date
    net_cents: int
    time_entry_ids: list[UUID]


class InvoiceIssued(msgspec.Struct, frozen=True):
    """The fields that we keep; the contract has more."""

    invoice_id: UUID
    number: str
    customer_id: UUID
    issued_on: date
    currency: str
    net_cents: int
    vat_cents: int
    gross_cents: int
    lines: list[Line]


async def keep_invoice(tx: Tx, event: InvoiceIssued, _envelope: Envelope) -> None:
    """Keep the invoice, its lines, and which time it charges."""
    invoice = Invoice(
        id=event.invoice_id,
        number=event.number,
        customer_id=event.customer_id,
        issued_on=event.issued_on,
        currency=event.currency,
        net_cents=event.net_cents,
        vat_cents=event.vat_cents,
        gross_cents=event.gross_cents,
    )
    lines: list[dict[str, Any]] = msgspec.to_builtins(event.lines)
    charged = [time_entry_id for line in event.lines for time_entry_id in line.time_entry_ids]
    invoices.keep(tx, invoice, lines, charged)


SUBSCRIPTIONS = (Subscription("invoice.issued.v1", InvoiceIssued, keep_invoice),)
