"""Enter a billing account, change one: load, decide, save, announce."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_crm.domain import billing_account as rules
from psa_crm.domain.billing_account import InvoiceFormat
from psa_crm.events import BillingAccountCreated, BillingAccountUpdated
from psa_crm.queries import billing_accounts, customers
from psa_crm.queries.billing_accounts import StoredBillingAccount
from psa_crm.usecases.refusals import UnknownCustomer
from psa_events import outbox

#: What the events carry under the name that the account has here.
ANNOUNCED = (
    "customer_id",
    "name",
    "street",
    "postal_code",
    "city",
    "country",
    "buyer_reference",
    "vat_id",
    "electronic_address",
    "electronic_address_scheme",
    "invoice_format",
    "payment_terms_days",
    "email",
    "is_default",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBillingAccount:
    """Whom to bill and how; unless said otherwise a customer's first account is the default."""

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
    invoice_format: InvoiceFormat
    payment_terms_days: int
    email: str | None
    is_default: bool | None


async def create(
    tx: Tx, principal: Principal, new: NewBillingAccount, *, now: datetime
) -> StoredBillingAccount:
    """Enter a billing account of a customer."""
    if not await customers.claim(tx, new.customer_id, principal, "billing_account:create"):
        raise UnknownCustomer(new.customer_id)
    is_default = new.is_default
    if is_default is None:
        is_default = not await billing_accounts.has_any(tx, new.customer_id)
    account = rules.checked(_stored(new, is_default=is_default, now=now))

    if account.is_default:
        await _take_default(tx, account, now=now)
    billing_accounts.insert(tx, account)
    outbox.publish(tx, BillingAccountCreated(**_announced(account)))
    audit.record(
        tx, "billing_account.created", "billing_account", account.id, after=_state(account)
    )
    return account


async def edit(
    tx: Tx,
    principal: Principal,
    account_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None,
    now: datetime,
) -> StoredBillingAccount:
    """Change an account's fields; invoices already issued keep what they say."""
    before = await billing_accounts.get_for_update(tx, account_id, principal)
    check_version(before.version, expected_version)
    after = rules.checked(replace(before, **changes))
    if after == before:
        return before

    after = replace(after, updated_at=now, version=before.version + 1)
    if after.is_default and not before.is_default:
        await _take_default(tx, after, now=now)
    billing_accounts.save(tx, after)
    _announce_change(tx, before, after)
    return after


async def _take_default(tx: Tx, account: StoredBillingAccount, *, now: datetime) -> None:
    """Let the customer's former default step back, and tell of it."""
    for former in await billing_accounts.let_others_step_back(tx, account, now=now):
        before = replace(former, is_default=True, version=former.version - 1)
        _announce_change(tx, before, former)


def _announce_change(tx: Tx, before: StoredBillingAccount, after: StoredBillingAccount) -> None:
    outbox.publish(tx, BillingAccountUpdated(**_announced(after)))
    audit.record(
        tx,
        "billing_account.changed",
        "billing_account",
        after.id,
        before=_state(before),
        after=_state(after),
    )


def _stored(new: NewBillingAccount, *, is_default: bool, now: datetime) -> StoredBillingAccount:
    return StoredBillingAccount(
        id=uuid7(),
        customer_id=new.customer_id,
        name=new.name,
        street=new.street,
        postal_code=new.postal_code,
        city=new.city,
        country=new.country,
        buyer_reference=new.buyer_reference,
        vat_id=new.vat_id,
        electronic_address=new.electronic_address,
        electronic_address_scheme=new.electronic_address_scheme,
        invoice_format=new.invoice_format,
        payment_terms_days=new.payment_terms_days,
        email=new.email,
        is_default=is_default,
        created_at=now,
        updated_at=now,
        version=1,
    )


def _announced(account: StoredBillingAccount) -> dict[str, Any]:
    carried = {name: getattr(account, name) for name in ANNOUNCED}
    return {"billing_account_id": account.id, **carried}


def _state(account: StoredBillingAccount) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(account)
    return plain
