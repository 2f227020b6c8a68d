"""What the service desk does when billing reports something."""

from datetime import date
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope
from psa_tickets.queries import copies


class ContractActivated(msgspec.Struct, frozen=True):
    """The fields that we keep; the contract has more."""

    contract_id: UUID
    number: str
    customer_id: UUID
    title: str
    valid_from: date
    valid_to: date | None = None


async def keep_contract(tx: Tx, event: ContractActivated, envelope: Envelope) -> None:
    """Keep which contracts a customer has, so that the desk sees it beside the ticket."""
    copies.keep_contract(
        tx,
        id=event.contract_id,
        customer_id=event.customer_id,
        number=event.number,
        title=event.title,
        valid_from=event.valid_from,
        valid_to=event.valid_to,
        sequence=envelope.sequence,
    )


SUBSCRIPTIONS = (Subscription("contract.activated.v1", ContractActivated, keep_contract),)
