"""Give a policy's newest version to the clocks that run under an older one, slice by slice."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec

from psa_common import audit
from psa_common.db import Tx
from psa_common.errors import Conflict, DomainError
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_tickets.domain import sla
from psa_tickets.domain.sla_log import TermsChanged
from psa_tickets.queries import (
    sla_log,
    sla_policies,
    sla_reapplications,
    stored_tickets,
)
from psa_tickets.queries.sla_check import FIRST
from psa_tickets.queries.sla_reapplications import Reapplication
from psa_tickets.usecases import sla_agreement, sla_clocks
from psa_tickets.usecases.automatic import automatic

WORK = "sla_reapplying"
#: Tickets in one transaction; their locks are held until its end.
SLICE = 50


class AlreadyApplying(Conflict):
    """Two at once would count the same tickets twice."""

    code = "already_applying"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is being applied again just now; wait until that is finished.")


async def request(
    tx: Tx, principal: Principal, policy_id: UUID, *, reason: str, now: datetime
) -> Reapplication:
    """Let the worker apply the policy as it is now to running clocks; raises AlreadyApplying."""
    policy = await sla_policies.get_policy(tx, policy_id)
    wanted = Reapplication(
        id=uuid7(),
        policy_id=policy_id,
        reason=reason,
        requested_at=now,
        requested_by=principal.user_id,
    )
    if not await sla_reapplications.insert(tx, wanted):
        raise AlreadyApplying(policy.name)
    audit.record(tx, "sla_policy.applied_again", "sla_policy", policy_id, after=wanted)
    return wanted


async def go_on(tx: Tx) -> int:
    """Apply the next slice of what was requested; return how many tickets it held."""
    wanted = await sla_reapplications.find_next_for_update(tx)
    if wanted is None:
        return 0
    now = datetime.now(UTC)
    ticket_ids = await sla_reapplications.list_tickets(
        tx, wanted.policy_id, after=wanted.last_ticket_id or FIRST, batch=SLICE
    )
    done = wanted
    for ticket_id in ticket_ids:
        done = await _apply(tx, done, ticket_id, now=now)
    if len(ticket_ids) < SLICE:
        done = msgspec.structs.replace(done, finished_at=now)
    sla_reapplications.advance(tx, done)
    return len(ticket_ids)


async def _apply(tx: Tx, done: Reapplication, ticket_id: UUID, *, now: datetime) -> Reapplication:
    """Choose the terms of one ticket anew, and count what became of it."""
    done = msgspec.structs.replace(done, last_ticket_id=ticket_id)
    try:
        changed = await _renew(tx, ticket_id, done.reason, now=now)
    except DomainError:
        return msgspec.structs.replace(done, refused=done.refused + 1)
    if changed:
        return msgspec.structs.replace(done, changed=done.changed + 1)
    return msgspec.structs.replace(done, unchanged=done.unchanged + 1)


async def _renew(tx: Tx, ticket_id: UUID, reason: str, *, now: datetime) -> bool:
    ticket = await stored_tickets.get_for_update(
        tx, ticket_id, automatic(tx.tenant_id, WORK, "ticket:update"), "ticket:update"
    )
    log = await sla_log.read_log(tx, ticket_id)
    terms = sla.fold(log.events, now=now).terms
    agreement = await sla_agreement.agree(tx, ticket)
    if agreement.terms == terms:
        return False

    changed = TermsChanged(at=now, terms=agreement.terms, reason=f"applied again: {reason}")
    clocks = await sla_clocks.record(tx, ticket, log, (changed,), now=now)
    stored_tickets.save(tx, ticket, clocks, now=now)
    return True
