"""Read copies of what other services own: customers, and the tenant's clock."""

from uuid import UUID

from psa_common.db import Tx

KEEP_CUSTOMER_SQL = """
    INSERT INTO customers AS kept (id, number, name, status, sequence)
    VALUES (%(id)s, %(number)s, %(name)s, %(status)s, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET number = excluded.number,
                      name = excluded.name,
                      status = excluded.status,
                      sequence = excluded.sequence
            WHERE kept.sequence < excluded.sequence
"""

CUSTOMER_EXISTS_SQL = """
    SELECT EXISTS (SELECT FROM customers
                    WHERE id = %(customer_id)s
                      AND CASE %(scope)s
                              WHEN 'all'          THEN true
                              WHEN 'own_customer' THEN id = %(own_customer_id)s::uuid
                              ELSE false
                          END)
"""

TIME_ZONE_SQL = "SELECT time_zone FROM tenants WHERE tenant_id = current_tenant()"

#: Until the tenant's own zone is known, which takes moments.
FALLBACK_ZONE = "Europe/Berlin"


def keep_customer(tx: Tx, *, id: UUID, number: str, name: str, status: str, sequence: int) -> None:
    """Remember the customer unless a newer state is known."""
    tx.defer(KEEP_CUSTOMER_SQL, id=id, number=number, name=name, status=status, sequence=sequence)


async def customer_exists(tx: Tx, customer_id: UUID, visible: dict[str, object]) -> bool:
    """Return whether there is such a customer for this caller."""
    return bool(await tx.fetch_value(CUSTOMER_EXISTS_SQL, customer_id=customer_id, **visible))


async def time_zone(tx: Tx) -> str:
    """Return the name of the tenant's time zone, in which its days begin and end."""
    zone: str | None = await tx.fetch_value(TIME_ZONE_SQL)
    return zone or FALLBACK_ZONE
