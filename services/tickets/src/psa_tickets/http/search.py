"""/search: one question to everything the desk knows."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Router, get
from litestar.di import NamedDependency
from msgspec import Meta

from psa_common.db import Tx
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.questions import read_question
from psa_tickets.domain.search import Kind
from psa_tickets.http import search_views
from psa_tickets.http.search_views import SearchPage
from psa_tickets.search.index import SearchIndex
from psa_tickets.usecases import searching


class SearchQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to look for, literally; `limit` is for each kind."""

    q: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
    kind: Kind | None = None
    limit: Annotated[int, Meta(ge=1, le=50)] = 5


def router(index: SearchIndex) -> Router:
    """Return the routes that search with *index*."""

    @get("/", guards=[requires("ticket:view")], opt={"question": SearchQuestion})
    async def search(
        request: Request[Any, Any, Any],
        tx: NamedDependency[Tx],
        principal: NamedDependency[Principal],
    ) -> SearchPage:
        """Search tickets, articles, customers, contacts and assets; exact numbers come first."""
        asked = read_question(request, SearchQuestion)
        findings = await searching.search(index, tx, principal, asked.q, asked.kind, asked.limit)
        return search_views.page(findings, asked.q)

    return Router("/search", route_handlers=[search])
