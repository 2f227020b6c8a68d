"""
The SLA timer: warn before a promise is broken, and say so when it is.

It runs in every worker and after every restart; what one worker looks at, another skips.
"""

from datetime import UTC, datetime

from psa_common.db import Tx
from psa_tickets.domain import sla
from psa_tickets.queries import sla as sla_queries, stored_tickets
from psa_tickets.usecases.sla_clocks import announce_crossings

BATCH = 200


async def look(tx: Tx) -> int:
    """Look at the clocks whose time has come; return how many."""
    now = datetime.now(UTC)
    due = await stored_tickets.list_due(tx, now=now, batch=BATCH)
    for ticket in due:
        log = await sla_queries.read_log(tx, ticket.id)
        clocks = sla.fold(log.events, now=now)
        await announce_crossings(tx, ticket.id, ticket.priority, log, clocks, now=now)
        stored_tickets.look_again(tx, ticket.id, clocks)
    return len(due)
