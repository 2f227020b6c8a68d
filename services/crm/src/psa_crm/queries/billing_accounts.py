"""The billing_accounts table."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psa_common.db import Tx
from psa_common.errors import NotFound
from psa_common.identity import Principal
from psa_common.listing import Filter, Listing, Sort
from psa_crm.domain.billing_account import BillingAccount, InvoiceFormat
from psa_crm.queries.scope import OF_VISIBLE_CUSTOMER, visible_to

COLUMN_NAMES: LiteralString = """
           id, customer_id, name, street, postal_code, city, country, buyer_reference, vat_id,
           electronic_address, electronic_address_scheme, invoice_format, payment_terms_days,
           email, is_default, created_at, updated_at, version
"""

COLUMNS: LiteralString = "SELECT" + COLUMN_NAMES + " FROM billing_accounts"

GET_SQL = COLUMNS + " WHERE id = %(account_id)s AND " + OF_VISIBLE_CUSTOMER

GET_FOR_UPDATE_SQL = GET_SQL + " FOR NO KEY UPDATE"

# The customer before its account, as everybody locks them.
CLAIM_CUSTOMER_SQL = """
    SELECT id
      FROM customers
     WHERE id = (SELECT customer_id FROM billing_accounts WHERE id = %(account_id)s)
       FOR NO KEY UPDATE
"""

HAS_ANY_SQL = "SELECT EXISTS (SELECT FROM billing_accounts WHERE customer_id = %(customer_id)s)"

STEP_BACK_SQL = (
    """
    UPDATE billing_accounts
       SET is_default = false,
           updated_at = %(now)s,
           version = version + 1
     WHERE customer_id = %(customer_id)s
       AND is_default
       AND id <> %(account_id)s
 RETURNING """
    + COLUMN_NAMES
)

INSERT_SQL = """
    INSERT INTO billing_accounts
           (id, customer_id, name, street, postal_code, city, country, buyer_reference, vat_id,
            electronic_address, electronic_address_scheme, invoice_format, payment_terms_days,
            email, is_default, created_at, updated_at)
    VALUES (%(id)s, %(customer_id)s, %(name)s, %(street)s, %(postal_code)s, %(city)s,
            %(country)s, %(buyer_reference)s, %(vat_id)s, %(electronic_address)s,
            %(electronic_address_scheme)s, %(invoice_format)s, %(payment_terms_days)s,
            %(email)s, %(is_default)s, %(created_at)s, %(updated_at)s)
"""

SAVE_SQL = """
    UPDATE billing_accounts
       SET name = %(name)s,
           street = %(street)s,
           postal_code = %(postal_code)s,
           city = %(city)s,
           country = %(country)s,
           buyer_reference = %(buyer_reference)s,
           vat_id = %(vat_id)s,
           electronic_address = %(electronic_address)s,
           electronic_address_scheme = %(electronic_address_scheme)s,
           invoice_format = %(invoice_format)s,
           payment_terms_days = %(payment_terms_days)s,
           email = %(email)s,
           is_default = %(is_default)s,
           updated_at = %(updated_at)s,
           version = %(version)s
     WHERE id = %(id)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBillingAccount(BillingAccount):
    """The domain's billing account with what only storage knows."""

    created_at: datetime
    updated_at: datetime
    version: int


LISTING = Listing(
    row=StoredBillingAccount,
    select=COLUMNS,
    id_column="id",
    conditions=(OF_VISIBLE_CUSTOMER,),
    filters={
        "customer_id": Filter("customer_id = %(customer_id)s", UUID),
        "invoice_format": Filter("invoice_format = %(invoice_format)s", InvoiceFormat),
        "is_default": Filter("is_default = %(is_default)s", bool),
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


async def get(tx: Tx, account_id: UUID, principal: Principal) -> StoredBillingAccount:
    """Return the account; raises NotFound for one that the caller may not see."""
    visible = visible_to(principal, "billing_account:view")
    account = await tx.fetch_optional(
        StoredBillingAccount, GET_SQL, account_id=account_id, **visible
    )
    if account is None:
        raise _no_such(account_id)
    return account


async def get_for_update(tx: Tx, account_id: UUID, principal: Principal) -> StoredBillingAccount:
    """Lock and return the account; raises NotFound for one that the caller may not touch."""
    visible = visible_to(principal, "billing_account:update")
    tx.defer(CLAIM_CUSTOMER_SQL, account_id=account_id)
    account = await tx.fetch_optional(
        StoredBillingAccount, GET_FOR_UPDATE_SQL, account_id=account_id, **visible
    )
    if account is None:
        raise _no_such(account_id)
    return account


async def has_any(tx: Tx, customer_id: UUID) -> bool:
    """Return whether the customer has an account."""
    return bool(await tx.fetch_value(HAS_ANY_SQL, customer_id=customer_id))


async def let_others_step_back(
    tx: Tx, default: BillingAccount, *, now: datetime
) -> list[StoredBillingAccount]:
    """Take the mark from the customer's default before *default*, and return what changed."""
    return await tx.fetch_all(
        StoredBillingAccount,
        STEP_BACK_SQL,
        customer_id=default.customer_id,
        account_id=default.id,
        now=now,
    )


def insert(tx: Tx, account: StoredBillingAccount) -> None:
    """Store a new account."""
    tx.defer(INSERT_SQL, **_columns(account))


def save(tx: Tx, account: StoredBillingAccount) -> None:
    """Store the account as it is now."""
    tx.defer(SAVE_SQL, **_columns(account))


def _no_such(account_id: UUID) -> NotFound:
    return NotFound(f"There is no billing account {account_id}.")


def _columns(account: StoredBillingAccount) -> dict[str, object]:
    return {name: getattr(account, name) for name in StoredBillingAccount.__dataclass_fields__}
