"""/tickets/{id}/description: what a ticket is about, as text and as HTML."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from psa_common.db import Tx
from psa_common.documents import Document, answer, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Text
from psa_tickets.http import views
from psa_tickets.http.comments import Html
from psa_tickets.http.staff import STAFF
from psa_tickets.http.views import DescriptionAttributes
from psa_tickets.usecases import descriptions


class NewDescription(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the ticket is about; without text it is read from the HTML."""

    html: Html
    text: Text | None = None


@get("/", guards=[requires("ticket:view")])
async def read_description(
    ticket_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[DescriptionAttributes]:
    """Read what a ticket is about."""
    told = await descriptions.read(tx, principal, ticket_id)
    return answer(views.description(told), version=told.version)


@put("/", guards=[*STAFF])
async def write_description(
    request: Request[Any, Any, Any],
    ticket_id: FromPath[UUID],
    data: JSONBody[NewDescription],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[DescriptionAttributes]:
    """Say anew what a ticket is about; the version is the ticket's."""
    told = await descriptions.describe(
        tx,
        principal,
        ticket_id,
        **msgspec.structs.asdict(data),
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.description(told), version=told.version)


ROUTER = Router(
    "/tickets/{ticket_id:uuid}/description", route_handlers=[read_description, write_description]
)
