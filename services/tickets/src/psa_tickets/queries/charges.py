"""The travel and materials tables: what a ticket costs beside its time."""

from datetime import date, datetime
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.time.charges import net_cents
from psa_tickets.domain.time.entry import Approval, Billable

#: As for entries of work: the scope of the permission decides whose.
VISIBLE: LiteralString = """
    CASE %(scope)s
        WHEN 'all'  THEN true
        WHEN 'team' THEN true
        WHEN 'own'  THEN c.user_id = %(user_id)s
        ELSE false
    END
"""

TRAVEL_SQL: LiteralString = """
    SELECT c.id, c.ticket_id, c.customer_id, c.user_id, c.visit_date, c.zone, c.km, c.minutes,
           c.billable, c.note, c.state, c.reason, c.decided_at, c.decided_by, c.created_at,
           c.version
      FROM travel AS c
"""

TRAVEL_FOR_UPDATE_SQL = TRAVEL_SQL + " WHERE c.id = %(id)s AND " + VISIBLE + " FOR UPDATE"

VISITED_SQL = """
    SELECT EXISTS (SELECT FROM travel
                    WHERE ticket_id = %(ticket_id)s
                      AND visit_date = %(visit_date)s
                      AND user_id = %(user_id)s
                      AND id <> %(id)s)
"""

INSERT_TRAVEL_SQL = """
    INSERT INTO travel
           (id, ticket_id, customer_id, user_id, visit_date, zone, km, minutes, billable, note,
            state, created_at)
    VALUES (%(id)s, %(ticket_id)s, %(customer_id)s, %(user_id)s, %(visit_date)s, %(zone)s,
            %(km)s, %(minutes)s, %(billable)s, %(note)s, %(state)s, %(created_at)s)
"""

SAVE_TRAVEL_SQL = """
    UPDATE travel
       SET visit_date = %(visit_date)s,
           zone = %(zone)s,
           km = %(km)s,
           minutes = %(minutes)s,
           billable = %(billable)s,
           note = %(note)s,
           state = %(state)s,
           reason = %(reason)s,
           decided_at = %(decided_at)s,
           decided_by = %(decided_by)s,
           version = %(version)s
     WHERE id = %(id)s
"""

DELETE_TRAVEL_SQL = "DELETE FROM travel WHERE id = %(id)s"

MATERIALS_SQL: LiteralString = """
    SELECT c.id, c.ticket_id, c.customer_id, c.user_id, c.used_on, c.description, c.product_ref,
           c.serial, c.quantity, c.unit_price_cents, c.unit_cost_cents, c.currency, c.tax_class,
           c.billable, c.state, c.reason, c.decided_at, c.decided_by, c.created_at, c.version
      FROM materials AS c
"""

MATERIAL_FOR_UPDATE_SQL = MATERIALS_SQL + " WHERE c.id = %(id)s AND " + VISIBLE + " FOR UPDATE"

INSERT_MATERIAL_SQL = """
    INSERT INTO materials
           (id, ticket_id, customer_id, user_id, used_on, description, product_ref, serial,
            quantity, unit_price_cents, unit_cost_cents, currency, tax_class, billable, state,
            created_at)
    VALUES (%(id)s, %(ticket_id)s, %(customer_id)s, %(user_id)s, %(used_on)s, %(description)s,
            %(product_ref)s, %(serial)s, %(quantity)s, %(unit_price_cents)s,
            %(unit_cost_cents)s, %(currency)s, %(tax_class)s, %(billable)s, %(state)s,
            %(created_at)s)
"""

SAVE_MATERIAL_SQL = """
    UPDATE materials
       SET used_on = %(used_on)s,
           description = %(description)s,
           product_ref = %(product_ref)s,
           serial = %(serial)s,
           quantity = %(quantity)s,
           unit_price_cents = %(unit_price_cents)s,
           unit_cost_cents = %(unit_cost_cents)s,
           tax_class = %(tax_class)s,
           billable = %(billable)s,
           state = %(state)s,
           reason = %(reason)s,
           decided_at = %(decided_at)s,
           decided_by = %(decided_by)s,
           version = %(version)s
     WHERE id = %(id)s
"""

DELETE_MATERIAL_SQL = "DELETE FROM materials WHERE id = %(id)s"


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """What travel and material have in common: a ticket, and a way to the invoice."""

    id: UUID
    ticket_id: UUID
    customer_id: UUID
    user_id: UUID
    billable: Billable
    state: Approval
    reason: str = ""
    decided_at: datetime | None = None
    decided_by: UUID | None = None
    created_at: datetime
    version: int = 1


class Travel(Charge, frozen=True, kw_only=True):
    """The way to a ticket, once a visit."""

    visit_date: date
    zone: str | None
    km: Decimal | None
    minutes: int | None
    note: str


class Material(Charge, frozen=True, kw_only=True):
    """Something used up or spent on a ticket."""

    used_on: date
    description: str
    product_ref: str | None
    serial: str | None
    quantity: Decimal
    unit_price_cents: int
    unit_cost_cents: int | None
    currency: str
    tax_class: str

    def net_cents(self) -> int:
        """Return what the customer would pay before discounts and tax."""
        return net_cents(self.quantity, self.unit_price_cents)


TRAVEL = Listing(
    row=Travel,
    select=TRAVEL_SQL,
    id_column="c.id",
    conditions=("c.ticket_id = %(of_ticket)s", VISIBLE),
    filters={"state": Filter("c.state = %(state)s", Approval)},
    sorts={"visit_date": Sort("c.visit_date", date)},
    default_sort="visit_date",
)

MATERIALS = Listing(
    row=Material,
    select=MATERIALS_SQL,
    id_column="c.id",
    conditions=("c.ticket_id = %(of_ticket)s", VISIBLE),
    filters={"state": Filter("c.state = %(state)s", Approval)},
    sorts={"used_on": Sort("c.used_on", date)},
    default_sort="used_on",
)


def visible_to(principal: Principal, permission: str = "time_entry:view") -> dict[str, object]:
    """Return the parameters of `VISIBLE` for this caller."""
    return {"scope": principal.scope(permission), "user_id": principal.user_id}


async def travel_for_update(tx: Tx, id: UUID, principal: Principal, permission: str) -> Travel:
    """Lock and return travel; raises NotFound for what the caller may not touch."""
    visible = visible_to(principal, permission)
    row = await tx.fetch_optional(Travel, TRAVEL_FOR_UPDATE_SQL, id=id, **visible)
    if row is None:
        raise NotFound(f"There is no travel {id}.")
    return row


async def material_for_update(tx: Tx, id: UUID, principal: Principal, permission: str) -> Material:
    """Lock and return material; raises NotFound for what the caller may not touch."""
    visible = visible_to(principal, permission)
    row = await tx.fetch_optional(Material, MATERIAL_FOR_UPDATE_SQL, id=id, **visible)
    if row is None:
        raise NotFound(f"There is no material {id}.")
    return row


async def is_visited(tx: Tx, row: Travel) -> bool:
    """Tell whether the technician's way to the ticket that day is charged already."""
    visit = {"ticket_id": row.ticket_id, "visit_date": row.visit_date, "user_id": row.user_id}
    return bool(await tx.fetch_value(VISITED_SQL, id=row.id, **visit))


def insert_travel(tx: Tx, row: Travel) -> None:
    """Store new travel."""
    tx.defer(INSERT_TRAVEL_SQL, **msgspec.structs.asdict(row))


def save_travel(tx: Tx, row: Travel) -> None:
    """Store what changed."""
    tx.defer(SAVE_TRAVEL_SQL, **msgspec.structs.asdict(row))


def delete_travel(tx: Tx, row: Travel) -> None:
    """Remove travel that nobody relies on."""
    tx.defer(DELETE_TRAVEL_SQL, id=row.id)


def insert_material(tx: Tx, row: Material) -> None:
    """Store new material."""
    tx.defer(INSERT_MATERIAL_SQL, **msgspec.structs.asdict(row))


def save_material(tx: Tx, row: Material) -> None:
    """Store what changed."""
    tx.defer(SAVE_MATERIAL_SQL, **msgspec.structs.asdict(row))


def delete_material(tx: Tx, row: Material) -> None:
    """Remove material that nobody relies on."""
    tx.defer(DELETE_MATERIAL_SQL, id=row.id)
