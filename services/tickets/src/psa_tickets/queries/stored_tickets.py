"""The tickets table as decisions change it: lock, insert, save, and look at again."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Jsonb, Tx
from psa_common.identity import Principal
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.sla_clock import Clocks
from psa_tickets.queries import workflows
from psa_tickets.queries.tickets import (
    FACTS,
    VISIBLE,
    StoredTicket,
    facts_of,
    no_such,
    visible_to,
)

GET_FOR_UPDATE_SQL = (
    FACTS
    + """
      FROM tickets AS t
     WHERE t.id = %(ticket_id)s
       AND """
    + VISIBLE
    + """
       FOR UPDATE
"""
)

INSERT_SQL = """
    INSERT INTO tickets
           (id, number, type, title, description, customer_id, priority, status, status_kind,
            assignee_id, opened_by, opened_at, created_at, contact_id, on_behalf_of_id, location_id,
            contract_id, queue_id, category_id, source, impact, urgency, priority_overridden_by,
            tags, custom, external_refs, order_reference, due_at, follow_up_at, estimated_minutes,
            parent_id, follow_up_of_id, split_from_id, merged_into_id, updated_at, response_state,
            response_due_at, resolution_state, resolution_due_at, sla_look_again_at, sla_policy_id,
            sla_policy_version, sla_excluded, first_response_at)
    VALUES (%(id)s, %(number)s, %(type)s, %(title)s, %(description)s, %(customer_id)s,
            %(priority)s, %(status)s, %(status_kind)s, %(assignee_id)s, %(opened_by)s,
            %(opened_at)s, %(created_at)s, %(contact_id)s, %(on_behalf_of_id)s,
            %(location_id)s, %(contract_id)s, %(queue_id)s, %(category_id)s, %(source)s,
            %(impact)s, %(urgency)s, %(priority_overridden_by)s, %(tags)s,
            %(custom)s, %(external_refs)s, %(order_reference)s, %(due_at)s, %(follow_up_at)s,
            %(estimated_minutes)s, %(parent_id)s, %(follow_up_of_id)s, %(split_from_id)s,
            %(merged_into_id)s, %(created_at)s, %(response_state)s,
            %(response_due_at)s, %(resolution_state)s, %(resolution_due_at)s,
            %(sla_look_again_at)s, %(sla_policy_id)s, %(sla_policy_version)s,
            %(sla_excluded)s, %(first_response_at)s)
"""

SAVE_SQL = """
    UPDATE tickets
       SET title = %(title)s,
           description = %(description)s,
           type = %(type)s,
           customer_id = %(customer_id)s,
           priority = %(priority)s,
           status = %(status)s,
           status_kind = %(status_kind)s,
           auto_close_look_at = CASE
                                    WHEN %(status_kind)s <> 'resolved' THEN NULL
                                    WHEN status_kind = 'resolved' THEN auto_close_look_at
                                    ELSE %(resolved_at)s
                                END,
           close_announced_for = CASE
                                     WHEN %(status_kind)s = 'resolved' THEN close_announced_for
                                 END,
           assignee_id = %(assignee_id)s,
           contact_id = %(contact_id)s,
           on_behalf_of_id = %(on_behalf_of_id)s,
           location_id = %(location_id)s,
           contract_id = %(contract_id)s,
           queue_id = %(queue_id)s,
           category_id = %(category_id)s,
           impact = %(impact)s,
           urgency = %(urgency)s,
           priority_overridden_by = %(priority_overridden_by)s,
           tags = %(tags)s,
           custom = %(custom)s,
           external_refs = %(external_refs)s,
           order_reference = %(order_reference)s,
           due_at = %(due_at)s,
           follow_up_at = %(follow_up_at)s,
           estimated_minutes = %(estimated_minutes)s,
           parent_id = %(parent_id)s,
           merged_into_id = %(merged_into_id)s,
           first_response_at = %(first_response_at)s,
           resolved_at = %(resolved_at)s,
           closed_at = %(closed_at)s,
           reopen_count = %(reopen_count)s,
           response_state = %(response_state)s,
           response_due_at = %(response_due_at)s,
           resolution_state = %(resolution_state)s,
           resolution_due_at = %(resolution_due_at)s,
           sla_look_again_at = %(sla_look_again_at)s,
           sla_policy_id = %(sla_policy_id)s,
           sla_policy_version = %(sla_policy_version)s,
           sla_excluded = %(sla_excluded)s,
           updated_at = %(now)s,
           version = version + 1
     WHERE id = %(id)s
"""

LINK_ASSET_SQL = """
    INSERT INTO ticket_assets (ticket_id, asset_id)
    VALUES (%(ticket_id)s, %(asset_id)s)
        ON CONFLICT DO NOTHING
"""

# Skips what another worker holds; a clock is looked at by one of them.
DUE_SQL = """
    SELECT id, number, priority, assignee_id, contact_id
      FROM tickets
     WHERE sla_look_again_at <= %(now)s
     ORDER BY sla_look_again_at
     LIMIT %(batch)s
       FOR UPDATE SKIP LOCKED
"""

LOOK_AGAIN_SQL = """
    UPDATE tickets
       SET sla_look_again_at = %(at)s,
           response_state = %(response_state)s,
           resolution_state = %(resolution_state)s
     WHERE id = %(ticket_id)s
"""


class DueTicket(msgspec.Struct, frozen=True):
    """A ticket whose clocks want a look."""

    id: UUID
    number: str
    priority: Priority
    assignee_id: UUID | None
    contact_id: UUID | None


async def get_for_update(
    tx: Tx, ticket_id: UUID, principal: Principal, permission: str
) -> StoredTicket:
    """
    Lock and return the ticket with the process that it follows.

    Raises NotFound for what the caller may not touch.
    """
    process = workflows.ask(tx)
    ticket = await tx.fetch_optional(
        StoredTicket, GET_FOR_UPDATE_SQL, ticket_id=ticket_id, **visible_to(principal, permission)
    )
    if ticket is None:
        raise no_such(ticket_id)
    return replace(ticket, workflow=workflows.of_answer(process))


async def get_any_for_update(tx: Tx, ticket_id: UUID) -> StoredTicket:
    """Lock and return the ticket for work that nobody signed in asks for; raises NotFound."""
    everything = {"scope": "all", "user_id": None, "own_customer_id": None}
    ticket = await tx.fetch_optional(
        StoredTicket, GET_FOR_UPDATE_SQL, ticket_id=ticket_id, **everything
    )
    if ticket is None:
        raise no_such(ticket_id)
    return ticket


def insert(tx: Tx, ticket: StoredTicket, clocks: Clocks) -> None:
    """Store a new ticket."""
    tx.defer(INSERT_SQL, **_columns(ticket), **sla_columns(clocks))


def save(tx: Tx, ticket: StoredTicket, clocks: Clocks, *, now: datetime) -> None:
    """Store what changed, and a new version."""
    tx.defer(SAVE_SQL, **_columns(ticket), **sla_columns(clocks), now=now)


def link_asset(tx: Tx, ticket_id: UUID, asset_id: UUID) -> None:
    """Say that the ticket is about the asset."""
    tx.defer(LINK_ASSET_SQL, ticket_id=ticket_id, asset_id=asset_id)


async def list_due(tx: Tx, *, now: datetime, batch: int) -> list[DueTicket]:
    """Lock and return the tickets whose clocks want a look."""
    return await tx.fetch_all(DueTicket, DUE_SQL, now=now, batch=batch)


def look_again(tx: Tx, ticket_id: UUID, clocks: Clocks) -> None:
    """Remember when the clocks of the ticket want the next look."""
    tx.defer(
        LOOK_AGAIN_SQL,
        ticket_id=ticket_id,
        at=clocks.next_timer_at,
        response_state=clocks.response.state,
        resolution_state=clocks.resolution.state,
    )


def sla_columns(clocks: Clocks) -> dict[str, object]:
    """Return the cache of the fold as the columns keep it."""
    policy = clocks.terms and clocks.terms.policy
    return {
        "response_state": clocks.response.state,
        "response_due_at": clocks.response.due_at,
        "resolution_state": clocks.resolution.state,
        "resolution_due_at": clocks.resolution.due_at,
        "sla_look_again_at": clocks.next_timer_at,
        "sla_policy_id": policy and policy.id,
        "sla_policy_version": policy and policy.version,
        "sla_excluded": clocks.excluded is not None,
    }


def _columns(ticket: StoredTicket) -> dict[str, object]:
    columns = facts_of(ticket)
    columns["status_kind"] = ticket.kind
    columns["tags"] = list(ticket.tags)
    columns["custom"] = Jsonb(dict(ticket.custom))
    columns["external_refs"] = Jsonb(msgspec.to_builtins(ticket.external_refs))
    return columns
