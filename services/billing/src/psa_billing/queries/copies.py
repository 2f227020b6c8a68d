"""Read copies of what other services own: customers, how they are billed, and our own tenant."""

from typing import Any
from uuid import UUID

import msgspec

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

KEEP_BILLING_ACCOUNT_SQL = """
    INSERT INTO billing_accounts AS kept
           (id, customer_id, name, street, postal_code, city, country, buyer_reference, vat_id,
            electronic_address, electronic_address_scheme, invoice_format, payment_terms_days,
            is_default, sequence)
    VALUES (%(id)s, %(customer_id)s, %(name)s, %(street)s, %(postal_code)s, %(city)s,
            %(country)s, %(buyer_reference)s, %(vat_id)s, %(electronic_address)s,
            %(electronic_address_scheme)s, %(invoice_format)s, %(payment_terms_days)s,
            %(is_default)s, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET customer_id = excluded.customer_id,
                      name = excluded.name,
                      street = excluded.street,
                      postal_code = excluded.postal_code,
                      city = excluded.city,
                      country = excluded.country,
                      buyer_reference = excluded.buyer_reference,
                      vat_id = excluded.vat_id,
                      electronic_address = excluded.electronic_address,
                      electronic_address_scheme = excluded.electronic_address_scheme,
                      invoice_format = excluded.invoice_format,
                      payment_terms_days = excluded.payment_terms_days,
                      is_default = excluded.is_default,
                      sequence = excluded.sequence
            WHERE kept.sequence < excluded.sequence
"""

FIND_CUSTOMER_SQL = """
    SELECT id, number, name, status
      FROM customers
     WHERE id = %(customer_id)s
"""

# The contract's own choice, or the customer's default.
FIND_BILLING_ACCOUNT_SQL = """
    SELECT id, customer_id, name, street, postal_code, city, country, buyer_reference, vat_id,
           electronic_address, electronic_address_scheme, invoice_format, payment_terms_days
      FROM billing_accounts
     WHERE customer_id = %(customer_id)s
       AND CASE WHEN %(billing_account_id)s::uuid IS NULL THEN is_default
                ELSE id = %(billing_account_id)s::uuid END
     ORDER BY id DESC
     LIMIT 1
"""

FIND_TENANT_SQL = """
    SELECT name, time_zone, currency, company
      FROM tenants
"""


class Customer(msgspec.Struct, frozen=True):
    """A customer, as far as invoices name them."""

    id: UUID
    number: str
    name: str
    status: str


class BillingAccount(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how a customer wants invoices."""

    id: UUID
    customer_id: UUID
    name: str
    street: str
    postal_code: str
    city: str
    country: str
    buyer_reference: str | None
    vat_id: str | None
    electronic_address: str | None
    electronic_address_scheme: str | None
    invoice_format: str
    payment_terms_days: int


class TenantCopy(msgspec.Struct, frozen=True):
    """Our own tenant: its clock and its letterhead."""

    name: str
    time_zone: str
    currency: str
    company: dict[str, Any]


def keep_customer(tx: Tx, *, id: UUID, number: str, name: str, status: str, sequence: int) -> None:
    """Remember the customer unless a newer state is known."""
    tx.defer(KEEP_CUSTOMER_SQL, id=id, number=number, name=name, status=status, sequence=sequence)


def keep_billing_account(
    tx: Tx, account: BillingAccount, *, is_default: bool, sequence: int
) -> None:
    """Remember the billing account unless a newer state is known."""
    values = msgspec.structs.asdict(account)
    tx.defer(KEEP_BILLING_ACCOUNT_SQL, **values, is_default=is_default, sequence=sequence)


async def find_customer(tx: Tx, customer_id: UUID) -> Customer | None:
    """Return the customer, if the CRM has told us of them."""
    return await tx.fetch_optional(Customer, FIND_CUSTOMER_SQL, customer_id=customer_id)


async def find_billing_account(
    tx: Tx, customer_id: UUID, billing_account_id: UUID | None
) -> BillingAccount | None:
    """Return this account of the customer, or the default one where none is named."""
    return await tx.fetch_optional(
        BillingAccount,
        FIND_BILLING_ACCOUNT_SQL,
        customer_id=customer_id,
        billing_account_id=billing_account_id,
    )


async def find_tenant(tx: Tx) -> TenantCopy | None:
    """Return what we know of our own tenant."""
    return await tx.fetch_optional(TenantCopy, FIND_TENANT_SQL)
