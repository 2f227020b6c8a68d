"""All routes of the service together, with what their handlers ask for."""

from litestar import Router
from litestar.di import Provide

from psa_auth.http import audit_log, door, roles, sessions, tenants, users
from psa_auth.usecases.sign_in import Door

ROUTERS = (
    door.ROUTER,
    sessions.ROUTER,
    users.ROUTER,
    *roles.ROUTERS,
    audit_log.ROUTER,
    tenants.ROUTER,
)


def router(the_door: Door) -> Router:
    """Return the routes; their handlers find *the_door* as `door`."""

    async def provide_door() -> Door:
        return the_door

    return Router("/", route_handlers=ROUTERS, dependencies={"door": Provide(provide_door)})
