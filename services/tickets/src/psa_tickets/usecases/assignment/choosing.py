"""
Let the rules choose whom a ticket goes to, and keep why.

The rules are read along with another statement; only a ticket that one of them fits costs the
round trip that takes the rule's turn and reads the agents.
"""

from datetime import datetime
from uuid import UUID

from psa_common.db import Answer, Tx
from psa_common.ids import uuid7
from psa_events import outbox
from psa_tickets.domain import assignment, ticket as rules
from psa_tickets.domain.assignment import NO_RULE, Decision, Rule, Strategy, Work
from psa_tickets.domain.ticket import Ticket
from psa_tickets.events import TicketAssigned
from psa_tickets.queries import agents, assignment_rules
from psa_tickets.queries.assignment_rules import StoredDecision
from psa_tickets.queries.tickets import StoredTicket


def ask(tx: Tx) -> Answer[Rule]:
    """Read the rules with the next statement."""
    return assignment_rules.ask_active(tx)


async def assigned(
    tx: Tx, ticket: StoredTicket, asked: Answer[Rule], *, now: datetime
) -> tuple[StoredTicket, Decision]:
    """Return a new ticket with the owner whom the rules choose, if they choose one."""
    decision = await decide(tx, ticket, asked, now=now)
    if decision.agent_id is None:
        return ticket, decision
    return rules.assign(ticket, decision.agent_id), decision


async def decide(tx: Tx, ticket: StoredTicket, asked: Answer[Rule], *, now: datetime) -> Decision:
    """
    Return whom the first fitting rule chooses.

    Two tickets at once never get one turn: the second waits for the first one's commit.
    """
    work = Work(type=ticket.type, queue_id=ticket.queue_id, category_id=ticket.category_id)
    rule = assignment.first_fitting(asked.rows(), work)
    if rule is None:
        return NO_RULE
    if rule.strategy is Strategy.MANUAL:
        return assignment.left_to_people(rule)

    assignment_rules.take_turn(tx, rule.id)
    candidates = await agents.list_candidates(
        tx, rule_id=rule.id, ticket_id=ticket.id, customer_id=ticket.customer_id, now=now
    )
    decision = assignment.choose(rule, work, candidates)
    if decision.agent_id is not None:
        assignment_rules.give_turn(tx, rule.id, decision.agent_id)
    return decision


def keep(tx: Tx, ticket: Ticket, decision: Decision, *, now: datetime) -> StoredDecision:
    """Store why somebody was chosen, or why nobody was."""
    kept = assignment_rules.stored(decision, id=uuid7(), ticket_id=ticket.id, now=now)
    assignment_rules.record(tx, kept)
    return kept


def keep_of_opening(tx: Tx, ticket: Ticket, decision: Decision, *, now: datetime) -> None:
    """Store and announce what a rule decided about a new ticket; without a rule, nothing."""
    if decision is NO_RULE:
        return
    keep(tx, ticket, decision, now=now)
    if decision.agent_id is not None:
        announce(tx, ticket, previous=None, now=now)


def announce(tx: Tx, ticket: Ticket, *, previous: UUID | None, now: datetime) -> None:
    """Tell that the ticket has another owner."""
    outbox.publish(
        tx,
        TicketAssigned(
            ticket_id=ticket.id,
            previous=previous,
            assignee_id=ticket.assignee_id,
            assigned_at=now,
        ),
    )
