"""/tickets/{id}/history: who did what to a ticket, when, and which fields it changed."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from psa_common.db import Tx
from psa_common.documents import Page, Resource, shown
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.listing import fetch_page
from psa_tickets.queries import history, tickets
from psa_tickets.queries.history import Happening


class ChangedField(msgspec.Struct, frozen=True, kw_only=True):
    """A field before and after."""

    field: str
    previous: Any
    current: Any


class HappeningAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """What happened; the words themselves stand at the comments."""

    occurred_at: datetime
    action: str
    actor_kind: str
    actor_name: str
    changes: list[ChangedField]


def show(happening: Happening, *, public_only: bool) -> Resource[HappeningAttributes]:
    """Show what happened, to colleagues or to a customer's people."""
    changes = [
        ChangedField(field=name, previous=previous, current=current)
        for name, (previous, current) in happening.changes(public_only=public_only).items()
    ]
    attributes = shown(happening, HappeningAttributes, changes=changes)
    return Resource(happening.id, "happening", attributes)


@get("/history", guards=[requires("ticket:view")], opt={"listing": history.LISTING})
async def list_history(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[HappeningAttributes]:
    """List what happened to a ticket, newest first; a customer's people see public facts."""
    await tickets.get(tx, ticket_id, principal)
    public_only = principal.customer_id is not None
    seen = partial(show, public_only=public_only)
    asked = {"ticket_id": ticket_id, "public_only": public_only}
    return await fetch_page(tx, history.LISTING, request, seen, **asked)


ROUTER = Router("/tickets/{ticket_id:uuid}", route_handlers=[list_history])
