"""Say who works at the desk: skills, queues, absences, and who leads which customer."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.errors import NotFound, Refused
from psa_common.ids import uuid7
from psa_tickets.domain.absence import Absence, AbsenceOverlaps
from psa_tickets.queries import agents, copies
from psa_tickets.queries.agents import LeadTechnician, StoredAgent
from psa_tickets.usecases.refusals import UnknownUser


class UnknownQueue(Refused):
    """An agent works in queues that there are."""

    code = "unknown_queue"

    def __init__(self) -> None:
        super().__init__("One of these queues does not exist.", field="queue_ids")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingTerms:
    """How an agent works."""

    active: bool
    max_open: int | None
    skills: dict[str, int]
    queue_ids: list[UUID]


async def keep(
    tx: Tx, agent_id: UUID, terms: WorkingTerms, *, expected_version: int | None, now: datetime
) -> StoredAgent:
    """
    Make a colleague an agent, or change how an agent works.

    Raises UnknownUser for who does not work here, UnknownQueue, StaleVersion.
    """
    user = await copies.find_user(tx, agent_id)
    if user is None or not user.active:
        raise UnknownUser(agent_id)
    queue_ids = sorted(set(terms.queue_ids))
    if queue_ids and await agents.count_queues(tx, queue_ids) < len(queue_ids):
        raise UnknownQueue
    before = await agents.find_for_update(tx, agent_id)
    check_version(before.version if before else 0, expected_version)

    after = StoredAgent(
        id=agent_id,
        name=user.name,
        active=terms.active,
        max_open=terms.max_open,
        skills=terms.skills,
        queue_ids=queue_ids,
        version=before.version + 1 if before else 1,
        created_at=before.created_at if before else now,
    )
    agents.keep(tx, after)
    audit.record(tx, "agent.kept", "agent", agent_id, before=before, after=after)
    return after


async def be_away(
    tx: Tx, agent_id: UUID, *, from_at: datetime, until_at: datetime, reason: str, now: datetime
) -> Absence:
    """Note an absence; raises AbsenceEndsFirst, AbsenceOverlaps."""
    absence = Absence(
        id=uuid7(),
        agent_id=agent_id,
        from_at=from_at.astimezone(UTC),
        until_at=until_at.astimezone(UTC),
        reason=reason,
        created_at=now,
    )
    await agents.get_for_update(tx, agent_id)
    other = await agents.find_overlap(tx, absence)
    if other is not None:
        raise AbsenceOverlaps(other)

    agents.insert_absence(tx, absence)
    audit.record(tx, "absence.noted", "agent", agent_id, after=absence)
    return absence


async def be_back(tx: Tx, agent_id: UUID, absence_id: UUID) -> None:
    """Remove an absence."""
    gone = await agents.delete_absence(tx, agent_id, absence_id)
    audit.record(tx, "absence.removed", "agent", agent_id, before=gone)


async def lead(tx: Tx, customer_id: UUID, agent_id: UUID, *, now: datetime) -> LeadTechnician:
    """Make an agent the lead technician of a customer, in place of any other."""
    agent = await agents.get(tx, agent_id)
    lead = LeadTechnician(id=customer_id, agent_id=agent_id, agent_name=agent.name, created_at=now)
    agents.keep_technician(tx, customer_id, agent_id, now=now)
    audit.record(tx, "lead_technician.named", "customer", customer_id, after=lead)
    return lead


async def lead_no_more(tx: Tx, customer_id: UUID) -> None:
    """Leave a customer without a lead technician; raises NotFound where there is none."""
    if not await agents.remove_technician(tx, customer_id):
        raise NotFound(f"Nobody leads the customer {customer_id}.")
    audit.record(tx, "lead_technician.removed", "customer", customer_id)
