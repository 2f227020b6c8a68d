"""A policy's newest version on its way to the clocks that run under an older one."""

from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.errors import NotFound

SELECT_SQL = """
    SELECT id, policy_id, reason, requested_at, requested_by, last_ticket_id, changed, unchanged,
           refused, finished_at
      FROM sla_reapplications
"""

GET_SQL = SELECT_SQL + " WHERE id = %(id)s AND policy_id = %(policy_id)s"

NEXT_SQL = (
    SELECT_SQL
    + """
     WHERE finished_at IS NULL
     ORDER BY requested_at
     LIMIT 1
       FOR UPDATE SKIP LOCKED
"""
)

INSERT_SQL = """
    INSERT INTO sla_reapplications (id, policy_id, reason, requested_at, requested_by)
    VALUES (%(id)s, %(policy_id)s, %(reason)s, %(requested_at)s, %(requested_by)s)
        ON CONFLICT DO NOTHING
"""

ADVANCE_SQL = """
    UPDATE sla_reapplications
       SET last_ticket_id = %(last_ticket_id)s,
           changed = %(changed)s,
           unchanged = %(unchanged)s,
           refused = %(refused)s,
           finished_at = %(finished_at)s
     WHERE id = %(id)s
"""

# A closed ticket's clocks are history.
TICKETS_SQL = """
    SELECT id
      FROM tickets
     WHERE sla_policy_id = %(policy_id)s
       AND closed_at IS NULL
       AND id > %(after)s
     ORDER BY id
     LIMIT %(batch)s
"""


class Reapplication(msgspec.Struct, frozen=True, kw_only=True):
    """How far it is; every ticket is counted once, as what became of it."""

    id: UUID
    policy_id: UUID
    reason: str
    requested_at: datetime
    requested_by: UUID
    last_ticket_id: UUID | None = None
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    finished_at: datetime | None = None


async def get(tx: Tx, policy_id: UUID, id: UUID) -> Reapplication:
    """Return how far it is; raises NotFound."""
    found = await tx.fetch_optional(Reapplication, GET_SQL, id=id, policy_id=policy_id)
    if found is None:
        raise NotFound(f"Policy {policy_id} was never applied again as {id}.")
    return found


async def find_next_for_update(tx: Tx) -> Reapplication | None:
    """Lock and return one that is not finished."""
    return await tx.fetch_optional(Reapplication, NEXT_SQL)


async def insert(tx: Tx, new: Reapplication) -> bool:
    """Store a request; False while another one of the policy is under way."""
    return bool(
        await tx.execute(
            INSERT_SQL,
            id=new.id,
            policy_id=new.policy_id,
            reason=new.reason,
            requested_at=new.requested_at,
            requested_by=new.requested_by,
        )
    )


def advance(tx: Tx, done: Reapplication) -> None:
    """Store how far it is."""
    tx.defer(
        ADVANCE_SQL,
        id=done.id,
        last_ticket_id=done.last_ticket_id,
        changed=done.changed,
        unchanged=done.unchanged,
        refused=done.refused,
        finished_at=done.finished_at,
    )


async def list_tickets(tx: Tx, policy_id: UUID, *, after: UUID, batch: int) -> list[UUID]:
    """Return the next tickets, not closed, whose clocks follow the policy."""
    rows = await tx.fetch_all(_Id, TICKETS_SQL, policy_id=policy_id, after=after, batch=batch)
    return [row.id for row in rows]


class _Id(msgspec.Struct, frozen=True):
    id: UUID
