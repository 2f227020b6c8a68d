"""/macros, and running one on a ticket."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from psa_common.db import Tx
from psa_common.documents import Document, Page, Resource, answer, expected_version, shown
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Line, Text
from psa_common.listing import fetch_page
from psa_tickets.domain.routines.macro import Action, Do, Macro
from psa_tickets.http.staff import STAFF, colleagues
from psa_tickets.queries import definitions
from psa_tickets.queries.definitions import MACROS, Stored
from psa_tickets.usecases.routines import definitions as keeping, macros

LISTING = definitions.listing_of(MACROS)


class ActionInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step: what to do, and to what; texts may have blanks such as {{contact.name}}."""

    do: Do
    value: Text


class MacroInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall happen to a ticket, in this order."""

    name: Line
    actions: Annotated[list[ActionInput], Meta(min_length=1, max_length=20)]
    active: bool = True

    def definition(self) -> Macro:
        """Return what the domain keeps; raises what it refuses."""
        return Macro(tuple(Action(action.do, action.value) for action in self.actions))


class MacroAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A macro as readers see it, and what whoever runs it must be allowed to do."""

    name: str
    active: bool
    actions: tuple[Action, ...]
    permissions: list[str]
    created_at: datetime


class MacroRunAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """What was done; read the ticket again to see what came of it."""

    macro: str
    actions: tuple[Action, ...]


def show(stored: Stored[Macro]) -> Resource[MacroAttributes]:
    """Show a macro."""
    attributes = shown(
        stored,
        MacroAttributes,
        actions=stored.definition.actions,
        permissions=sorted(stored.definition.permissions),
    )
    return Resource(stored.id, MACROS.kind, attributes)


@post("/", guards=[requires("desk:manage")])
async def create_macro(
    data: JSONBody[MacroInput], tx: NamedDependency[Tx]
) -> Document[MacroAttributes]:
    """Write down a macro."""
    new, now = data.definition(), datetime.now(UTC)
    stored = await keeping.create(tx, MACROS, data.name, data.active, new, now=now)
    return answer(show(stored), version=stored.version, status=201)


@get("/", guards=[*STAFF], opt={"listing": LISTING})
async def list_macros(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[MacroAttributes]:
    """List the macros."""
    return await fetch_page(tx, LISTING, request, show, kind=MACROS.kind)


@get("/{macro_id:uuid}", guards=[*STAFF])
async def read_macro(
    macro_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Document[MacroAttributes]:
    """Read a macro."""
    stored = await definitions.get(tx, MACROS, macro_id)
    return answer(show(stored), version=stored.version)


@put("/{macro_id:uuid}", guards=[requires("desk:manage")])
async def replace_macro(
    request: Request[Any, Any, Any],
    macro_id: FromPath[UUID],
    data: JSONBody[MacroInput],
    tx: NamedDependency[Tx],
) -> Document[MacroAttributes]:
    """Let a macro say something else."""
    new, expected = data.definition(), expected_version(request)
    stored = await keeping.replace(
        tx, MACROS, macro_id, data.name, data.active, new, expected_version=expected
    )
    return answer(show(stored), version=stored.version)


@post("/{macro_id:uuid}", guards=[*STAFF], status_code=200)
async def run_macro(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    macro_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[MacroRunAttributes]:
    """Do to a ticket all that a macro says, or nothing."""
    expected = expected_version(request)
    now = datetime.now(UTC)
    done = await macros.run(tx, principal, ticket_id, macro_id, expected_version=expected, now=now)
    attributes = MacroRunAttributes(macro=done.name, actions=done.definition.actions)
    return answer(Resource(ticket_id, "macro_run", attributes))


ROUTER = Router(
    "/macros",
    guards=[colleagues],
    route_handlers=[create_macro, list_macros, read_macro, replace_macro],
)
TICKET_ROUTER = Router("/tickets/{ticket_id:uuid}/macros", route_handlers=[run_macro])
