"""/tickets/{id}/split: a part of a ticket goes on as a ticket of its own."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from psa_common.db import Tx
from psa_common.documents import Document, answer
from psa_common.identity import Principal
from psa_common.inputs import Line, Text
from psa_tickets.http import views
from psa_tickets.http.staff import STAFF
from psa_tickets.http.views import TicketAttributes
from psa_tickets.usecases.relations import splitting
from psa_tickets.usecases.relations.splitting import ClockStart, Part

Chosen = Annotated[list[UUID], Meta(max_length=200)]


class Split(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes on elsewhere; `sla_from` says when the new ticket's promise begins."""

    title: Line
    description: Text = "–"
    comment_ids: Chosen = []
    time_entry_ids: Chosen = []
    sla_from: ClockStart = ClockStart.SPLIT


@post("/split", guards=[*STAFF], status_code=201)
async def split_ticket(
    ticket_id: FromPath[UUID],
    data: JSONBody[Split],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TicketAttributes]:
    """Open a ticket for a part of this one, and move that part there."""
    part = Part(**msgspec.structs.asdict(data))
    view = await splitting.split(tx, principal, ticket_id, part, now=datetime.now(UTC))
    return answer(views.ticket(view), version=view.version, status=201)


ROUTER = Router("/tickets/{ticket_id:uuid}", route_handlers=[split_ticket])
