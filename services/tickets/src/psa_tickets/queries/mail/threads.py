"""How a mail finds the ticket that it names."""

from uuid import UUID

import msgspec

from psa_common.db import Tx

FIND_BY_NUMBER_SQL = """
    SELECT id
      FROM tickets
     WHERE number = %(number)s
"""

# Few rows: the mails of one ticket, or of two that were merged.
STANDS_ON_MAILS_SQL = """
    SELECT EXISTS
           (SELECT
              FROM incoming_mails
             WHERE ticket_id IN (%(named_id)s, %(ticket_id)s)
               AND state IN ('opened', 'commented')
               AND (sender = %(address)s OR %(address)s = ANY(recipients)))
"""


class _Ticket(msgspec.Struct, frozen=True):
    id: UUID


async def find_by_number(tx: Tx, number: str) -> UUID | None:
    """Return the ticket with this number."""
    found = await tx.fetch_optional(_Ticket, FIND_BY_NUMBER_SQL, number=number)
    return found.id if found else None


async def stands_on_mails(tx: Tx, named_id: UUID, ticket_id: UUID, address: str) -> bool:
    """Say whether somebody has sent, or was sent, a mail of the ticket, or of the one named."""
    return bool(
        await tx.fetch_value(
            STANDS_ON_MAILS_SQL, named_id=named_id, ticket_id=ticket_id, address=address
        )
    )
