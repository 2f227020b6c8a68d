"""The locations table."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal
from psa_common.listing import Filter, Listing, Sort
from psa_crm.domain.location import Location
from psa_crm.queries.scope import OF_VISIBLE_CUSTOMER, visible_to

COLUMNS: LiteralString = """
    SELECT id, customer_id, name, street, postal_code, city, country, federal_state, is_default,
           created_at, updated_at, version
      FROM locations
"""

GET_SQL = COLUMNS + " WHERE id = %(location_id)s AND " + OF_VISIBLE_CUSTOMER

GET_FOR_UPDATE_SQL = GET_SQL + " FOR NO KEY UPDATE"

# The customer before its location, as everybody locks them.
CLAIM_CUSTOMER_SQL = """
    SELECT id
      FROM customers
     WHERE id = (SELECT customer_id FROM locations WHERE id = %(location_id)s)
       FOR NO KEY UPDATE
"""

HAS_ANY_SQL = "SELECT EXISTS (SELECT FROM locations WHERE customer_id = %(customer_id)s)"

STEP_BACK_SQL = """
    UPDATE locations
       SET is_default = false,
           updated_at = %(now)s,
           version = version + 1
     WHERE customer_id = %(customer_id)s
       AND is_default
       AND id <> %(location_id)s
"""

INSERT_SQL = """
    INSERT INTO locations
           (id, customer_id, name, street, postal_code, city, country, federal_state,
            is_default, created_at, updated_at)
    VALUES (%(id)s, %(customer_id)s, %(name)s, %(street)s, %(postal_code)s, %(city)s,
            %(country)s, %(federal_state)s, %(is_default)s, %(created_at)s, %(updated_at)s)
"""

SAVE_SQL = """
    UPDATE locations
       SET name = %(name)s,
           street = %(street)s,
           postal_code = %(postal_code)s,
           city = %(city)s,
           country = %(country)s,
           federal_state = %(federal_state)s,
           is_default = %(is_default)s,
           updated_at = %(updated_at)s,
           version = %(version)s
     WHERE id = %(id)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLocation(Location):
    """The domain's location with what only storage knows."""

    created_at: datetime
    updated_at: datetime
    version: int


LISTING = Listing(
    row=StoredLocation,
    select=COLUMNS,
    id_column="id",
    conditions=(OF_VISIBLE_CUSTOMER,),
    filters={
        "customer_id": Filter("customer_id = %(customer_id)s", UUID),
        "country": Filter("country = %(country)s"),
        "federal_state": Filter("federal_state = %(federal_state)s"),
        "postal_code": Filter("postal_code = %(postal_code)s"),
        "is_default": Filter("is_default = %(is_default)s", bool),
        "search": Filter(
            "(position(lower(%(search)s::text) IN lower(name)) > 0"
            " OR position(lower(%(search)s::text) IN lower(city)) > 0)"
        ),
        "created_after": Filter("created_at > %(created_after)s", datetime),
        "updated_since": Filter("updated_at >= %(updated_since)s", datetime),
    },
    sorts={
        "created_at": Sort("created_at", datetime),
        "updated_at": Sort("updated_at", datetime),
        "name": Sort("name", str),
    },
    default_sort="-created_at",
)


async def get(tx: Tx, location_id: UUID, principal: Principal) -> StoredLocation:
    """Return the location; raises NotFound for one that the caller may not see."""
    visible = visible_to(principal, "location:view")
    location = await tx.fetch_optional(StoredLocation, GET_SQL, location_id=location_id, **visible)
    if location is None:
        raise _no_such(location_id)
    return location


async def get_for_update(tx: Tx, location_id: UUID, principal: Principal) -> StoredLocation:
    """Lock and return the location; raises NotFound for one that the caller may not touch."""
    visible = visible_to(principal, "location:update")
    tx.defer(CLAIM_CUSTOMER_SQL, location_id=location_id)
    location = await tx.fetch_optional(
        StoredLocation, GET_FOR_UPDATE_SQL, location_id=location_id, **visible
    )
    if location is None:
        raise _no_such(location_id)
    return location


async def has_any(tx: Tx, customer_id: UUID) -> bool:
    """Return whether the customer has a location."""
    return bool(await tx.fetch_value(HAS_ANY_SQL, customer_id=customer_id))


def let_others_step_back(tx: Tx, default: Location, *, now: datetime) -> None:
    """Take the mark from the location that was the customer's default before *default*."""
    tx.defer(STEP_BACK_SQL, customer_id=default.customer_id, location_id=default.id, now=now)


def insert(tx: Tx, location: StoredLocation) -> None:
    """Store a new location."""
    tx.defer(INSERT_SQL, **_columns(location))


def save(tx: Tx, location: StoredLocation) -> None:
    """Store the location as it is now."""
    tx.defer(SAVE_SQL, **_columns(location))


def _no_such(location_id: UUID) -> NotFound:
    return NotFound(f"There is no location {location_id}.")


def _columns(location: StoredLocation) -> dict[str, object]:
    return {name: getattr(location, name) for name in StoredLocation.__dataclass_fields__}
