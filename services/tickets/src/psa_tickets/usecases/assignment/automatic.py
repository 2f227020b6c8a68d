"""Give a ticket that is already there to whom the rules choose."""

from datetime import datetime
from uuid import UUID

from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.identity import Principal
from psa_tickets.domain import ticket as rules
from psa_tickets.queries import stored_tickets
from psa_tickets.queries.assignment_rules import StoredDecision
from psa_tickets.usecases.assignment import choosing
from psa_tickets.usecases.ticket_lifecycle import settle


async def auto_assign(
    tx: Tx,
    principal: Principal,
    ticket_id: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> StoredDecision:
    """
    Let the rules choose once more; the ticket keeps its owner when they choose nobody.

    Raises TicketClosed for a closed ticket.
    """
    asked = choosing.ask(tx)
    before = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:assign")
    check_version(before.version, expected_version)
    rules.assign(before, before.assignee_id)

    decision = await choosing.decide(tx, before, asked, now=now)
    if decision.agent_id not in {None, before.assignee_id}:
        after = rules.assign(before, decision.agent_id)
        choosing.announce(tx, after, previous=before.assignee_id, now=now)
        await settle(tx, before, after, at=now, now=now)
    return choosing.keep(tx, before, decision, now=now)
