"""What the service desk does when projects report something: time is booked on their tasks."""

from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope
from psa_tickets.queries import copies


class TaskCreated(msgspec.Struct, frozen=True):
    """The fields that we keep; the contract has more."""

    task_id: UUID
    project_id: UUID
    number: str
    title: str


async def keep_task(tx: Tx, event: TaskCreated, envelope: Envelope) -> None:
    """Keep our copy of the task, so that time can be booked on it."""
    copies.keep_task(
        tx,
        id=event.task_id,
        project_id=event.project_id,
        number=event.number,
        title=event.title,
        sequence=envelope.sequence,
    )


SUBSCRIPTIONS = (Subscription("task.created.v1", TaskCreated, keep_task),)
