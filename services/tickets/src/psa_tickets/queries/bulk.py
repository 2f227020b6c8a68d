"""Many tickets at once: those that a filter fits, and locks on those that were named."""

from collections.abc import Mapping, Sequence
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.identity import Principal
from psa_tickets.queries.tickets import LISTING, VISIBLE, visible_to

IDS_SQL: LiteralString = (
    """
    SELECT t.id
      FROM tickets AS t
     WHERE """
    + VISIBLE
)

# One order for everybody, so that two requests for the same tickets wait instead of die.
LOCK_SQL = (
    IDS_SQL
    + """
       AND t.id = ANY(%(ids)s)
     ORDER BY t.id
       FOR UPDATE
"""
)

QUEUE_SQL = """
    SELECT EXISTS (SELECT
                     FROM queues
                    WHERE id = %(queue_id)s
                      AND active)
"""


class _Id(msgspec.Struct, frozen=True):
    id: UUID


def condition_of(values: Mapping[str, object]) -> LiteralString:
    """Return the conditions of a checked filter, to be put behind others."""
    conditions: list[LiteralString] = [LISTING.filters[name].condition for name in values]
    return "".join(" AND " + condition for condition in conditions)


async def list_ids(
    tx: Tx, principal: Principal, values: Mapping[str, object], *, limit: int
) -> list[UUID]:
    """Return the tickets that a checked filter fits and the caller may see."""
    sql = IDS_SQL + condition_of(values) + " ORDER BY t.id LIMIT %(limit)s"
    rows = await tx.fetch_all(_Id, sql, **values, **visible_to(principal), limit=limit)
    return [row.id for row in rows]


async def list_for_update(
    tx: Tx, principal: Principal, ids: Sequence[UUID], permission: str
) -> list[UUID]:
    """Lock those of the tickets that the caller may touch, and return which these are."""
    rows = await tx.fetch_all(_Id, LOCK_SQL, ids=list(ids), **visible_to(principal, permission))
    return [row.id for row in rows]


async def is_queue(tx: Tx, queue_id: UUID) -> bool:
    """Say whether people work from the queue."""
    return bool(await tx.fetch_value(QUEUE_SQL, queue_id=queue_id))
