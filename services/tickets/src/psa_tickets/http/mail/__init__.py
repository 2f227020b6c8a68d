"""The routes of mail: mailboxes, what came in, what went out, and notices to people."""

from litestar import Router
from litestar.di import NamedDependency, Provide

from psa_common.db import Tx
from psa_tickets.http.mail import blocked_senders, deliveries, mailboxes, mails, notifications
from psa_tickets.usecases.mail.office import PostOffice


def routes(office: PostOffice) -> tuple[Router, ...]:
    """Return the routes; those that need keys or raw mails get them from *office*."""

    async def provide_office(tx: NamedDependency[Tx]) -> PostOffice:
        del tx  # in a level of its own: the framework resolves one level in a task group
        return office

    inside = Router(
        "/",
        route_handlers=[mailboxes.ROUTER, mails.ROUTER],
        dependencies={"office": Provide(provide_office)},
    )
    return inside, blocked_senders.ROUTER, deliveries.ROUTER, notifications.ROUTER
