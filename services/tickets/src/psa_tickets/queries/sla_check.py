"""The columns on tickets that are a cache of the SLA log, to be held against it."""

from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx

#: Smaller than any id: where a round begins.
FIRST = UUID(int=0)

SLICE_SQL = """
    SELECT id, response_state, response_due_at, resolution_state, resolution_due_at,
           sla_look_again_at, sla_policy_id, sla_policy_version, sla_excluded
      FROM tickets
     WHERE id > %(after)s
     ORDER BY id
     LIMIT %(batch)s
"""

UNCHANGING_SQL = """
    SELECT id, response_state, response_due_at, resolution_state, resolution_due_at,
           sla_look_again_at, sla_policy_id, sla_policy_version, sla_excluded
      FROM tickets
     WHERE id = ANY(%(ids)s)
     ORDER BY id
       FOR SHARE
"""


class Cached(msgspec.Struct, frozen=True, kw_only=True):
    """What the columns say."""

    id: UUID
    response_state: str
    response_due_at: datetime | None
    resolution_state: str
    resolution_due_at: datetime | None
    sla_look_again_at: datetime | None
    sla_policy_id: UUID | None
    sla_policy_version: int | None
    sla_excluded: bool


async def list_slice(tx: Tx, *, after: UUID, batch: int) -> list[Cached]:
    """Return the next tickets by id, and what their columns say."""
    return await tx.fetch_all(Cached, SLICE_SQL, after=after, batch=batch)


async def list_unchanging(tx: Tx, ids: list[UUID]) -> list[Cached]:
    """Return the tickets, locked against changes until the transaction ends."""
    return await tx.fetch_all(Cached, UNCHANGING_SQL, ids=ids)
