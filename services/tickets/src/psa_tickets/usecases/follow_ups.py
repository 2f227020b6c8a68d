"""What comes up again after the reopen window is a new ticket that remembers the old one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psa_common.db import Tx
from psa_common.identity import Principal
from psa_tickets.queries import tickets
from psa_tickets.queries.tickets import TicketView
from psa_tickets.usecases.openings import Opening
from psa_tickets.usecases.ticket_lifecycle import open_ticket

TITLE_LENGTH_MAX = 200


async def open_follow_up(
    tx: Tx, principal: Principal, ticket_id: UUID, said: Mapping[str, Any], *, now: datetime
) -> TicketView:
    """
    Open a ticket that follows *ticket_id*, as *said*; what is left out is as it was there.

    Raises NotFound for a ticket that the caller may not see.
    """
    earlier = await tickets.get(tx, ticket_id, principal)
    return await open_ticket(tx, principal, following(earlier, said, principal), now=now)


def following(earlier: TicketView, said: Mapping[str, Any], principal: Principal) -> Opening:
    """Return what is asked for; a customer's own people inherit only what they may say."""
    inherited: dict[str, Any] = {
        "title": f"{earlier.number}: {earlier.title}"[:TITLE_LENGTH_MAX],
        "type": earlier.type,
        "customer_id": earlier.customer_id,
        "location_id": earlier.location_id,
        "follow_up_of_id": earlier.id,
    }
    if principal.customer_id is None:
        inherited |= {
            "contact_id": earlier.contact_id,
            "on_behalf_of_id": earlier.on_behalf_of_id,
            "contract_id": earlier.contract_id,
            "order_reference": earlier.order_reference,
            "custom": earlier.custom,
        }
    return Opening(**{**inherited, **said})
