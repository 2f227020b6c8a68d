"""What these tests send and do: a booking, and the row it leaves in the ledger."""

from typing import ClassVar
from uuid import UUID

import msgspec

from psa_common.db import Pool, Tx
from psa_common.ids import uuid7
from psa_common.pipeline import Statement, send
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope

BOOK_SQL = "INSERT INTO ledger (id, event_id, note) VALUES (%(id)s, %(event_id)s, %(note)s)"
NOTES_SQL = "SELECT note FROM ledger ORDER BY position"


class Booked(msgspec.Struct, frozen=True, kw_only=True):
    """Something was booked."""

    TYPE: ClassVar[str] = "ledger.booked.v1"
    SUBJECT: ClassVar[str] = "account_id"

    account_id: UUID
    note: str


async def book(tx: Tx, event: Booked, envelope: Envelope) -> None:
    """Leave one row for each effect."""
    tx.defer(BOOK_SQL, id=uuid7(), event_id=envelope.id, note=event.note)
    if event.note == "broken":
        await tx.flush()
        raise ValueError("this handler has a bug")


BOOKING = Subscription(Booked.TYPE, Booked, book)


async def notes(tx: Tx) -> list[str]:
    """Return what the ledger of the tenant holds."""

    class Row(msgspec.Struct):
        note: str

    return [row.note for row in await tx.fetch_all(Row, NOTES_SQL)]


async def waiting(worker_pool: Pool, tenant_id: UUID) -> int:
    """Return how many events of the tenant have not left yet."""
    sql = "SELECT count(*) FROM outbox WHERE tenant_id = %(tenant_id)s AND published_at IS NULL"
    async with worker_pool.connection() as conn:
        [result] = await send(conn, [Statement(sql, {"tenant_id": tenant_id})])
    count: int = result.rows(lambda _names, row: row[0])[0]
    return count
