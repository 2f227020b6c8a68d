"""What happened to a ticket, from the records of the audit."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_common.listing import Listing, Sort

#: What a customer's people may know to have changed.
PUBLIC_FIELDS = frozenset({"status", "priority", "title"})

# A customer's people: that it was opened, what was said to them, and what of the public fields
# changed. Everything else stays among colleagues, so this names what may be seen.
PUBLIC_CONDITION = """
    (NOT %(public_only)s
     OR r.action = 'ticket.opened'
     OR (r.action = 'ticket.commented' AND r.after ->> 'visibility' = 'public')
     OR (r.action = 'ticket.changed'
         AND (r.before ->> 'status' IS DISTINCT FROM r.after ->> 'status'
              OR r.before ->> 'priority' IS DISTINCT FROM r.after ->> 'priority'
              OR r.before ->> 'title' IS DISTINCT FROM r.after ->> 'title')))
"""

SELECT_SQL = """
    SELECT r.id, r.occurred_at, r.action, r.actor_kind, r.actor_id, r.actor_name,
           r.before, r.after
      FROM audit_records AS r
"""


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One record: who did what when, and the state before and after."""

    id: UUID
    occurred_at: datetime
    action: str
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    def changes(self, *, public_only: bool) -> dict[str, tuple[Any, Any]]:
        """Return the fields that differ, each before and after."""
        before, after = self.before or {}, self.after or {}
        return {
            name: (before.get(name), after.get(name))
            for name in sorted({*before, *after})
            if before.get(name) != after.get(name) and (not public_only or name in PUBLIC_FIELDS)
        }


LISTING = Listing(
    row=Happening,
    select=SELECT_SQL,
    id_column="r.id",
    conditions=(
        "r.resource_type = 'ticket'",
        "r.resource_id = %(ticket_id)s",
        PUBLIC_CONDITION,
    ),
    filters={},
    # Ids rise with time, and the index of the records ends with them.
    sorts={"id": Sort("r.id", UUID)},
    default_sort="-id",
)
