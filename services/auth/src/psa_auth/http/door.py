"""/auth: sign in, go on, sign out, and who am I."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from psa_auth.http import views
from psa_auth.http.inputs import RefreshTokenText, TypedName, TypedPassword
from psa_auth.http.views import MeAttributes
from psa_auth.usecases import callers, refreshing, sessions, sign_in
from psa_auth.usecases.sign_in import Credentials, Door
from psa_auth.usecases.tokens import Tokens
from psa_common.context import RequestContext
from psa_common.db import Tx
from psa_common.documents import Document, answer
from psa_common.exchange import exchange_of
from psa_common.guards import public, signed_in
from psa_common.identity import Principal
from psa_common.inputs import Slug


class LoginInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which company, who there, and the secret that proves it."""

    tenant: Slug
    email: TypedName
    password: TypedPassword


class RefreshInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The refresh token of the last answer; it is good once."""

    refresh_token: RefreshTokenText


class TokenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A pair of tokens in the form of OAuth 2.0 (RFC 6749 §5.1)."""

    access_token: str
    refresh_token: str
    expires_in: int
    token_type: str = "Bearer"


async def provide_stranger(request: Request[Any, Any, Any]) -> RequestContext:
    """
    Give the context of somebody who is not signed in yet, whatever they sent along.

    An answer that holds tokens is never kept for a repetition by `Idempotency-Key`.
    """
    exchange = exchange_of(request.scope)
    exchange.key = None
    if exchange.tx is not None:
        await exchange.tx.rollback()
        exchange.tx = None
    return exchange.context


def show(tokens: Tokens) -> Any:
    """Answer with tokens that nobody on the way may keep."""
    body = TokenAnswer(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_in=tokens.expires_in,
    )
    return Response(body, status_code=200, headers={"cache-control": "no-store"})


@post(
    "/login",
    guards=[public],
    status_code=200,
    dependencies={"stranger": Provide(provide_stranger)},
)
async def login(
    data: JSONBody[LoginInput],
    door: NamedDependency[Door],
    stranger: NamedDependency[RequestContext],
) -> TokenAnswer:
    """Sign in."""
    credentials = Credentials(tenant=data.tenant, email=data.email, password=data.password)
    return show(await sign_in.login(door, stranger, credentials, now=datetime.now(UTC)))


@post(
    "/refresh",
    guards=[public],
    status_code=200,
    dependencies={"stranger": Provide(provide_stranger)},
)
async def refresh(
    data: JSONBody[RefreshInput],
    door: NamedDependency[Door],
    stranger: NamedDependency[RequestContext],
) -> TokenAnswer:
    """Exchange a refresh token for a new pair."""
    now = datetime.now(UTC)
    return show(await refreshing.refresh(door, stranger, data.refresh_token, now=now))


@post("/logout", guards=[signed_in], status_code=204)
async def logout(
    tx: NamedDependency[Tx], principal: NamedDependency[Principal], door: NamedDependency[Door]
) -> None:
    """Sign out: the session's tokens are refused from now on."""
    access = door.desk.lifetimes.access
    await sessions.logout(tx, principal, access=access, now=datetime.now(UTC))


@get("/me", guards=[signed_in])
async def read_me(
    tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[MeAttributes]:
    """Show the caller as they are now."""
    return answer(views.me(await callers.current(tx, principal), principal))


ROUTER = Router("/auth", route_handlers=[login, refresh, logout, read_me])
