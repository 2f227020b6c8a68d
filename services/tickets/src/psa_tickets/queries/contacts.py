"""Read copies of a customer's people and places, and how a mail address finds its customer."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from psa_common.db import Tx

KEEP_CONTACT_SQL = """
    INSERT INTO contacts AS kept (id, customer_id, name, email, phone, active, sequence)
    VALUES (%(id)s, %(customer_id)s, %(name)s, %(email)s, %(phone)s, %(active)s, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET customer_id = excluded.customer_id,
                      name = excluded.name,
                      email = excluded.email,
                      phone = excluded.phone,
                      active = excluded.active,
                      sequence = excluded.sequence
            WHERE kept.sequence < excluded.sequence
"""

KEEP_LOCATION_SQL = """
    INSERT INTO locations AS kept (id, customer_id, name, sequence)
    VALUES (%(id)s, %(customer_id)s, %(name)s, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET customer_id = excluded.customer_id,
                      name = excluded.name,
                      sequence = excluded.sequence
            WHERE kept.sequence < excluded.sequence
"""

FORGET_DOMAINS_SQL = """
    DELETE FROM customer_mail_domains
     WHERE customer_id = %(customer_id)s
       AND domain <> ALL (%(domains)s)
"""

KEEP_DOMAINS_SQL = """
    INSERT INTO customer_mail_domains (domain, customer_id)
    SELECT domain, %(customer_id)s
      FROM unnest(%(domains)s::text[]) AS domain
        ON CONFLICT DO NOTHING
"""

FIND_CONTACT_SQL = """
    SELECT id, customer_id, name, email, phone, active
      FROM contacts
     WHERE id = %(contact_id)s
"""

FIND_CONTACT_BY_EMAIL_SQL = """
    SELECT id, customer_id, name, email, phone, active
      FROM contacts
     WHERE email = lower(%(email)s)
       AND active
"""

LIST_BY_EMAIL_SQL = """
    SELECT id, customer_id, name, email, phone, active
      FROM contacts
     WHERE email = ANY(%(emails)s)
       AND active
"""

LIST_CUSTOMERS_BY_DOMAIN_SQL = """
    SELECT customer_id
      FROM customer_mail_domains
     WHERE domain = lower(%(domain)s)
     ORDER BY customer_id
"""

LIST_CONTACTS_SQL = """
    SELECT id, customer_id, name, email, phone, active
      FROM contacts
     WHERE id = ANY(%(ids)s)
     ORDER BY name
"""


LIST_LOCATIONS_SQL = """
    SELECT id, customer_id, name
      FROM locations
     WHERE id = ANY(%(ids)s)
     ORDER BY name
"""


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's site."""

    id: UUID
    customer_id: UUID
    name: str


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody at a customer."""

    id: UUID
    customer_id: UUID
    name: str
    email: str | None
    phone: str | None
    active: bool


def keep_contact(tx: Tx, contact: Contact, *, sequence: int) -> None:
    """Remember the contact unless a newer state is known."""
    tx.defer(KEEP_CONTACT_SQL, **msgspec.structs.asdict(contact), sequence=sequence)


def keep_location(tx: Tx, *, id: UUID, customer_id: UUID, name: str, sequence: int) -> None:
    """Remember the site unless a newer state is known."""
    tx.defer(KEEP_LOCATION_SQL, id=id, customer_id=customer_id, name=name, sequence=sequence)


def keep_mail_domains(tx: Tx, customer_id: UUID, domains: Sequence[str]) -> None:
    """Remember from which domains a customer's people write; the others are forgotten."""
    tx.defer(FORGET_DOMAINS_SQL, customer_id=customer_id, domains=list(domains))
    tx.defer(KEEP_DOMAINS_SQL, customer_id=customer_id, domains=list(domains))


async def find_contact(tx: Tx, contact_id: UUID) -> Contact | None:
    """Return the contact, if the CRM has told us of them."""
    return await tx.fetch_optional(Contact, FIND_CONTACT_SQL, contact_id=contact_id)


async def find_contact_by_email(tx: Tx, email: str) -> Contact | None:
    """Return whose address it is; the CRM keeps addresses unique within a tenant."""
    return await tx.fetch_optional(Contact, FIND_CONTACT_BY_EMAIL_SQL, email=email)


async def list_by_email(tx: Tx, emails: Sequence[str]) -> list[Contact]:
    """Return whose addresses these are; they are in small letters."""
    return await tx.fetch_all(Contact, LIST_BY_EMAIL_SQL, emails=list(emails))


async def list_customers_by_domain(tx: Tx, domain: str) -> list[UUID]:
    """Return the customers whose people write from *domain*; more than one decides nothing."""
    rows = await tx.fetch_all(_CustomerId, LIST_CUSTOMERS_BY_DOMAIN_SQL, domain=domain)
    return [row.customer_id for row in rows]


async def list_contacts(tx: Tx, ids: Sequence[UUID]) -> list[Contact]:
    """Return the contacts that we know of these."""
    return await tx.fetch_all(Contact, LIST_CONTACTS_SQL, ids=list(ids))


async def list_locations(tx: Tx, ids: Sequence[UUID]) -> list[Location]:
    """Return the sites that we know of these."""
    return await tx.fetch_all(Location, LIST_LOCATIONS_SQL, ids=list(ids))


class _CustomerId(msgspec.Struct, frozen=True):
    customer_id: UUID
