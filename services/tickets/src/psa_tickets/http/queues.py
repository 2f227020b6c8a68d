"""/queues: where tickets wait for somebody."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from psa_common.db import Tx
from psa_common.documents import (
    Document,
    Page,
    Resource,
    answer,
    changes_of,
    expected_version,
    shown,
)
from psa_common.guards import requires
from psa_common.inputs import Line
from psa_common.listing import fetch_page
from psa_tickets.queries import queues
from psa_tickets.queries.queues import Queue
from psa_tickets.usecases import desk_setup


class NewQueue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A queue; names are unique."""

    name: Line


class QueueEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change; a queue that is not active takes no new tickets."""

    name: Line | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class QueueAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A queue as readers see it."""

    name: str
    active: bool
    created_at: datetime


def show(queue: Queue) -> Resource[QueueAttributes]:
    """Show a queue."""
    return Resource(queue.id, "queue", shown(queue, QueueAttributes))


@post("/", guards=[requires("queue:manage")])
async def create_queue(
    data: JSONBody[NewQueue], tx: NamedDependency[Tx]
) -> Document[QueueAttributes]:
    """Create a queue."""
    queue = await desk_setup.create_queue(tx, data.name, now=datetime.now(UTC))
    return answer(show(queue), version=queue.version, status=201)


@get("/", guards=[requires("ticket:view")], opt={"listing": queues.LISTING})
async def list_queues(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[QueueAttributes]:
    """List the queues."""
    return await fetch_page(tx, queues.LISTING, request, show)


@patch("/{queue_id:uuid}", guards=[requires("queue:manage")])
async def edit_queue(
    request: Request[Any, Any, Any],
    queue_id: FromPath[UUID],
    data: JSONBody[QueueEdit],
    tx: NamedDependency[Tx],
) -> Document[QueueAttributes]:
    """Rename a queue, or take it out of use."""
    queue = await desk_setup.edit_queue(
        tx, queue_id, changes_of(data), expected_version=expected_version(request)
    )
    return answer(show(queue), version=queue.version)


ROUTER = Router("/queues", route_handlers=[create_queue, list_queues, edit_queue])
