"""What is promised for a ticket: chosen at its opening, and anew when circumstances change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psa_common.db import Tx
from psa_common.errors import Forbidden
from psa_common.identity import Principal
from psa_tickets.domain import sla_choice
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.sla_choice import Choice
from psa_tickets.domain.sla_log import Escalated, Event, Responded, Started, TermsChanged
from psa_tickets.domain.sla_terms import ChosenPolicy, Source, Terms
from psa_tickets.domain.ticket_type import UNATTENDED
from psa_tickets.queries import sla_assignments
from psa_tickets.queries.sla_assignments import Assignment, Candidate, Circumstances, Said
from psa_tickets.queries.tickets import StoredTicket

NOT_EVALUATED = "not evaluated"


class OverrideForbidden(Forbidden):
    """A ticket without a promise changes SLA figures, so not everybody may open one."""

    code = "override_forbidden"

    def __init__(self) -> None:
        super().__init__(
            "Leave out sla_evaluated, or ask for the permission sla:override.",
            field="sla_evaluated",
        )


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is promised, and why that."""

    terms: Terms | None
    reason: str
    agent_opening_responds: bool = False


async def agree(tx: Tx, ticket: StoredTicket, *, pinned: ChosenPolicy | None = None) -> Agreement:
    """
    Return what the policies say for *ticket*.

    The policy that it has already (*pinned*) speaks as it did when it was taken.
    """
    said = await sla_assignments.read_said(tx, circumstances_of(ticket), pinned)
    return agreed(said, ticket.priority)


def agreed(said: Said, priority: Priority) -> Agreement:
    """Return what follows from all that is *said* for a ticket of *priority*."""
    choice: Choice[Candidate] = sla_choice.choose(said)
    if choice.policy is None or choice.source is None:
        return Agreement(None, choice.reason)
    return Agreement(
        choice.policy.terms_for(priority, choice.source),
        choice.reason,
        choice.policy.agent_opening_responds,
    )


def begin(
    tx: Tx, principal: Principal, ticket: StoredTicket, said: Said, *, evaluated: bool
) -> tuple[Event, ...]:
    """
    Return how the log of a new ticket begins; an agent's opening may count as the answer.

    What is not *evaluated* has no promise, now and later. Raises OverrideForbidden, because
    whoever may leave out a ticket decides on SLA figures.
    """
    agreement = agreed(said, ticket.priority) if evaluated else _leave_out(tx, principal, ticket)
    started = Started(at=ticket.opened_at, terms=agreement.terms, reason=agreement.reason)
    if ticket.source not in UNATTENDED and agreement.agent_opening_responds:
        return (started, Responded(at=ticket.opened_at))
    return (started,)


def circumstances_of(ticket: StoredTicket) -> Circumstances:
    """Return what decides on the promise for *ticket*."""
    return Circumstances(
        ticket_id=ticket.id,
        contract_id=ticket.contract_id,
        location_id=ticket.location_id,
        customer_id=ticket.customer_id,
        queue_id=ticket.queue_id,
    )


async def events_of_change(
    tx: Tx,
    before: StoredTicket,
    after: StoredTicket,
    terms: Terms | None,
    *,
    as_: type[TermsChanged] | type[Escalated],
    now: datetime,
) -> Sequence[Event]:
    """Return the change of terms that the step from *before* to *after* brings, if any."""
    moved = circumstances_of(before) != circumstances_of(after)
    if not moved and after.priority is before.priority:
        return ()
    agreement = await agree(tx, after, pinned=terms.policy if terms else None)
    if agreement.terms == terms:
        return ()
    reason = f"policy choice changed: {agreement.reason}" if moved else f"priority {after.priority}"
    return (as_(at=now, terms=agreement.terms, reason=reason),)


def _leave_out(tx: Tx, principal: Principal, ticket: StoredTicket) -> Agreement:
    if principal.scope("sla:override") is None:
        raise OverrideForbidden
    sla_assignments.assign(
        tx,
        Assignment(
            id=ticket.id,
            source=Source.TICKET,
            policy_id=None,
            reason=NOT_EVALUATED,
            assigned_at=ticket.created_at,
            assigned_by=principal.user_id,
        ),
    )
    return Agreement(None, NOT_EVALUATED)
