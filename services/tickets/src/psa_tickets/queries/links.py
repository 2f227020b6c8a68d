"""The ticket_links table, read from both ends."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.listing import Listing, Sort
from psa_tickets.domain.relations.links import LinkKind, TargetType
from psa_tickets.queries.tickets import VISIBLE

LINKS_SQL: LiteralString = """
    SELECT l.id, l.kind, l.from_target, l.other_type, l.other_id, l.created_at,
           t.number, t.title, t.status
      FROM (SELECT id, kind, false AS from_target, target_type AS other_type,
                   target_id AS other_id, created_at
              FROM ticket_links
             WHERE ticket_id = %(ticket_id)s
             UNION ALL
            SELECT id, kind, true, 'ticket', ticket_id, created_at
              FROM ticket_links
             WHERE target_id = %(ticket_id)s
               AND target_type = 'ticket') AS l
      LEFT JOIN tickets AS t ON t.id = l.other_id AND l.other_type = 'ticket'
"""

COUNT_SQL = """
    SELECT count(*)
      FROM ticket_links
     WHERE ticket_id = %(ticket_id)s
"""

INSERT_SQL = """
    INSERT INTO ticket_links
           (id, ticket_id, kind, target_type, target_id, created_by, created_at)
    VALUES (%(id)s, %(ticket_id)s, %(kind)s, %(target_type)s, %(target_id)s, %(created_by)s,
            %(created_at)s)
        ON CONFLICT DO NOTHING
"""

# From either end: whoever sees the link at a ticket may take it away there.
DELETE_SQL = """
    DELETE FROM ticket_links
     WHERE id = %(link_id)s
       AND (ticket_id = %(ticket_id)s
            OR (target_id = %(ticket_id)s AND target_type = 'ticket'))
"""

ASSET_SQL = """
    SELECT EXISTS (SELECT
                     FROM assets
                    WHERE id = %(asset_id)s
                      AND customer_id = %(customer_id)s)
"""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A link as it is made."""

    id: UUID
    ticket_id: UUID
    kind: LinkKind
    target_type: TargetType
    target_id: UUID
    created_by: UUID
    created_at: datetime


class SeenLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link as it is seen from one end, with what is known of the ticket at the other one."""

    id: UUID
    kind: LinkKind
    from_target: bool
    other_type: TargetType
    other_id: UUID
    created_at: datetime
    number: str | None
    title: str | None
    status: str | None


LISTING = Listing(
    row=SeenLink,
    select=LINKS_SQL,
    id_column="l.id",
    conditions=(
        # A link must not tell of a ticket that the caller may not see.
        "(l.other_type <> 'ticket' OR " + VISIBLE + ")",
        "(l.other_type = 'ticket' OR NOT %(public_only)s)",
    ),
    filters={},
    sorts={"created_at": Sort("l.created_at", datetime)},
    default_sort="created_at",
)


async def count(tx: Tx, ticket_id: UUID) -> int:
    """Return how many links were made at the ticket."""
    return int(await tx.fetch_value(COUNT_SQL, ticket_id=ticket_id))


async def insert(tx: Tx, link: Link) -> bool:
    """Store a link; False when the two are linked so already."""
    return bool(await tx.execute(INSERT_SQL, **msgspec.structs.asdict(link)))


async def delete(tx: Tx, ticket_id: UUID, link_id: UUID) -> bool:
    """Forget a link; False when the ticket has no such link."""
    return bool(await tx.execute(DELETE_SQL, ticket_id=ticket_id, link_id=link_id))


async def knows_asset(tx: Tx, asset_id: UUID, customer_id: UUID) -> bool:
    """Say whether it is an asset of the customer."""
    return bool(await tx.fetch_value(ASSET_SQL, asset_id=asset_id, customer_id=customer_id))
