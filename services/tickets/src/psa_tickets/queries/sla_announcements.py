"""What the timer has told of: a warning or a breach, once for each instant of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_tickets.domain.sla_terms import Metric

INSERT_NEW_SQL = """
    INSERT INTO sla_announcements (ticket_id, metric, level, reached_at, announced_at)
    SELECT crossed.ticket_id, crossed.metric, crossed.level, crossed.reached_at, %(now)s
      FROM unnest(%(ticket_ids)s::uuid[], %(metrics)s::text[], %(levels)s::text[],
                  %(reached_ats)s::timestamptz[])
           AS crossed (ticket_id, metric, level, reached_at)
        ON CONFLICT DO NOTHING
 RETURNING ticket_id, metric, level, reached_at
"""


class Crossing(msgspec.Struct, frozen=True):
    """A clock has crossed a line."""

    ticket_id: UUID
    metric: Metric
    level: str
    reached_at: datetime


async def insert_new(tx: Tx, crossings: Sequence[Crossing], *, now: datetime) -> list[Crossing]:
    """Note *crossings*, and return those that were not noted before."""
    if not crossings:
        return []
    return await tx.fetch_all(
        Crossing,
        INSERT_NEW_SQL,
        ticket_ids=[one.ticket_id for one in crossings],
        metrics=[one.metric.value for one in crossings],
        levels=[one.level for one in crossings],
        reached_ats=[one.reached_at for one in crossings],
        now=now,
    )
