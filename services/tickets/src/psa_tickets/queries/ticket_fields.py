"""The ticket_fields table: what a tenant adds to tickets."""

from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Jsonb, Tx
from psa_common.errors import NotFound
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.custom_field import CustomField, FieldType
from psa_tickets.domain.ticket_type import TicketType

SELECT_SQL = """
    SELECT f.id, f.key, f.label, f.type, f.options, f.required, f.for_types, f.active, f.version,
           f.created_at
      FROM ticket_fields AS f
"""

GET_FOR_UPDATE_SQL = SELECT_SQL + " WHERE f.id = %(field_id)s FOR UPDATE"

INSERT_SQL = """
    INSERT INTO ticket_fields
           (id, key, label, type, options, required, for_types, active, created_at)
    VALUES (%(id)s, %(key)s, %(label)s, %(type)s, %(options)s, %(required)s, %(for_types)s,
            %(active)s, %(created_at)s)
"""

SAVE_SQL = """
    UPDATE ticket_fields
       SET label = %(label)s,
           options = %(options)s,
           required = %(required)s,
           for_types = %(for_types)s,
           active = %(active)s,
           version = version + 1
     WHERE id = %(id)s
"""


class TicketField(msgspec.Struct, frozen=True, kw_only=True):
    """A field as it is stored; key and type never change, because values lie under them."""

    id: UUID
    key: str
    label: str
    type: FieldType
    options: tuple[str, ...]
    required: bool
    for_types: tuple[TicketType, ...]
    active: bool
    version: int
    created_at: datetime

    def rule(self) -> CustomField:
        """Return the domain's view of the row; raises what the domain refuses."""
        return CustomField(
            key=self.key,
            type=self.type,
            options=self.options,
            required=self.required,
            for_types=self.for_types,
        )


LISTING = Listing(
    row=TicketField,
    select=SELECT_SQL,
    id_column="f.id",
    filters={"active": Filter("f.active = %(active)s", bool)},
    sorts={"key": Sort("f.key", str), "created_at": Sort("f.created_at", datetime)},
    default_sort="key",
)


async def get_for_update(tx: Tx, field_id: UUID) -> TicketField:
    """Lock and return the field; raises NotFound."""
    found = await tx.fetch_optional(TicketField, GET_FOR_UPDATE_SQL, field_id=field_id)
    if found is None:
        raise NotFound(f"There is no ticket field {field_id}.")
    return found


def insert(tx: Tx, field: TicketField) -> None:
    """Store a new field."""
    tx.defer(INSERT_SQL, **_columns(field))


def save(tx: Tx, field: TicketField) -> None:
    """Store what changed, and a new version."""
    tx.defer(SAVE_SQL, **_columns(field))


def _columns(field: TicketField) -> dict[str, object]:
    columns = msgspec.structs.asdict(field)
    return {
        **columns,
        "options": Jsonb(list(field.options)),
        "for_types": Jsonb(list(field.for_types)),
    }
