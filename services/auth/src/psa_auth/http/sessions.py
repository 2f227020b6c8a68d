"""/auth/sessions: where somebody is signed in, and ending that."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Request, Router, delete, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from psa_auth.http import views
from psa_auth.http.views import SessionAttributes
from psa_auth.queries.sessions import LISTING
from psa_auth.usecases import sessions
from psa_auth.usecases.sign_in import Door
from psa_common.db import Tx
from psa_common.documents import Page
from psa_common.guards import signed_in
from psa_common.identity import Principal
from psa_common.listing import fetch_page


@get("/", guards=[signed_in], opt={"listing": LISTING})
async def list_sessions(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[SessionAttributes]:
    """List the caller's sessions; with session:view those of everybody."""
    everybody = principal.scope("session:view") == "all"
    return await fetch_page(
        tx, LISTING, request, views.session, everybody=everybody, caller=principal.user_id
    )


@delete("/{session_id:uuid}", guards=[signed_in], status_code=204)
async def end_session(
    session_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
    door: NamedDependency[Door],
) -> None:
    """End one of the caller's sessions; with session:revoke anybody's."""
    access = door.desk.lifetimes.access
    await sessions.end(tx, principal, session_id, access=access, now=datetime.now(UTC))


ROUTER = Router("/auth/sessions", route_handlers=[list_sessions, end_session])
