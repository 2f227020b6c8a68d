"""What is promised for a ticket: chosen at its opening, and anew when circumstances change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psa_common.db import Tx
from psa_common.errors import Forbidden
from psa_common.identity import Principal
from psa_tickets.domain import sla_choice
from psa_tickets.domain.sla_choice import Choice
from psa_tickets.domain.sla_log import Escalated, Event, Responded, Started, TermsChanged
from psa_tickets.domain.sla_terms import ChosenPolicy, Source, Terms
from psa_tickets.queries import sla_assignments
from psa_tickets.queries.sla_assignments import Assignment, Candidate
from psa_tickets.queries.tickets import StoredTicket

#: What decides on the terms; a change of anything else leaves them alone.
CIRCUMSTANCES = ("contract_id", "location_id", "customer_id", "queue_id")
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
    said = await sla_assignments.read_said(tx, ticket, pinned)
    choice: Choice[Candidate] = sla_choice.choose(said)
    if choice.policy is None or choice.source is None:
        return Agreement(None, choice.reason)
    return Agreement(
        choice.policy.terms_for(ticket.priority, choice.source),
        choice.reason,
        choice.policy.agent_opening_responds,
    )


def leave_out(tx: Tx, principal: Principal, ticket_id: UUID, *, now: datetime) -> Agreement:
    """
    Promise nothing for an imported ticket, now and later; its facts are kept all the same.

    Raises OverrideForbidden, because whoever may leave out a ticket decides on SLA figures.
    """
    if principal.scope("sla:override") is None:
        raise OverrideForbidden
    sla_assignments.assign(
        tx,
        Assignment(
            id=ticket_id,
            source=Source.TICKET,
            policy_id=None,
            reason=NOT_EVALUATED,
            assigned_at=now,
            assigned_by=principal.user_id,
        ),
    )
    return Agreement(None, NOT_EVALUATED)


def opening_events(agreement: Agreement, *, at: datetime, by_agent: bool) -> tuple[Event, ...]:
    """Return how the log of a new ticket begins; an agent's opening may count as the answer."""
    started = Started(at=at, terms=agreement.terms, reason=agreement.reason)
    if by_agent and agreement.agent_opening_responds:
        return (started, Responded(at=at))
    return (started,)


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
    moved = [name for name in CIRCUMSTANCES if getattr(before, name) != getattr(after, name)]
    if not moved and after.priority is before.priority:
        return ()
    agreement = await agree(tx, after, pinned=terms.policy if terms else None)
    if agreement.terms == terms:
        return ()
    reason = f"policy choice changed: {agreement.reason}" if moved else f"priority {after.priority}"
    return (as_(at=now, terms=agreement.terms, reason=reason),)
