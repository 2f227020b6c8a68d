"""What billing does when the CRM reports something."""

from uuid import UUID

import msgspec

from psa_billing.queries import copies
from psa_billing.queries.copies import BillingAccount
from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope


class CustomerChanged(msgspec.Struct, frozen=True):
    """The fields that we keep; the contract has more."""

    customer_id: UUID
    number: str
    name: str
    status: str


class BillingAccountChanged(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that we keep; the contract has more."""

    billing_account_id: UUID
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
    is_default: bool


async def keep_customer(tx: Tx, event: CustomerChanged, envelope: Envelope) -> None:
    """Keep our copy of the customer current."""
    copies.keep_customer(
        tx,
        id=event.customer_id,
        number=event.number,
        name=event.name,
        status=event.status,
        sequence=envelope.sequence,
    )


async def keep_billing_account(tx: Tx, event: BillingAccountChanged, envelope: Envelope) -> None:
    """Keep our copy of the billing account current."""
    values = msgspec.structs.asdict(event)
    is_default = values.pop("is_default")
    account = BillingAccount(id=values.pop("billing_account_id"), **values)
    copies.keep_billing_account(tx, account, is_default=is_default, sequence=envelope.sequence)


SUBSCRIPTIONS = (
    Subscription("customer.created.v1", CustomerChanged, keep_customer),
    Subscription("customer.updated.v1", CustomerChanged, keep_customer),
    Subscription("billing_account.created.v1", BillingAccountChanged, keep_billing_account),
    Subscription("billing_account.updated.v1", BillingAccountChanged, keep_billing_account),
)
