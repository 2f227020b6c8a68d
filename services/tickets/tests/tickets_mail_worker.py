"""The worker of one tenant, doing its rounds when a test tells it to."""

from datetime import UTC, datetime, timedelta
from typing import Any

from psa_common.db import Pool
from psa_common.testing import Api, Tenant
from psa_events.consumer import Subscription, deliver
from psa_events.envelope import Envelope
from psa_events.testing import an_envelope, published
from psa_tickets.consumers import notices
from psa_tickets.usecases.mail import sending
from psa_tickets.usecases.mail.office import PostOffice

BY_TYPE: dict[str, Subscription] = {one.event_type: one for one in notices.SUBSCRIPTIONS}


class Post:
    """The worker of acme: lets events have their effect and mails leave, when it is told to."""

    def __init__(self, desk: Api, pool: Pool, tenant: Tenant, office: PostOffice) -> None:
        self.desk, self._pool, self._tenant, self._office = desk, pool, tenant, office
        self._read = 0
        self.now = datetime.now(UTC) + timedelta(minutes=1)
        self.envelopes: list[Envelope] = []

    async def hear(self) -> None:
        """Deliver what was published since the last time."""
        events = await published(self._pool, self._tenant.id)
        for event in events[self._read :]:
            if event.type in BY_TYPE:
                self.envelopes.append(an_envelope(self._tenant.id, event.type, event.data))
                await deliver(self._pool, BY_TYPE[event.type], self.envelopes[-1])
        self._read = len(events)

    async def send(self, *, later: timedelta = timedelta(0)) -> int:
        """Send what is due after a while."""
        self.now += later
        return await sending.send_due(
            self._pool, self._tenant.id, self._office, clock=lambda: self.now
        )

    async def deliveries(self, ticket_id: str) -> list[dict[str, Any]]:
        rows = (await self.desk.get(f"/tickets/{ticket_id}/mails")).json()["data"]
        return [row["attributes"] for row in rows]
