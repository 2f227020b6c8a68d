"""The statements that the service sends for a request, noted while its own code runs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from unittest import mock
from urllib.parse import urlsplit
from uuid import UUID

from desk import Desk
from litestar import Request

from psa_common import db
from psa_common.context import Actor, RequestContext
from psa_common.db import ReadTx, Tx, open_pool
from psa_common.listing import fetch_page
from psa_common.pipeline import PipelineConnection, Result, Statement, send
from psa_tickets.domain.priority import Priority
from psa_tickets.domain.search import Kind
from psa_tickets.domain.ticket_type import TicketType
from psa_tickets.http import views
from psa_tickets.http.tickets import LISTING
from psa_tickets.queries import tickets
from psa_tickets.search.postgres import POSTGRES
from psa_tickets.usecases import searching as searches, ticket_lifecycle
from psa_tickets.usecases.ticket_lifecycle import Opening

if TYPE_CHECKING:
    from litestar.types import HTTPScope

Work = Callable[[Tx], Awaitable[object]]


def reading(desk: Desk, ticket_id: str) -> list[Statement]:
    """Return what GET /tickets/{id} sends."""
    return _recorded(desk, ReadTx, lambda tx: tickets.get(tx, UUID(ticket_id), desk.principal))


def listing(desk: Desk, path: str) -> list[Statement]:
    """Return what GET *path* sends, a page of the list of tickets."""
    address = urlsplit(path)
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": address.path,
        "query_string": address.query.encode(),
        "headers": [],
    }
    request: Request[Any, Any, Any] = Request(cast("HTTPScope", scope))
    visible = tickets.visible_to(desk.principal)
    return _recorded(
        desk, ReadTx, lambda tx: fetch_page(tx, LISTING, request, views.ticket, **visible)
    )


def searching(desk: Desk, text: str) -> list[Statement]:
    """Return what GET /search sends: the tenant and the search, then the tenant and the reading."""
    return _recorded(
        desk,
        ReadTx,
        lambda tx: searches.search(POSTGRES, tx, desk.principal, text, Kind.TICKET, 5),
    )


def opening(desk: Desk) -> list[Statement]:
    """Return what POST /tickets sends, from BEGIN to COMMIT; one ticket is opened by that."""
    wanted = Opening(
        type=TicketType.INCIDENT,
        title=desk.new_ticket["title"],
        description=desk.new_ticket["description"],
        customer_id=UUID(desk.customer_id),
        priority=Priority.P2,
        asset_ids=[],
        occurred_at=None,
    )
    now = datetime.now(UTC)
    return _recorded(
        desk, Tx, lambda tx: ticket_lifecycle.open_ticket(tx, desk.principal, wanted, now=now)
    )


def _recorded(desk: Desk, kind: type[Tx], work: Work) -> list[Statement]:
    seen: list[Statement] = []

    async def note_and_send(
        conn: PipelineConnection, statements: Sequence[Statement]
    ) -> list[Result]:
        seen.extend(statements)
        return await send(conn, statements)

    async def once() -> None:
        actor = Actor("user", desk.principal.user_id, desk.principal.name)
        context = RequestContext("req-benchmark", "req-benchmark", actor=actor, ip="127.0.0.1")
        async with open_pool(desk.app_dsn, name="benchmark", size=1) as pool:
            tx = kind(pool, desk.principal.tenant_id, context)
            await work(tx)
            await tx.commit()

    with mock.patch.object(db, "send", note_and_send):
        asyncio.run(once())
    return seen
