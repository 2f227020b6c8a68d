"""The invoices and their lines: drafted by a run, frozen by the issue."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_billing.domain.explanation import Explanation
from psa_billing.domain.invoice import Buyer, InvoiceLine, InvoiceState, Seller
from psa_billing.domain.proposal import DraftLine, DraftLineKind, Unit
from psa_billing.domain.vat import TaxClass, VatCategory, VatGroup
from psa_common.db import Jsonb, Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal
from psa_common.listing import Filter, Listing, Sort

#: What a caller may see of the invoices, by the scope of `invoice:view`: a customer sees their
#: own, and only what was issued.
VISIBLE: LiteralString = """
    CASE %(scope)s
        WHEN 'all'          THEN true
        WHEN 'own_customer' THEN i.customer_id = %(own_customer_id)s::uuid
                             AND i.status = 'issued'
        ELSE false
    END
"""

SELECT_SQL: LiteralString = """
    SELECT i.id, i.run_id, i.customer_id, i.contract_id, i.contract_number, i.status, i.currency,
           i.period_from, i.period_to, i.net_cents, i.vat_cents, i.gross_cents, i.vat_groups,
           i.number, i.format, i.issued_on, i.due_on, i.payment_terms_days, i.seller, i.buyer,
           i.created_at, i.created_by, i.issued_at, i.issued_by, i.version
      FROM invoices AS i
"""

GET_SQL = SELECT_SQL + " WHERE i.id = %(invoice_id)s AND " + VISIBLE
GET_FOR_UPDATE_SQL = SELECT_SQL + " WHERE i.id = %(invoice_id)s FOR UPDATE"

LINES_SQL = """
    SELECT invoice_id, position, kind, title, contract_line_id, service_from, service_to, quantity,
           unit, unit_price, price_base_quantity, net_cents, tax_class, vat_category, vat_percent,
           time_entry_ids, explanation
      FROM invoice_lines
     WHERE invoice_id = %(invoice_id)s
     ORDER BY position
"""

INSERT_SQL = """
    INSERT INTO invoices
           (id, run_id, customer_id, contract_id, contract_number, status, currency, period_from,
            period_to, net_cents, vat_cents, gross_cents, vat_groups, created_at, created_by)
    VALUES (%(id)s, %(run_id)s, %(customer_id)s, %(contract_id)s, %(contract_number)s,
            %(status)s, %(currency)s, %(period_from)s, %(period_to)s, %(net_cents)s,
            %(vat_cents)s, %(gross_cents)s, %(vat_groups)s, %(created_at)s, %(created_by)s)
"""

INSERT_LINE_SQL = """
    INSERT INTO invoice_lines
           (invoice_id, position, kind, title, contract_line_id, service_from, service_to,
            quantity, unit, unit_price, price_base_quantity, net_cents, tax_class, vat_category,
            vat_percent, time_entry_ids, explanation)
    VALUES (%(invoice_id)s, %(position)s, %(kind)s, %(title)s, %(contract_line_id)s,
            %(service_from)s, %(service_to)s, %(quantity)s, %(unit)s, %(unit_price)s,
            %(price_base_quantity)s, %(net_cents)s, %(tax_class)s, %(vat_category)s,
            %(vat_percent)s, %(time_entry_ids)s, %(explanation)s)
"""

ISSUE_SQL = """
    UPDATE invoices
       SET status = %(status)s,
           number = %(number)s,
           format = %(format)s,
           issued_on = %(issued_on)s,
           due_on = %(due_on)s,
           payment_terms_days = %(payment_terms_days)s,
           seller = %(seller)s,
           buyer = %(buyer)s,
           issued_at = %(issued_at)s,
           issued_by = %(issued_by)s,
           version = %(version)s
     WHERE id = %(id)s
"""

WITHDRAW_KEYS_SQL = "DELETE FROM billed_keys WHERE invoice_id = %(invoice_id)s"
WITHDRAW_LINES_SQL = "DELETE FROM invoice_lines WHERE invoice_id = %(invoice_id)s"
WITHDRAW_SQL = "DELETE FROM invoices WHERE id = %(invoice_id)s"


class InvoiceRow(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice as it is stored; what has a default is empty until the issue."""

    id: UUID
    run_id: UUID
    customer_id: UUID
    contract_id: UUID
    contract_number: str
    status: InvoiceState
    currency: str
    period_from: date
    period_to: date
    net_cents: int
    vat_cents: int
    gross_cents: int
    vat_groups: tuple[VatGroup, ...]
    created_at: datetime
    created_by: UUID
    version: int
    number: str | None = None
    format: str | None = None
    issued_on: date | None = None
    due_on: date | None = None
    payment_terms_days: int | None = None
    seller: Seller | None = None
    buyer: Buyer | None = None
    issued_at: datetime | None = None
    issued_by: UUID | None = None


class LineRow(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice line as it is stored; `service_to` is the last day of the service."""

    invoice_id: UUID
    position: int
    kind: DraftLineKind
    title: str
    contract_line_id: UUID
    service_from: date
    service_to: date
    quantity: Decimal
    unit: Unit
    unit_price: Decimal
    price_base_quantity: int
    net_cents: int
    tax_class: TaxClass
    vat_category: VatCategory
    vat_percent: Decimal
    time_entry_ids: tuple[UUID, ...]
    explanation: Explanation

    def line(self) -> InvoiceLine:
        """Return the line as it is printed and sent."""
        return InvoiceLine(
            position=self.position,
            title=self.title,
            service_from=self.service_from,
            service_to=self.service_to,
            quantity=self.quantity,
            unit=self.unit,
            unit_price=self.unit_price,
            price_base_quantity=self.price_base_quantity,
            net_cents=self.net_cents,
            vat_category=self.vat_category,
            vat_percent=self.vat_percent,
        )


LISTING = Listing(
    row=InvoiceRow,
    select=SELECT_SQL,
    id_column="i.id",
    conditions=(VISIBLE,),
    filters={
        "status": Filter("i.status = %(status)s", InvoiceState),
        "customer_id": Filter("i.customer_id = %(customer_id)s", UUID),
        "contract_id": Filter("i.contract_id = %(contract_id)s", UUID),
        "billing_run_id": Filter("i.run_id = %(billing_run_id)s", UUID),
        "number": Filter("i.number = %(number)s"),
        "issued_after": Filter("i.issued_on > %(issued_after)s", date),
        "issued_before": Filter("i.issued_on < %(issued_before)s", date),
        "created_after": Filter("i.created_at > %(created_after)s", datetime),
    },
    sorts={"created_at": Sort("i.created_at", datetime)},
    default_sort="-created_at",
)


def visible_to(principal: Principal) -> dict[str, object]:
    """Return the parameters of `VISIBLE` for this caller."""
    return {
        "scope": principal.scope("invoice:view"),
        "own_customer_id": principal.customer_id,
    }


async def get(tx: Tx, invoice_id: UUID, principal: Principal) -> InvoiceRow:
    """Return the invoice; raises NotFound for what the caller may not see."""
    row = await tx.fetch_optional(
        InvoiceRow, GET_SQL, invoice_id=invoice_id, **visible_to(principal)
    )
    if row is None:
        raise no_such(invoice_id)
    return row


async def get_for_update(tx: Tx, invoice_id: UUID) -> InvoiceRow:
    """Lock and return the invoice; raises NotFound."""
    row = await tx.fetch_optional(InvoiceRow, GET_FOR_UPDATE_SQL, invoice_id=invoice_id)
    if row is None:
        raise no_such(invoice_id)
    return row


def no_such(invoice_id: UUID) -> NotFound:
    """Return the refusal for an invoice that is not there, for this caller."""
    return NotFound(f"There is no invoice {invoice_id}.")


async def list_lines(tx: Tx, invoice_id: UUID) -> Sequence[LineRow]:
    """Return the lines of the invoice by position."""
    return await tx.fetch_all(LineRow, LINES_SQL, invoice_id=invoice_id)


async def get_line(tx: Tx, invoice_id: UUID, position: int) -> LineRow:
    """Return one line of the invoice; raises NotFound."""
    for line in await list_lines(tx, invoice_id):
        if line.position == position:
            return line
    raise NotFound(f"Invoice {invoice_id} has no line {position}.")


def insert(tx: Tx, row: InvoiceRow) -> None:
    """Store an approved invoice."""
    values = msgspec.structs.asdict(row)
    values["vat_groups"] = Jsonb(msgspec.to_builtins(row.vat_groups))
    tx.defer(INSERT_SQL, **values)


def insert_line(tx: Tx, invoice_id: UUID, line: DraftLine) -> None:
    """Store a line of an approved invoice with why it says what it says."""
    values = {name: getattr(line, name) for name in LineRow.__struct_fields__ if name in LINE}
    values["time_entry_ids"] = list(line.time_entry_ids)
    values["explanation"] = Jsonb(msgspec.to_builtins(line.explanation))
    tx.defer(INSERT_LINE_SQL, **values, invoice_id=invoice_id)


def save_issue(tx: Tx, row: InvoiceRow) -> None:
    """Freeze the invoice; the database lets nobody change it from here on."""
    values = msgspec.structs.asdict(row)
    values["seller"] = Jsonb(msgspec.to_builtins(row.seller))
    values["buyer"] = Jsonb(msgspec.to_builtins(row.buyer))
    tx.defer(ISSUE_SQL, **values)


def withdraw(tx: Tx, invoice_id: UUID) -> None:
    """Remove an invoice that was not issued, and free what it claimed."""
    for sql in (WITHDRAW_KEYS_SQL, WITHDRAW_LINES_SQL, WITHDRAW_SQL):
        tx.defer(sql, invoice_id=invoice_id)


#: What a draft's line and a stored line have in common.
LINE = frozenset(LineRow.__struct_fields__) - {"invoice_id"}
