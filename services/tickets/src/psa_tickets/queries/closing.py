"""What the close rules ask about a ticket."""

from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_tickets.domain.custom_field import CustomField

# Solved children do not hold up their parent.
FACTS_SQL = """
    SELECT EXISTS (SELECT
                     FROM comments
                    WHERE ticket_id = %(ticket_id)s
                      AND visibility = 'public'
                      AND author_kind = 'agent') AS answered,
           (SELECT count(*) FROM time_entries WHERE ticket_id = %(ticket_id)s) AS time_entries,
           (SELECT count(*)
              FROM tickets
             WHERE parent_id = %(ticket_id)s
               AND status_kind NOT IN ('resolved', 'closed', 'cancelled')) AS open_children,
           (SELECT count(*)
              FROM checklist_items
             WHERE ticket_id = %(ticket_id)s
               AND required
               AND done_at IS NULL) AS unmet_items,
           (SELECT jsonb_agg(jsonb_build_object('key', key, 'type', type, 'options', options,
                                                'required', required, 'for_types', for_types))
              FROM ticket_fields
             WHERE required
               AND active) AS required_fields
"""


class FactsRow(msgspec.Struct, frozen=True):
    """The row of the facts."""

    answered: bool
    time_entries: int
    open_children: int
    unmet_items: int
    required_fields: list[CustomField] | None


async def get_facts(tx: Tx, ticket_id: UUID) -> FactsRow:
    """Return what was done for the ticket."""
    return await tx.fetch_one(FactsRow, FACTS_SQL, ticket_id=ticket_id)
