"""What the service desk does when people come, change and leave."""

from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope
from psa_tickets.queries import copies


class UserChanged(msgspec.Struct, frozen=True):
    """The fields that we keep; the contract has more."""

    user_id: UUID
    name: str
    email: str
    active: bool
    customer_id: UUID | None = None


class UserDeactivated(msgspec.Struct, frozen=True):
    """Who has left."""

    user_id: UUID


async def keep_user(tx: Tx, event: UserChanged, envelope: Envelope) -> None:
    """Keep our copy of the user current."""
    copies.keep_user(
        tx,
        id=event.user_id,
        name=event.name,
        email=event.email,
        customer_id=event.customer_id,
        active=event.active,
        sequence=envelope.sequence,
    )


async def deactivate_user(tx: Tx, event: UserDeactivated, envelope: Envelope) -> None:
    """Nobody can be assigned to who has left."""
    copies.deactivate_user(tx, id=event.user_id, sequence=envelope.sequence)


SUBSCRIPTIONS = (
    Subscription("user.created.v1", UserChanged, keep_user),
    Subscription("user.updated.v1", UserChanged, keep_user),
    Subscription("user.deactivated.v1", UserDeactivated, deactivate_user),
)
