"""The queues table: where tickets wait for somebody."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.listing import Filter, Listing, Sort

SELECT_SQL = """
    SELECT q.id, q.name, q.active, q.version, q.created_at
      FROM queues AS q
"""

GET_FOR_UPDATE_SQL = SELECT_SQL + " WHERE q.id = %(queue_id)s FOR UPDATE"

BY_IDS_SQL = SELECT_SQL + " WHERE q.id = ANY(%(ids)s) ORDER BY q.name"

INSERT_SQL = """
    INSERT INTO queues (id, name, active, created_at)
    VALUES (%(id)s, %(name)s, %(active)s, %(created_at)s)
"""

SAVE_SQL = """
    UPDATE queues
       SET name = %(name)s,
           active = %(active)s,
           version = version + 1
     WHERE id = %(id)s
"""


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """A queue; one that is no longer used takes no new tickets."""

    id: UUID
    name: str
    active: bool
    version: int
    created_at: datetime


LISTING = Listing(
    row=Queue,
    select=SELECT_SQL,
    id_column="q.id",
    filters={"active": Filter("q.active = %(active)s", bool)},
    sorts={"name": Sort("q.name", str), "created_at": Sort("q.created_at", datetime)},
    default_sort="name",
)


async def get_for_update(tx: Tx, queue_id: UUID) -> Queue:
    """Lock and return the queue; raises NotFound."""
    queue = await tx.fetch_optional(Queue, GET_FOR_UPDATE_SQL, queue_id=queue_id)
    if queue is None:
        raise NotFound(f"There is no queue {queue_id}.")
    return queue


async def list_by_ids(tx: Tx, ids: Sequence[UUID]) -> list[Queue]:
    """Return these queues."""
    return await tx.fetch_all(Queue, BY_IDS_SQL, ids=list(ids))


def insert(tx: Tx, queue: Queue) -> None:
    """Store a new queue."""
    tx.defer(INSERT_SQL, **msgspec.structs.asdict(queue))


def save(tx: Tx, queue: Queue) -> None:
    """Store what changed, and a new version."""
    tx.defer(SAVE_SQL, id=queue.id, name=queue.name, active=queue.active)
