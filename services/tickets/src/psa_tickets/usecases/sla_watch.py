"""
The SLA timer: warn before a promise is broken, and say so when it is.

It runs in every worker and after every restart; what one worker looks at, another skips.
"""

from datetime import UTC, datetime

from psa_common.db import Tx
from psa_tickets.domain import sla
from psa_tickets.queries import sla_log, stored_tickets
from psa_tickets.usecases import sla_levels
from psa_tickets.usecases.sla_levels import Watched

BATCH = 200


async def look(tx: Tx) -> int:
    """Look at the clocks whose time has come; return how many."""
    return await look_at(tx, now=datetime.now(UTC))


async def look_at(tx: Tx, *, now: datetime) -> int:
    """Look at the clocks whose time has come by *now*; return how many."""
    due = await stored_tickets.list_due(tx, now=now, batch=BATCH)
    if not due:
        return 0
    logs = await sla_log.read_logs(tx, [ticket.id for ticket in due])
    watched = [
        Watched(
            id=ticket.id,
            number=ticket.number,
            priority=ticket.priority,
            assignee_id=ticket.assignee_id,
            contact_id=ticket.contact_id,
            log=logs[ticket.id],
            clocks=sla.fold(logs[ticket.id].events, now=now),
        )
        for ticket in due
    ]
    await sla_levels.announce(tx, watched, now=now)
    for one in watched:
        stored_tickets.look_again(tx, one.id, one.clocks)
    return len(due)
