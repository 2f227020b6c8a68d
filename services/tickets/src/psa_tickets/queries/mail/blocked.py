"""The blocked_senders table: whose mails nobody wants."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.listing import Listing, Sort

SELECT_SQL: LiteralString = "SELECT b.id, b.sender, b.created_at FROM blocked_senders AS b"

INSERT_SQL = """
    INSERT INTO blocked_senders (id, sender, created_at)
    VALUES (%(id)s, %(sender)s, %(created_at)s)
"""

DELETE_SQL = """
    DELETE FROM blocked_senders
     WHERE id = %(id)s
"""

COUNT_MATCHING_SQL = """
    SELECT count(*)
      FROM blocked_senders
     WHERE sender IN (%(address)s, %(domain)s)
"""


class BlockedSender(msgspec.Struct, frozen=True, kw_only=True):
    """An address or a domain whose mails are ignored."""

    id: UUID
    sender: str
    created_at: datetime


LISTING = Listing(
    row=BlockedSender,
    select=SELECT_SQL,
    id_column="b.id",
    filters={},
    sorts={"created_at": Sort("b.created_at", datetime)},
    default_sort="-created_at",
)


def insert(tx: Tx, blocked: BlockedSender) -> None:
    """Block a sender."""
    tx.defer(INSERT_SQL, **msgspec.structs.asdict(blocked))


async def delete(tx: Tx, id: UUID) -> bool:
    """Let a sender write again; say whether they were blocked."""
    return await tx.execute(DELETE_SQL, id=id) > 0


async def is_blocked(tx: Tx, *, address: str, domain: str) -> bool:
    """Say whether the address, or everybody of its domain, is blocked."""
    return bool(await tx.fetch_value(COUNT_MATCHING_SQL, address=address, domain=domain))
