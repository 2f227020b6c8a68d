"""Routes for people who work at the desk, which no role opens to a customer's own people."""

from litestar.handlers import BaseRouteHandler

from psa_common.exchange import principal_of
from psa_common.guards import Connection, requires
from psa_tickets.usecases.refusals import refuse_customers


async def colleagues(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Let everybody pass but a customer's own people, whatever their role says."""
    refuse_customers(principal_of(connection.scope))


#: No role of a customer's portal may change a ticket's fields.
STAFF = (requires("ticket:update"), colleagues)
