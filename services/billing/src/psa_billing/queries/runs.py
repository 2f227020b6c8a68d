"""Billing runs, their proposals, and the keys of what was billed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from psa_billing.domain.billing_run import RunStatus
from psa_billing.domain.canonical import canonical_bytes
from psa_billing.domain.explanation import RULES_VERSION
from psa_billing.domain.proposal import Proposal
from psa_billing.domain.run_inputs import RunInputs
from psa_common.db import Jsonb, Tx
from psa_common.errors import NotFound
from psa_common.listing import Filter, Listing, Sort

SELECT_SQL: LiteralString = """
    SELECT r.id, r.customer_id, r.up_to, r.status, r.created_at, r.created_by, r.approved_at,
           r.approved_by, r.version
      FROM billing_runs AS r
"""

GET_SQL = SELECT_SQL + " WHERE r.id = %(run_id)s"
GET_FOR_UPDATE_SQL = GET_SQL + " FOR UPDATE"

PROPOSALS_SQL = """
    SELECT customer_id, result
      FROM proposals
     WHERE run_id = %(run_id)s
     ORDER BY customer_id
"""

INVOICES_SQL = """
    SELECT id
      FROM invoices
     WHERE run_id = %(run_id)s
     ORDER BY contract_number, id
"""

# The keys of time are not asked for: entries that were billed are not read at all.
BILLED_KEYS_SQL = """
    SELECT customer_id, key
      FROM billed_keys
     WHERE customer_id = ANY(%(customer_ids)s)
       AND key LIKE 'line:%%'
"""

# One approval at a time for a customer; the unique key would stop the second one anyway.
LOCK_CUSTOMER_SQL = """
    SELECT pg_advisory_xact_lock(hashtextextended('billing ' || %(customer_id)s::text, 0))
"""

INSERT_SQL = """
    INSERT INTO billing_runs (id, customer_id, up_to, status, created_at, created_by)
    VALUES (%(id)s, %(customer_id)s, %(up_to)s, %(status)s, %(created_at)s, %(created_by)s)
"""

INSERT_PROPOSAL_SQL = """
    INSERT INTO proposals (run_id, customer_id, rules_version, inputs, result)
    VALUES (%(run_id)s, %(customer_id)s, %(rules_version)s, %(inputs)s, %(result)s)
"""

SAVE_SQL = """
    UPDATE billing_runs
       SET status = %(status)s,
           approved_at = %(approved_at)s,
           approved_by = %(approved_by)s,
           version = %(version)s
     WHERE id = %(id)s
"""

CLAIM_KEYS_SQL = """
    INSERT INTO billed_keys (key, customer_id, invoice_id)
    SELECT key, %(customer_id)s, %(invoice_id)s
      FROM unnest(%(keys)s::text[]) AS key
        ON CONFLICT DO NOTHING
"""


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """A run as it is stored."""

    id: UUID
    customer_id: UUID | None
    up_to: date
    status: RunStatus
    created_at: datetime
    created_by: UUID
    approved_at: datetime | None
    approved_by: UUID | None
    version: int


class RunView(msgspec.Struct, frozen=True, kw_only=True):
    """A run with what it proposes and what became of that."""

    run: RunRow
    proposals: tuple[Proposal, ...]
    invoice_ids: tuple[UUID, ...]


class _Result(msgspec.Struct, frozen=True):
    customer_id: UUID
    result: bytes


class _Key(msgspec.Struct, frozen=True):
    customer_id: UUID
    key: str


class _Id(msgspec.Struct, frozen=True):
    id: UUID


LISTING = Listing(
    row=RunRow,
    select=SELECT_SQL,
    id_column="r.id",
    filters={
        "status": Filter("r.status = %(status)s", RunStatus),
        "customer_id": Filter("r.customer_id = %(customer_id)s", UUID),
        "created_after": Filter("r.created_at > %(created_after)s", datetime),
    },
    sorts={"created_at": Sort("r.created_at", datetime), "up_to": Sort("r.up_to", date)},
    default_sort="-created_at",
)


async def get(tx: Tx, run_id: UUID) -> RunView:
    """Return the run with its proposals; raises NotFound."""
    run = await tx.fetch_optional(RunRow, GET_SQL, run_id=run_id)
    if run is None:
        raise NotFound(f"There is no billing run {run_id}.")
    return RunView(
        run=run,
        proposals=await list_proposals(tx, run_id),
        invoice_ids=tuple(row.id for row in await tx.fetch_all(_Id, INVOICES_SQL, run_id=run_id)),
    )


async def get_for_update(tx: Tx, run_id: UUID) -> RunRow:
    """Lock and return the run; raises NotFound."""
    run = await tx.fetch_optional(RunRow, GET_FOR_UPDATE_SQL, run_id=run_id)
    if run is None:
        raise NotFound(f"There is no billing run {run_id}.")
    return run


async def list_proposals(tx: Tx, run_id: UUID) -> tuple[Proposal, ...]:
    """Return what the run proposes, one for each customer."""
    rows = await tx.fetch_all(_Result, PROPOSALS_SQL, run_id=run_id)
    return tuple(msgspec.json.decode(row.result, type=Proposal) for row in rows)


async def list_billed_keys(tx: Tx, customer_ids: Sequence[UUID]) -> Mapping[UUID, frozenset[str]]:
    """Return the periods of contract lines that were billed, by customer."""
    keys: dict[UUID, set[str]] = {}
    for row in await tx.fetch_all(_Key, BILLED_KEYS_SQL, customer_ids=list(customer_ids)):
        keys.setdefault(row.customer_id, set()).add(row.key)
    return {customer_id: frozenset(found) for customer_id, found in keys.items()}


def lock_customer(tx: Tx, customer_id: UUID) -> None:
    """Let nobody else bill the customer before this transaction ends."""
    tx.defer(LOCK_CUSTOMER_SQL, customer_id=customer_id)


def insert(tx: Tx, run: RunRow) -> None:
    """Store a new run."""
    tx.defer(INSERT_SQL, **msgspec.structs.asdict(run))


def insert_proposal(tx: Tx, run_id: UUID, inputs: RunInputs, proposal: Proposal) -> None:
    """Store what a run read and what followed from it."""
    frozen: Any = msgspec.json.decode(canonical_bytes(inputs))
    tx.defer(
        INSERT_PROPOSAL_SQL,
        run_id=run_id,
        customer_id=inputs.customer_id,
        rules_version=RULES_VERSION,
        inputs=Jsonb(frozen),
        result=canonical_bytes(proposal),
    )


def save(tx: Tx, run: RunRow) -> None:
    """Store who approved the run."""
    tx.defer(SAVE_SQL, **msgspec.structs.asdict(run))


async def claim_keys(tx: Tx, customer_id: UUID, invoice_id: UUID, keys: Sequence[str]) -> bool:
    """Say whether all *keys* are this invoice's now; a key that another one holds stays there."""
    claimed = await tx.execute(
        CLAIM_KEYS_SQL, customer_id=customer_id, invoice_id=invoice_id, keys=list(keys)
    )
    return claimed == len(keys)
