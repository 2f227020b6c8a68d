"""Whom reports listen to; of every event they also remember that they have heard it."""

from dataclasses import replace

from psa_common.db import Tx
from psa_events import tenants
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope
from psa_reports.consumers import billing, names, sla, tickets, work
from psa_reports.queries import copies


def noting(subscription: Subscription) -> Subscription:
    """Return *subscription* with a handler that also keeps `as_of`, in the same transaction."""

    async def handle(tx: Tx, event: object, envelope: Envelope) -> None:
        await subscription.handler(tx, event, envelope)
        copies.note(tx, envelope.type, envelope.time)

    return replace(subscription, handler=handle)


SUBSCRIPTIONS = tuple(
    noting(subscription)
    for subscription in (
        tenants.SUBSCRIPTION,
        *names.SUBSCRIPTIONS,
        *tickets.SUBSCRIPTIONS,
        *sla.SUBSCRIPTIONS,
        *work.SUBSCRIPTIONS,
        *billing.SUBSCRIPTIONS,
    )
)
