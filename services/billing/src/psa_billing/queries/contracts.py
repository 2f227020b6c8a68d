"""The contracts and their lines: read as rows, decided on as the domain's contracts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_billing.domain.contract import Contract, ContractState
from psa_billing.domain.contract_line import (
    AssetFilter,
    ContractLine,
    LineKind,
    Proration,
    Timing,
)
from psa_billing.domain.rounding import RoundingPolicy
from psa_billing.domain.vat import TaxClass
from psa_common.db import Jsonb, Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal
from psa_common.listing import Filter, Listing, Sort

#: What a caller may see of the contracts, by the scope of `contract:view`.
VISIBLE: LiteralString = """
    CASE %(scope)s
        WHEN 'all'          THEN true
        WHEN 'own_customer' THEN c.customer_id = %(own_customer_id)s::uuid
                             AND c.status <> 'draft'
        ELSE false
    END
"""

SELECT_SQL: LiteralString = """
    SELECT c.id, c.number, c.customer_id, c.billing_account_id, c.title, c.status, c.valid_from,
           c.valid_to, c.anchor_day, c.currency, c.created_at, c.updated_at, c.version
      FROM contracts AS c
"""

GET_SQL = SELECT_SQL + " WHERE c.id = %(contract_id)s AND " + VISIBLE

GET_FOR_UPDATE_SQL = SELECT_SQL + " WHERE c.id = %(contract_id)s FOR UPDATE"

# Locked against a change of terms while a run reads them.
OF_CUSTOMERS_SQL = (
    SELECT_SQL
    + """
     WHERE c.customer_id = ANY(%(customer_ids)s)
       AND c.status <> 'draft'
     ORDER BY c.number
       FOR SHARE
"""
)

LINES_SQL = """
    SELECT l.id, l.contract_id, l.position, l.kind, l.title, l.unit_price, l.valid_from,
           l.valid_to, l.billing_starts_on, l.timing, l.period_months, l.quantity, l.counted,
           l.proration, l.rounding, l.work_types, l.tax_class
      FROM contract_lines AS l
     WHERE l.contract_id = ANY(%(contract_ids)s)
     ORDER BY l.contract_id, l.position, l.valid_from, l.id
"""

NUMBER_TAKEN_SQL = "SELECT EXISTS (SELECT FROM contracts WHERE number = %(number)s)"

CHOSEN_ACCOUNT_SQL = "SELECT billing_account_id FROM contracts WHERE id = %(contract_id)s"

BILLABLE_CUSTOMERS_SQL = """
    SELECT customer_id AS id
      FROM contracts
     WHERE status <> 'draft'
     UNION
    SELECT customer_id
      FROM approved_time_entries
     WHERE billable = 'billable'
       AND customer_id IS NOT NULL
     UNION
    SELECT customer_id
      FROM time_approvals
     WHERE waiting
       AND billable = 'billable'
       AND customer_id IS NOT NULL
     ORDER BY 1
"""

INSERT_SQL = """
    INSERT INTO contracts
           (id, number, customer_id, billing_account_id, title, status, valid_from, valid_to,
            anchor_day, currency, created_at, updated_at)
    VALUES (%(id)s, %(number)s, %(customer_id)s, %(billing_account_id)s, %(title)s, %(status)s,
            %(valid_from)s, %(valid_to)s, %(anchor_day)s, %(currency)s, %(created_at)s,
            %(created_at)s)
"""

SAVE_SQL = """
    UPDATE contracts
       SET title = %(title)s,
           billing_account_id = %(billing_account_id)s,
           status = %(status)s,
           updated_at = %(updated_at)s,
           version = %(version)s
     WHERE id = %(id)s
"""

INSERT_LINE_SQL = """
    INSERT INTO contract_lines
           (id, contract_id, position, kind, title, unit_price, valid_from, valid_to,
            billing_starts_on, timing, period_months, quantity, counted, proration, rounding,
            work_types, tax_class, created_at)
    VALUES (%(id)s, %(contract_id)s, %(position)s, %(kind)s, %(title)s, %(unit_price)s,
            %(valid_from)s, %(valid_to)s, %(billing_starts_on)s, %(timing)s, %(period_months)s,
            %(quantity)s, %(counted)s, %(proration)s, %(rounding)s, %(work_types)s,
            %(tax_class)s, %(now)s)
"""


class ContractRow(msgspec.Struct, frozen=True, kw_only=True):
    """A contract as it is stored; `valid_to` is the first day that is not covered."""

    id: UUID
    number: str
    customer_id: UUID
    billing_account_id: UUID | None
    title: str
    status: ContractState
    valid_from: date
    valid_to: date | None
    anchor_day: int
    currency: str
    created_at: datetime
    updated_at: datetime
    version: int

    def contract(self, lines: Sequence["LineRow"] = ()) -> Contract:
        """Return the domain's view of the row with its lines."""
        return Contract(
            id=self.id,
            number=self.number,
            customer_id=self.customer_id,
            title=self.title,
            state=self.status,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            anchor_day=self.anchor_day,
            currency=self.currency,
            lines=tuple(row.line() for row in lines),
        )


class LineRow(msgspec.Struct, frozen=True, kw_only=True):
    """A contract line as it is stored."""

    id: UUID
    contract_id: UUID
    position: int
    kind: LineKind
    title: str
    unit_price: Decimal
    valid_from: date
    valid_to: date | None
    billing_starts_on: date | None
    timing: Timing
    period_months: int
    quantity: Decimal | None
    counted: AssetFilter | None
    proration: Proration
    rounding: RoundingPolicy | None
    work_types: tuple[str, ...]
    tax_class: TaxClass

    def line(self) -> ContractLine:
        """Return the domain's view of the row."""
        values = msgspec.structs.asdict(self)
        del values["contract_id"]
        return ContractLine(**values)


class _Id(msgspec.Struct, frozen=True):
    id: UUID


LISTING = Listing(
    row=ContractRow,
    select=SELECT_SQL,
    id_column="c.id",
    conditions=(VISIBLE,),
    filters={
        "status": Filter("c.status = %(status)s", ContractState),
        "customer_id": Filter("c.customer_id = %(customer_id)s", UUID),
        "number": Filter("c.number = %(number)s"),
        "created_after": Filter("c.created_at > %(created_after)s", datetime),
        "updated_since": Filter("c.updated_at >= %(updated_since)s", datetime),
    },
    sorts={
        "created_at": Sort("c.created_at", datetime),
        "updated_at": Sort("c.updated_at", datetime),
        "number": Sort("c.number", str),
    },
    default_sort="-created_at",
)


def visible_to(principal: Principal) -> dict[str, object]:
    """Return the parameters of `VISIBLE` for this caller."""
    return {
        "scope": principal.scope("contract:view"),
        "own_customer_id": principal.customer_id,
    }


async def get(tx: Tx, contract_id: UUID, principal: Principal) -> ContractRow:
    """Return the contract; raises NotFound for what the caller may not see."""
    row = await tx.fetch_optional(
        ContractRow, GET_SQL, contract_id=contract_id, **visible_to(principal)
    )
    if row is None:
        raise no_such(contract_id)
    return row


async def get_for_update(tx: Tx, contract_id: UUID) -> ContractRow:
    """Lock and return the contract; raises NotFound."""
    row = await tx.fetch_optional(ContractRow, GET_FOR_UPDATE_SQL, contract_id=contract_id)
    if row is None:
        raise no_such(contract_id)
    return row


def no_such(contract_id: UUID) -> NotFound:
    """Return the refusal for a contract that is not there, for this caller."""
    return NotFound(f"There is no contract {contract_id}.")


async def list_lines(tx: Tx, *contract_ids: UUID) -> list[LineRow]:
    """Return the lines of the contracts by position."""
    return await tx.fetch_all(LineRow, LINES_SQL, contract_ids=list(contract_ids))


async def list_of_customers(tx: Tx, customer_ids: Sequence[UUID]) -> Mapping[UUID, list[Contract]]:
    """Return the customers' contracts that are no drafts, with their lines."""
    rows = await tx.fetch_all(ContractRow, OF_CUSTOMERS_SQL, customer_ids=list(customer_ids))
    lines: dict[UUID, list[LineRow]] = {row.id: [] for row in rows}
    for line in await list_lines(tx, *lines):
        lines[line.contract_id].append(line)

    contracts: dict[UUID, list[Contract]] = {}
    for row in rows:
        contracts.setdefault(row.customer_id, []).append(row.contract(lines[row.id]))
    return contracts


async def list_billable_customers(tx: Tx) -> list[UUID]:
    """Return every customer whom a run could bill anything."""
    return [row.id for row in await tx.fetch_all(_Id, BILLABLE_CUSTOMERS_SQL)]


async def is_number_taken(tx: Tx, number: str) -> bool:
    """Say whether a contract has this number."""
    return bool(await tx.fetch_value(NUMBER_TAKEN_SQL, number=number))


def insert(tx: Tx, row: ContractRow) -> None:
    """Store a new contract."""
    tx.defer(INSERT_SQL, **msgspec.structs.asdict(row))


def save(tx: Tx, row: ContractRow) -> None:
    """Store what changed, and the new version."""
    tx.defer(SAVE_SQL, **msgspec.structs.asdict(row))


def insert_line(tx: Tx, row: LineRow, *, now: datetime) -> None:
    """Store a new line."""
    values = msgspec.structs.asdict(row) | {
        "counted": row.counted and Jsonb(msgspec.to_builtins(row.counted)),
        "rounding": row.rounding and Jsonb(msgspec.to_builtins(row.rounding)),
        "work_types": list(row.work_types),
    }
    tx.defer(INSERT_LINE_SQL, **values, now=now)


async def find_billing_account_id(tx: Tx, contract_id: UUID) -> UUID | None:
    """Return the billing account that the contract chose for itself."""
    chosen: UUID | None = await tx.fetch_value(CHOSEN_ACCOUNT_SQL, contract_id=contract_id)
    return chosen
