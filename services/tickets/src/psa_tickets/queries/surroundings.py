"""One look at everything that a ticket names: whose it is, whether it is in use, what it means."""

from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

import msgspec

from psa_common.db import Answer, Tx
from psa_tickets.domain.custom_field import CustomField
from psa_tickets.domain.priority import PRIORITIES
from psa_tickets.domain.surroundings import Surroundings
from psa_tickets.queries.priority_matrices import matrix_of

LOOK_SQL = """
    SELECT (SELECT customer_id FROM contacts WHERE id = %(contact_id)s) AS contact_id,
           (SELECT customer_id FROM contacts WHERE id = %(on_behalf_of_id)s) AS on_behalf_of_id,
           (SELECT customer_id FROM locations WHERE id = %(location_id)s) AS location_id,
           (SELECT customer_id FROM contracts WHERE id = %(contract_id)s) AS contract_id,
           (SELECT active FROM queues WHERE id = %(queue_id)s) AS queue_id,
           (SELECT active FROM categories WHERE id = %(category_id)s) AS category_id,
           (SELECT count(*)
              FROM assets
             WHERE id = ANY(%(asset_ids)s)
               AND customer_id <> %(customer_id)s) AS foreign_assets,
           EXISTS (SELECT FROM time_entries WHERE ticket_id = %(ticket_id)s) AS time_is_booked,
           (SELECT min(id::text)::uuid
              FROM contacts
             WHERE email = lower(%(caller_email)s::text)
               AND customer_id = %(customer_id)s
               AND active) AS caller_contact_id,
           (SELECT jsonb_agg(jsonb_build_object('key', key, 'type', type, 'options', options,
                                                'required', required, 'for_types', for_types)
                             ORDER BY key)::text
              FROM ticket_fields
             WHERE active) AS fields,
           (SELECT cells::text FROM priority_matrices) AS matrix
"""


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """The row of one look."""

    contact_id: UUID | None
    on_behalf_of_id: UUID | None
    location_id: UUID | None
    contract_id: UUID | None
    queue_id: bool | None
    category_id: bool | None
    foreign_assets: int
    time_is_booked: bool
    caller_contact_id: UUID | None
    fields: str | None
    matrix: str | None


class References(msgspec.Struct, frozen=True, kw_only=True):
    """What a ticket names."""

    customer_id: UUID
    contact_id: UUID | None = None
    on_behalf_of_id: UUID | None = None
    location_id: UUID | None = None
    contract_id: UUID | None = None
    queue_id: UUID | None = None
    category_id: UUID | None = None


def ask(
    tx: Tx,
    references: References,
    *,
    asset_ids: Sequence[UUID] = (),
    ticket_id: UUID | None = None,
    caller_email: str | None = None,
) -> Answer[Looked]:
    """Ask about all *references* with the next statement."""
    return tx.ask(
        Looked,
        LOOK_SQL,
        **msgspec.structs.asdict(references),
        asset_ids=list(asset_ids),
        ticket_id=ticket_id,
        caller_email=caller_email,
    )


def of_answer(answer: Answer[Looked]) -> Surroundings:
    """Return what *answer* brought."""
    [row] = answer.rows()
    owners = {
        "contact_id": row.contact_id,
        "on_behalf_of_id": row.on_behalf_of_id,
        "location_id": row.location_id,
        "contract_id": row.contract_id,
    }
    in_use = {"queue_id": row.queue_id, "category_id": row.category_id}
    return Surroundings(
        owners={name: owner for name, owner in owners.items() if owner is not None},
        in_use=frozenset(name for name, active in in_use.items() if active),
        foreign_assets=row.foreign_assets,
        time_is_booked=row.time_is_booked,
        caller_contact_id=row.caller_contact_id,
        fields=_fields_of(row.fields) if row.fields else (),
        matrix=matrix_of(row.matrix) if row.matrix else PRIORITIES,
    )


@lru_cache(maxsize=512)
def _fields_of(text: str) -> tuple[CustomField, ...]:
    return msgspec.json.decode(text, type=tuple[CustomField, ...])
