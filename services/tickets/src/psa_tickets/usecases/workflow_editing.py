"""Change the process of the desk, but not under tickets that stand in it."""

from collections.abc import Sequence
from datetime import datetime

from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.errors import Conflict
from psa_tickets.domain.workflow import Workflow, changed_in_meaning
from psa_tickets.queries import workflows
from psa_tickets.queries.workflows import CurrentWorkflow, StatusCount


class StatusInUse(Conflict):
    """Tickets stand in a status that would go, or mean something else to running clocks."""

    code = "status_in_use"

    def __init__(self, used: Sequence[StatusCount]) -> None:
        counts = ", ".join(f"{one.status} ({one.tickets})" for one in used)
        super().__init__(
            f"Tickets stand in {counts}; move them before you remove or redefine the status.",
            field="statuses",
        )
        self.used = used


async def replace_workflow(
    tx: Tx, wanted: Workflow, *, expected_version: int | None, now: datetime
) -> CurrentWorkflow:
    """
    Let tickets follow *wanted* from now on.

    A status that tickets stand in keeps its kind and its effect on the clocks, and stays.
    Raises StatusInUse with the number of tickets.
    """
    before = await workflows.get_for_update(tx)
    check_version(before.version, expected_version)
    changed = changed_in_meaning(before.workflow, wanted)
    used = await workflows.list_tickets_in(tx, changed) if changed else []
    if used:
        raise StatusInUse(used)

    workflows.save(tx, wanted, now=now)
    audit.record(
        tx, "workflow.changed", "workflow", tx.tenant_id, before=before.workflow, after=wanted
    )
    return CurrentWorkflow(wanted, before.version + 1)
