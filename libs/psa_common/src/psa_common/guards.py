"""Who may call a route: every route says so, or the process does not start."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler
from litestar.routes import HTTPRoute

from psa_common.errors import Forbidden
from psa_common.exchange import principal_of

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]

#: Where a guard keeps its permission, for the API document.
PERMISSION = "psa_permission"


def requires(permission: str) -> Guard:
    """
    Let a caller pass who holds `resource:action` in any scope.

    The scope itself is enforced in SQL, by `principal.scope(permission)`. Guards are coroutines
    because the framework would run a plain function in a thread.
    """

    async def check(connection: Connection, _handler: BaseRouteHandler) -> None:
        if principal_of(connection.scope).scope(permission) is None:
            raise Forbidden(f"This needs the permission {permission}; ask your administrator.")

    setattr(check, PERMISSION, permission)
    return check


async def signed_in(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Let every verified caller pass."""
    principal_of(connection.scope)


async def public(_connection: Connection, _handler: BaseRouteHandler) -> None:
    """Let everybody pass; only for what must work before signing in."""


def refuse_unguarded_routes(app: Litestar) -> None:
    """Raise at start-up when a route has no guard: a forgotten one would be an open door."""
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            raise TypeError(f"{route.path} is no HTTP route; its guards cannot be checked")
        for handler in route.route_handlers:
            if handler.http_methods != {"OPTIONS"} and not guards_of(handler):
                raise RuntimeError(f"{route.path} has no guard; use requires, signed_in or public")


def guards_of(handler: HTTPRouteHandler) -> list[Guard]:
    """Return every guard of a route, those of its routers included."""
    resolve: Callable[[], Sequence[Guard]] = getattr(handler, "resolve_guards")  # noqa: B009
    return list(resolve())
