"""The contacts table."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal
from psa_common.listing import Filter, Listing, Sort
from psa_crm.domain.contact import Contact, Role
from psa_crm.queries.scope import OF_VISIBLE_CUSTOMER, visible_to

COLUMNS: LiteralString = """
    SELECT id, customer_id, name, email, phone, roles, created_at, updated_at, version
      FROM contacts
"""

GET_SQL = COLUMNS + " WHERE id = %(contact_id)s AND " + OF_VISIBLE_CUSTOMER

GET_FOR_UPDATE_SQL = GET_SQL + " FOR NO KEY UPDATE"

MAIL_TAKEN_SQL = """
    SELECT EXISTS (SELECT FROM contacts
                    WHERE email = %(email)s
                      AND id <> %(contact_id)s)
"""

INSERT_SQL = """
    INSERT INTO contacts
           (id, customer_id, name, email, phone, roles, created_at, updated_at)
    VALUES (%(id)s, %(customer_id)s, %(name)s, %(email)s, %(phone)s, %(roles)s::text[],
            %(created_at)s, %(updated_at)s)
"""

SAVE_SQL = """
    UPDATE contacts
       SET name = %(name)s,
           email = %(email)s,
           phone = %(phone)s,
           roles = %(roles)s::text[],
           updated_at = %(updated_at)s,
           version = %(version)s
     WHERE id = %(id)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredContact(Contact):
    """The domain's contact with what only storage knows."""

    created_at: datetime
    updated_at: datetime
    version: int


LISTING = Listing(
    row=StoredContact,
    select=COLUMNS,
    id_column="id",
    conditions=(OF_VISIBLE_CUSTOMER,),
    filters={
        "customer_id": Filter("customer_id = %(customer_id)s", UUID),
        "email": Filter("email = lower(%(email)s)"),
        "role": Filter("%(role)s = ANY(roles)", Role),
        "search": Filter(
            "(position(lower(%(search)s::text) IN lower(name)) > 0"
            " OR position(lower(%(search)s::text) IN email) > 0)"
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


async def get(tx: Tx, contact_id: UUID, principal: Principal) -> StoredContact:
    """Return the contact; raises NotFound for one that the caller may not see."""
    visible = visible_to(principal, "contact:view")
    contact = await tx.fetch_optional(StoredContact, GET_SQL, contact_id=contact_id, **visible)
    if contact is None:
        raise _no_such(contact_id)
    return contact


async def get_for_update(tx: Tx, contact_id: UUID, principal: Principal) -> StoredContact:
    """Lock and return the contact; raises NotFound for one that the caller may not touch."""
    visible = visible_to(principal, "contact:update")
    contact = await tx.fetch_optional(
        StoredContact, GET_FOR_UPDATE_SQL, contact_id=contact_id, **visible
    )
    if contact is None:
        raise _no_such(contact_id)
    return contact


async def mail_is_taken(tx: Tx, contact: Contact) -> bool:
    """Return whether another contact of the tenant has this contact's mail address."""
    taken = await tx.fetch_value(MAIL_TAKEN_SQL, email=contact.email, contact_id=contact.id)
    return bool(taken)


def insert(tx: Tx, contact: StoredContact) -> None:
    """Store a new contact."""
    tx.defer(INSERT_SQL, **_columns(contact))


def save(tx: Tx, contact: StoredContact) -> None:
    """Store the contact as it is now."""
    tx.defer(SAVE_SQL, **_columns(contact))


def _no_such(contact_id: UUID) -> NotFound:
    return NotFound(f"There is no contact {contact_id}.")


def _columns(contact: StoredContact) -> dict[str, object]:
    columns = {name: getattr(contact, name) for name in StoredContact.__dataclass_fields__}
    return {**columns, "roles": [role.value for role in contact.roles]}
