"""What the service desk does when the asset register reports something."""

from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope
from psa_tickets.queries import copies


class AssetCreated(msgspec.Struct, frozen=True):
    """The fields that we keep; the contract has more."""

    asset_id: UUID
    customer_id: UUID
    number: str
    name: str


async def keep_asset(tx: Tx, event: AssetCreated, envelope: Envelope) -> None:
    """Keep our copy of the asset, so that a ticket can name it."""
    copies.keep_asset(
        tx,
        id=event.asset_id,
        customer_id=event.customer_id,
        number=event.number,
        name=event.name,
        sequence=envelope.sequence,
    )


SUBSCRIPTIONS = (Subscription("asset.created.v1", AssetCreated, keep_asset),)
