"""The workflows table: one process for each tenant that has defined its own."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

import msgspec

from psa_common.db import Answer, Jsonb, Tx
from psa_tickets.domain.default_workflow import DEFAULT_WORKFLOW
from psa_tickets.domain.workflow import Workflow

# Who moves a ticket shares this lock with others who do; who changes the process has it alone.
# So no ticket enters a status that is just being removed.
SHARE_SQL = "SELECT pg_advisory_xact_lock_shared(hashtextextended('workflow ' || %(tenant)s, 0))"

LOCK_SQL = "SELECT pg_advisory_xact_lock(hashtextextended('workflow ' || %(tenant)s, 0))"

GET_SQL = """
    SELECT definition::text AS definition, version
      FROM workflows
"""

SAVE_SQL = """
    INSERT INTO workflows AS kept (definition, updated_at)
    VALUES (%(definition)s, %(now)s)
        ON CONFLICT (tenant_id)
        DO UPDATE SET definition = excluded.definition,
                      version = kept.version + 1,
                      updated_at = excluded.updated_at
"""

TICKETS_IN_SQL = """
    SELECT status, count(*) AS tickets
      FROM tickets
     WHERE status = ANY(%(statuses)s)
     GROUP BY status
     ORDER BY status
"""


class StatusCount(msgspec.Struct, frozen=True):
    """How many tickets stand in a status."""

    status: str
    tickets: int


class StoredWorkflow(msgspec.Struct, frozen=True):
    """A process as it is stored; the text is what makes it cheap to recognise."""

    definition: str
    version: int


class CurrentWorkflow(msgspec.Struct, frozen=True):
    """The process that holds now; version 0 is the default one."""

    workflow: Workflow
    version: int


def ask(tx: Tx) -> Answer[StoredWorkflow]:
    """Ask for the process with the next statement, and hold it still until the commit."""
    tx.defer(SHARE_SQL, tenant=str(tx.tenant_id))
    return tx.ask(StoredWorkflow, GET_SQL)


def of_answer(answer: Answer[StoredWorkflow]) -> Workflow:
    """Return the process that *answer* brought."""
    return _current(answer.first()).workflow


async def get(tx: Tx) -> CurrentWorkflow:
    """Return the process that holds now."""
    return _current(await tx.fetch_optional(StoredWorkflow, GET_SQL))


async def get_for_update(tx: Tx) -> CurrentWorkflow:
    """Return the process, and let no ticket move until the commit."""
    tx.defer(LOCK_SQL, tenant=str(tx.tenant_id))
    return await get(tx)


def save(tx: Tx, workflow: Workflow, *, now: datetime) -> None:
    """Store the process in place of the one before."""
    tx.defer(SAVE_SQL, definition=Jsonb(msgspec.to_builtins(workflow)), now=now)


async def list_tickets_in(tx: Tx, statuses: Sequence[str]) -> list[StatusCount]:
    """Return how many tickets stand in each of *statuses*, if any do."""
    return await tx.fetch_all(StatusCount, TICKETS_IN_SQL, statuses=list(statuses))


def _current(stored: StoredWorkflow | None) -> CurrentWorkflow:
    if stored is None:
        return CurrentWorkflow(DEFAULT_WORKFLOW, 0)
    return CurrentWorkflow(_workflow_of(stored.definition), stored.version)


@lru_cache(maxsize=512)
def _workflow_of(text: str) -> Workflow:
    return msgspec.json.decode(text, type=Workflow)
