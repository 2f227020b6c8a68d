"""Help for services' tests: make an envelope, and read what a transaction published."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_common.db import Pool
from psa_common.ids import uuid7
from psa_common.pipeline import Statement, send
from psa_events.envelope import Envelope

PUBLISHED_SQL = """
    SELECT type, subject, sequence, data
      FROM outbox
     WHERE tenant_id = %(tenant_id)s
     ORDER BY position
"""


class Published(msgspec.Struct, frozen=True):
    """An event as it stands in the outbox."""

    type: str
    subject: str
    sequence: int
    data: Any


def an_envelope(
    tenant_id: UUID, event_type: str, data: object, *, sequence: int = 1, subject: str = "subject"
) -> Envelope:
    """Return an envelope as the relay would send it."""
    return Envelope(
        id=uuid7(),
        source="/psa/test",
        type=event_type,
        subject=subject,
        time=datetime.now(UTC),
        tenant_id=tenant_id,
        sequence=sequence,
        correlation_id="test-correlation",
        actor="system:test",
        data=msgspec.Raw(msgspec.json.encode(data)),
    )


async def published(worker_pool: Pool, tenant_id: UUID) -> list[Published]:
    """Return what *tenant_id*'s transactions announced, in order; only a worker may look."""
    async with worker_pool.connection() as conn:
        [result] = await send(conn, [Statement(PUBLISHED_SQL, {"tenant_id": tenant_id})])
    rows = result.rows(lambda _names, row: row)
    return [
        Published(type_, subject, sequence, msgspec.json.decode(data))
        for type_, subject, sequence, data in rows
    ]
