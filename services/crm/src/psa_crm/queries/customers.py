"""The customers table."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal
from psa_common.listing import Filter, Listing, Sort
from psa_crm.domain.customer import Customer, CustomerType, Status
from psa_crm.queries.scope import VISIBLE_CUSTOMER, visible_to

COLUMNS: LiteralString = """
    SELECT id, number, name, customer_type, status, federal_state, country, debtor_account,
           notes, mail_domains, created_at, updated_at, version
      FROM customers
"""

GET_SQL = COLUMNS + " WHERE id = %(customer_id)s AND " + VISIBLE_CUSTOMER

GET_FOR_UPDATE_SQL = GET_SQL + " FOR NO KEY UPDATE"

# What belongs to a customer changes in turns: one default among several, for one.
CLAIM_SQL = (
    """
    SELECT id
      FROM customers
     WHERE id = %(customer_id)s
       AND """
    + VISIBLE_CUSTOMER
    + """
       FOR NO KEY UPDATE
"""
)

HOLDER_SQL = """
    SELECT field
      FROM (SELECT 'number' AS field
              FROM customers
             WHERE number = %(number)s
               AND id <> %(customer_id)s
             UNION ALL
            SELECT 'debtor_account'
              FROM customers
             WHERE debtor_account = %(debtor_account)s
               AND id <> %(customer_id)s) AS taken
     LIMIT 1
"""

NUMBER_EXISTS_SQL = "SELECT EXISTS (SELECT FROM customers WHERE number = %(number)s)"

INSERT_SQL = """
    INSERT INTO customers
           (id, number, name, customer_type, status, federal_state, country, debtor_account,
            notes, mail_domains, created_at, updated_at)
    VALUES (%(id)s, %(number)s, %(name)s, %(customer_type)s, %(status)s, %(federal_state)s,
            %(country)s, %(debtor_account)s, %(notes)s, %(mail_domains)s, %(created_at)s,
            %(updated_at)s)
"""

SAVE_SQL = """
    UPDATE customers
       SET name = %(name)s,
           customer_type = %(customer_type)s,
           status = %(status)s,
           federal_state = %(federal_state)s,
           country = %(country)s,
           debtor_account = %(debtor_account)s,
           notes = %(notes)s,
           mail_domains = %(mail_domains)s,
           updated_at = %(updated_at)s,
           version = %(version)s
     WHERE id = %(id)s
"""

STATS_SQL = (
    """
    SELECT id AS customer_id,
           (SELECT count(*) FROM contacts AS c WHERE c.customer_id = customers.id) AS contacts,
           (SELECT count(*) FROM locations AS l WHERE l.customer_id = customers.id) AS locations,
           (SELECT count(*)
              FROM billing_accounts AS b
             WHERE b.customer_id = customers.id) AS billing_accounts
      FROM customers
     WHERE id = %(customer_id)s
       AND """
    + VISIBLE_CUSTOMER
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCustomer(Customer):
    """The domain's customer with what only storage knows."""

    created_at: datetime
    updated_at: datetime
    version: int


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """How much we know of a customer."""

    customer_id: UUID
    contacts: int
    locations: int
    billing_accounts: int


LISTING = Listing(
    row=StoredCustomer,
    select=COLUMNS,
    id_column="id",
    conditions=(VISIBLE_CUSTOMER,),
    filters={
        "number": Filter("number = %(number)s"),
        "status": Filter("status = %(status)s", Status),
        "customer_type": Filter("customer_type = %(customer_type)s", CustomerType),
        "country": Filter("country = %(country)s"),
        "federal_state": Filter("federal_state = %(federal_state)s"),
        "debtor_account": Filter("debtor_account = %(debtor_account)s"),
        # Row-level security keeps a search index from helping here; a tenant's customers are
        # few enough to look through.
        "search": Filter(
            "(position(lower(%(search)s::text) IN lower(name)) > 0"
            " OR position(upper(%(search)s::text) IN number) > 0)"
        ),
        "created_after": Filter("created_at > %(created_after)s", datetime),
        "updated_since": Filter("updated_at >= %(updated_since)s", datetime),
    },
    sorts={
        "created_at": Sort("created_at", datetime),
        "updated_at": Sort("updated_at", datetime),
        "name": Sort("name", str),
        "number": Sort("number", str),
    },
    default_sort="-created_at",
)


async def get(tx: Tx, customer_id: UUID, principal: Principal) -> StoredCustomer:
    """Return the customer; raises NotFound for one that the caller may not see."""
    visible = visible_to(principal, "customer:view")
    customer = await tx.fetch_optional(StoredCustomer, GET_SQL, customer_id=customer_id, **visible)
    if customer is None:
        raise no_such(customer_id)
    return customer


async def get_for_update(tx: Tx, customer_id: UUID, principal: Principal) -> StoredCustomer:
    """Lock and return the customer; raises NotFound for one that the caller may not touch."""
    visible = visible_to(principal, "customer:update")
    customer = await tx.fetch_optional(
        StoredCustomer, GET_FOR_UPDATE_SQL, customer_id=customer_id, **visible
    )
    if customer is None:
        raise no_such(customer_id)
    return customer


async def claim(tx: Tx, customer_id: UUID, principal: Principal, permission: str) -> bool:
    """Lock the customer for who changes what belongs to it; return whether there is one."""
    visible = visible_to(principal, permission)
    return await tx.fetch_value(CLAIM_SQL, customer_id=customer_id, **visible) is not None


async def find_taken_field(tx: Tx, customer: Customer) -> str | None:
    """Return the field whose value another customer holds, if there is one."""
    field: str | None = await tx.fetch_value(
        HOLDER_SQL,
        customer_id=customer.id,
        number=customer.number,
        debtor_account=customer.debtor_account,
    )
    return field


async def number_exists(tx: Tx, number: str) -> bool:
    """Return whether a customer has the number."""
    return bool(await tx.fetch_value(NUMBER_EXISTS_SQL, number=number))


async def stats(tx: Tx, customer_id: UUID, principal: Principal) -> Stats:
    """Count what belongs to the customer; raises NotFound for one that the caller may not see."""
    visible = visible_to(principal, "customer:view")
    counted = await tx.fetch_optional(Stats, STATS_SQL, customer_id=customer_id, **visible)
    if counted is None:
        raise no_such(customer_id)
    return counted


def insert(tx: Tx, customer: StoredCustomer) -> None:
    """Store a new customer."""
    tx.defer(INSERT_SQL, **_columns(customer))


def save(tx: Tx, customer: StoredCustomer) -> None:
    """Store the customer as it is now."""
    tx.defer(SAVE_SQL, **_columns(customer))


def no_such(customer_id: UUID) -> NotFound:
    """Return the refusal for a customer that is not there, for this caller."""
    return NotFound(f"There is no customer {customer_id}.")


def _columns(customer: StoredCustomer) -> dict[str, object]:
    columns = {name: getattr(customer, name) for name in StoredCustomer.__dataclass_fields__}
    return {**columns, "mail_domains": list(customer.mail_domains)}
