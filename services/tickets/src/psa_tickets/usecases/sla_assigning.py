"""Give a policy to a contract, location, customer, queue or a single ticket, or take it back."""

from datetime import datetime
from uuid import UUID

from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.errors import NotFound, Refused
from psa_common.identity import Principal
from psa_tickets.domain import sla
from psa_tickets.domain.sla_log import TermsChanged
from psa_tickets.domain.sla_terms import Source
from psa_tickets.queries import sla_assignments, sla_log, sla_policies, stored_tickets, tickets
from psa_tickets.queries.sla_assignments import Assignment
from psa_tickets.queries.tickets import StoredTicket, TicketView
from psa_tickets.usecases import sla_agreement, sla_clocks
from psa_tickets.usecases.sla_manual import NoClocks


class InactivePolicy(Refused):
    """Nobody new is given a policy that was put away."""

    code = "inactive_policy"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is not active; choose another.", field="policy_id")


async def assign(
    tx: Tx,
    principal: Principal,
    source: Source,
    subject_id: UUID,
    *,
    policy_id: UUID | None,
    reason: str,
    now: datetime,
) -> Assignment:
    """
    Let a policy, or explicitly none, apply to the tickets of the subject opened from now on.

    Raises NotFound for a subject or policy that is not there, InactivePolicy.
    """
    if not await sla_assignments.subject_exists(tx, source, subject_id):
        raise _no_such(source, subject_id)
    assignment = await _say(
        tx, principal, source, subject_id, policy_id=policy_id, reason=reason, now=now
    )
    audit.record(tx, "sla_policy.assigned", source.value, subject_id, after=assignment)
    return assignment


async def withdraw(tx: Tx, source: Source, subject_id: UUID) -> None:
    """Let what is less special decide again; raises NotFound where nothing was said."""
    if source is Source.TICKET or not await sla_assignments.withdraw(tx, source, subject_id):
        raise _no_such(source, subject_id)
    audit.record(tx, "sla_policy.unassigned", source.value, subject_id)


async def override(
    tx: Tx,
    principal: Principal,
    ticket_id: UUID,
    *,
    policy_id: UUID | None,
    reason: str,
    expected_version: int | None,
    now: datetime,
) -> TicketView:
    """Let this policy, or explicitly none, hold for one ticket, from now on."""
    before = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:update")
    check_version(before.version, expected_version)
    said = await _say(
        tx, principal, Source.TICKET, ticket_id, policy_id=policy_id, reason=reason, now=now
    )
    audit.record(tx, "ticket.sla_policy_overridden", "ticket", ticket_id, after=said)
    return await _choose_anew(tx, before, reason, now=now)


async def end_override(
    tx: Tx,
    principal: Principal,
    ticket_id: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> TicketView:
    """Let contract, location, customer, queue and default decide again; raises NotFound."""
    before = await stored_tickets.get_for_update(tx, ticket_id, principal, "ticket:update")
    check_version(before.version, expected_version)
    if not await sla_assignments.withdraw(tx, Source.TICKET, ticket_id):
        raise _no_such(Source.TICKET, ticket_id)
    audit.record(tx, "ticket.sla_policy_override_ended", "ticket", ticket_id)
    return await _choose_anew(tx, before, "override ended", now=now)


async def _choose_anew(tx: Tx, ticket: StoredTicket, reason: str, *, now: datetime) -> TicketView:
    log = await sla_log.read_log(tx, ticket.id)
    if not log.events:
        raise NoClocks(ticket.number)
    terms = sla.fold(log.events, now=now).terms
    agreement = await sla_agreement.agree(tx, ticket, pinned=terms.policy if terms else None)
    changed = TermsChanged(at=now, terms=agreement.terms, reason=f"{agreement.reason}: {reason}")
    happened = () if agreement.terms == terms else (changed,)

    clocks = await sla_clocks.record(tx, ticket, log, happened, now=now)
    stored_tickets.save(tx, ticket, clocks, now=now)
    return tickets.saved_view_of(ticket, clocks, now=now)


async def _say(
    tx: Tx,
    principal: Principal,
    source: Source,
    subject_id: UUID,
    *,
    policy_id: UUID | None,
    reason: str,
    now: datetime,
) -> Assignment:
    if policy_id is not None:
        policy = await sla_policies.get_policy(tx, policy_id)
        if not policy.active:
            raise InactivePolicy(policy.name)
    said = Assignment(
        id=subject_id,
        source=source,
        policy_id=policy_id,
        reason=reason,
        assigned_at=now,
        assigned_by=principal.user_id,
    )
    sla_assignments.assign(tx, said)
    return said


def _no_such(source: Source, subject_id: UUID) -> NotFound:
    return NotFound(f"There is no {source} {subject_id} with a policy of its own, or none at all.")
