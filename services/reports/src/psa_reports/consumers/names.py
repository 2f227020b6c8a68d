"""What reports keep of names: customers of the CRM, people of auth, tasks of projects."""

from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_events.consumer import Subscription
from psa_events.envelope import Envelope
from psa_reports.queries import copies


class CustomerChanged(msgspec.Struct, frozen=True):
    """The fields that we keep; the contract has more."""

    customer_id: UUID
    number: str
    name: str


class UserChanged(msgspec.Struct, frozen=True):
    """The fields that we keep; the contract has more."""

    user_id: UUID
    name: str
    active: bool


class UserDeactivated(msgspec.Struct, frozen=True):
    """Who has left."""

    user_id: UUID


class TaskCreated(msgspec.Struct, frozen=True):
    """The fields that we keep; the contract has more."""

    task_id: UUID
    number: str
    title: str


async def keep_customer(tx: Tx, event: CustomerChanged, envelope: Envelope) -> None:
    """Keep our copy of the customer current."""
    copies.keep_customer(
        tx,
        id=event.customer_id,
        number=event.number,
        name=event.name,
        sequence=envelope.sequence,
    )


async def keep_user(tx: Tx, event: UserChanged, envelope: Envelope) -> None:
    """Keep our copy of the user current."""
    copies.keep_user(
        tx, id=event.user_id, name=event.name, active=event.active, sequence=envelope.sequence
    )


async def deactivate_user(tx: Tx, event: UserDeactivated, envelope: Envelope) -> None:
    """Who has left stays in the figures of when they were here."""
    copies.deactivate_user(tx, id=event.user_id, sequence=envelope.sequence)


async def keep_task(tx: Tx, event: TaskCreated, envelope: Envelope) -> None:
    """Keep our copy of the task, so that time on it has a name."""
    copies.keep_task(
        tx,
        id=event.task_id,
        number=event.number,
        title=event.title,
        sequence=envelope.sequence,
    )


SUBSCRIPTIONS = (
    Subscription("customer.created.v1", CustomerChanged, keep_customer),
    Subscription("customer.updated.v1", CustomerChanged, keep_customer),
    Subscription("user.created.v1", UserChanged, keep_user),
    Subscription("user.updated.v1", UserChanged, keep_user),
    Subscription("user.deactivated.v1", UserDeactivated, deactivate_user),
    Subscription("task.created.v1", TaskCreated, keep_task),
)
