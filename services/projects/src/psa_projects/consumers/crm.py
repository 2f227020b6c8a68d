"""What projects do when the CRM reports something."""

from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope
from psa_projects.queries import copies


class CustomerChanged(msgspec.Struct, frozen=True):
    """The fields that we keep; the contract has more."""

    customer_id: UUID
    number: str
    name: str
    status: str


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


SUBSCRIPTIONS = (
    Subscription("customer.created.v1", CustomerChanged, keep_customer),
    Subscription("customer.updated.v1", CustomerChanged, keep_customer),
)
