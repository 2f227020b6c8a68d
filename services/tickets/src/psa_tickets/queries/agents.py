"""The agents table with absences and lead technicians: who may be given a ticket."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import msgspec

from psa_common.db import Jsonb, Tx
from psa_common.errors import NotFound
from psa_common.listing import Filter, Listing, Sort
from psa_tickets.domain.absence import Absence
from psa_tickets.domain.assignment import Agent

SELECT_SQL = """
    SELECT a.id, u.name, a.active, a.max_open, a.skills, a.queue_ids, a.version, a.created_at
      FROM agents AS a
      JOIN users AS u ON u.tenant_id = a.tenant_id AND u.id = a.id
"""

GET_SQL = SELECT_SQL + " WHERE a.id = %(agent_id)s"

GET_FOR_UPDATE_SQL = GET_SQL + " FOR UPDATE OF a"

KEEP_SQL = """
    INSERT INTO agents (id, active, max_open, skills, queue_ids, version, created_at)
    VALUES (%(id)s, %(active)s, %(max_open)s, %(skills)s, %(queue_ids)s, %(version)s,
            %(created_at)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET active = excluded.active,
                      max_open = excluded.max_open,
                      skills = excluded.skills,
                      queue_ids = excluded.queue_ids,
                      version = agents.version + 1
"""

COUNT_QUEUES_SQL = "SELECT count(*) FROM queues WHERE id = ANY(%(ids)s)"

# What each agent carries comes from an index that holds unfinished tickets only.
CANDIDATES_SQL = """
    SELECT a.id, u.name, a.skills, a.queue_ids, a.max_open,
           a.active AND u.active AND u.customer_id IS NULL AS active,
           (SELECT max(b.until_at)
              FROM absences AS b
             WHERE b.agent_id = a.id
               AND b.from_at <= %(now)s
               AND b.until_at > %(now)s) AS absent_until,
           (SELECT coalesce(jsonb_object_agg(w.priority, w.tickets), '{}')
              FROM (SELECT t.priority, count(*) AS tickets
                      FROM tickets AS t
                     WHERE t.assignee_id = a.id
                       AND t.resolved_at IS NULL
                       AND t.closed_at IS NULL
                       AND t.id <> %(ticket_id)s
                     GROUP BY t.priority) AS w) AS open_tickets,
           coalesce(n.turn, 0) AS last_turn,
           EXISTS (SELECT
                     FROM customer_technicians AS l
                    WHERE l.customer_id = %(customer_id)s
                      AND l.agent_id = a.id) AS leads
      FROM agents AS a
      JOIN users AS u ON u.tenant_id = a.tenant_id AND u.id = a.id
      LEFT JOIN assignment_turns AS n
        ON n.tenant_id = a.tenant_id AND n.agent_id = a.id AND n.rule_id = %(rule_id)s
     ORDER BY u.name, a.id
"""

ABSENCES_SQL = """
    SELECT b.id, b.agent_id, b.from_at, b.until_at, b.reason, b.created_at
      FROM absences AS b
"""

FIND_OVERLAP_SQL = (
    ABSENCES_SQL
    + """
     WHERE b.agent_id = %(agent_id)s
       AND b.from_at < %(until_at)s
       AND b.until_at > %(from_at)s
     LIMIT 1
"""
)

INSERT_ABSENCE_SQL = """
    INSERT INTO absences (id, agent_id, from_at, until_at, reason, created_at)
    VALUES (%(id)s, %(agent_id)s, %(from_at)s, %(until_at)s, %(reason)s, %(created_at)s)
"""

DELETE_ABSENCE_SQL = """
    DELETE FROM absences
     WHERE id = %(absence_id)s
       AND agent_id = %(agent_id)s
 RETURNING id, agent_id, from_at, until_at, reason, created_at
"""

TECHNICIANS_SQL = """
    SELECT l.customer_id AS id, l.agent_id, u.name AS agent_name, l.created_at
      FROM customer_technicians AS l
      JOIN users AS u ON u.tenant_id = l.tenant_id AND u.id = l.agent_id
"""

KEEP_TECHNICIAN_SQL = """
    INSERT INTO customer_technicians (customer_id, agent_id, created_at)
    VALUES (%(customer_id)s, %(agent_id)s, %(now)s)
        ON CONFLICT (tenant_id, customer_id)
        DO UPDATE SET agent_id = excluded.agent_id,
                      created_at = excluded.created_at
"""

REMOVE_TECHNICIAN_SQL = """
    DELETE FROM customer_technicians
     WHERE customer_id = %(customer_id)s
"""


class StoredAgent(msgspec.Struct, frozen=True, kw_only=True):
    """A user's working data; without queues an agent works in all of them."""

    id: UUID
    name: str
    active: bool
    max_open: int | None
    skills: dict[str, int]
    queue_ids: list[UUID]
    version: int
    created_at: datetime


class LeadTechnician(msgspec.Struct, frozen=True, kw_only=True):
    """Who knows a customer best; the id is the customer's."""

    id: UUID
    agent_id: UUID
    agent_name: str
    created_at: datetime


LISTING = Listing(
    row=StoredAgent,
    select=SELECT_SQL,
    id_column="a.id",
    filters={"active": Filter("a.active = %(active)s", bool)},
    sorts={"name": Sort("u.name", str), "created_at": Sort("a.created_at", datetime)},
    default_sort="name",
)

ABSENCES = Listing(
    row=Absence,
    select=ABSENCES_SQL,
    id_column="b.id",
    conditions=("b.agent_id = %(agent_id)s",),
    filters={"until_after": Filter("b.until_at > %(until_after)s", datetime)},
    sorts={"from_at": Sort("b.from_at", datetime)},
    default_sort="from_at",
)

TECHNICIANS = Listing(
    row=LeadTechnician,
    select=TECHNICIANS_SQL,
    id_column="l.customer_id",
    filters={
        "agent_id": Filter("l.agent_id = %(agent_id)s", UUID),
        "customer_id": Filter("l.customer_id = %(customer_id)s", UUID),
    },
    sorts={"created_at": Sort("l.created_at", datetime)},
    default_sort="created_at",
)


async def get(tx: Tx, agent_id: UUID) -> StoredAgent:
    """Return the agent; raises NotFound."""
    return _known(await tx.fetch_optional(StoredAgent, GET_SQL, agent_id=agent_id), agent_id)


async def get_for_update(tx: Tx, agent_id: UUID) -> StoredAgent:
    """Lock and return the agent; raises NotFound."""
    return _known(await find_for_update(tx, agent_id), agent_id)


async def find_for_update(tx: Tx, agent_id: UUID) -> StoredAgent | None:
    """Lock and return the agent, or None."""
    return await tx.fetch_optional(StoredAgent, GET_FOR_UPDATE_SQL, agent_id=agent_id)


def keep(tx: Tx, agent: StoredAgent) -> None:
    """Store what is known of the agent."""
    columns = msgspec.structs.asdict(agent)
    columns.pop("name")
    tx.defer(KEEP_SQL, **{**columns, "skills": Jsonb(agent.skills)})


async def count_queues(tx: Tx, ids: Sequence[UUID]) -> int:
    """Return how many of these queues exist."""
    return int(await tx.fetch_value(COUNT_QUEUES_SQL, ids=list(ids)))


async def list_candidates(
    tx: Tx, *, rule_id: UUID, ticket_id: UUID, customer_id: UUID, now: datetime
) -> list[Agent]:
    """Return every agent with what a rule wants to know of them, the ticket itself left out."""
    return await tx.fetch_all(
        Agent,
        CANDIDATES_SQL,
        rule_id=rule_id,
        ticket_id=ticket_id,
        customer_id=customer_id,
        now=now,
    )


async def find_overlap(tx: Tx, absence: Absence) -> Absence | None:
    """Return an absence of the same agent that shares a moment with this one."""
    return await tx.fetch_optional(
        Absence,
        FIND_OVERLAP_SQL,
        agent_id=absence.agent_id,
        from_at=absence.from_at,
        until_at=absence.until_at,
    )


def insert_absence(tx: Tx, absence: Absence) -> None:
    """Store a new absence."""
    tx.defer(INSERT_ABSENCE_SQL, **asdict(absence))


async def delete_absence(tx: Tx, agent_id: UUID, absence_id: UUID) -> Absence:
    """Remove the absence and return it; raises NotFound."""
    gone = await tx.fetch_optional(
        Absence, DELETE_ABSENCE_SQL, agent_id=agent_id, absence_id=absence_id
    )
    if gone is None:
        raise NotFound(f"There is no absence {absence_id} of {agent_id}.")
    return gone


def keep_technician(tx: Tx, customer_id: UUID, agent_id: UUID, *, now: datetime) -> None:
    """Make the agent the customer's lead technician."""
    tx.defer(KEEP_TECHNICIAN_SQL, customer_id=customer_id, agent_id=agent_id, now=now)


async def remove_technician(tx: Tx, customer_id: UUID) -> bool:
    """Leave the customer without a lead technician; say whether there was one."""
    return bool(await tx.execute(REMOVE_TECHNICIAN_SQL, customer_id=customer_id))


def _known(agent: StoredAgent | None, agent_id: UUID) -> StoredAgent:
    if agent is None:
        raise NotFound(f"There is no agent {agent_id}.")
    return agent
