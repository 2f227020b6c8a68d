"""/notifications: what the application has to tell whoever is signed in."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from psa_common.db import Tx
from psa_common.documents import Document, Page, Resource, answer, related
from psa_common.errors import NotFound
from psa_common.guards import signed_in
from psa_common.identity import Principal
from psa_common.listing import fetch_page
from psa_tickets.queries.mail import notifications
from psa_tickets.queries.mail.notifications import Notification


class NotificationAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """Something to know."""

    kind: str
    title: str
    created_at: datetime
    read_at: datetime | None


def show(one: Notification) -> Resource[NotificationAttributes]:
    """Show a notification beside its ticket."""
    attributes = NotificationAttributes(
        kind=one.kind, title=one.title, created_at=one.created_at, read_at=one.read_at
    )
    return Resource(one.id, "notification", attributes, related(ticket=("ticket", one.ticket_id)))


@get("/", guards=[signed_in], opt={"listing": notifications.LISTING})
async def list_notifications(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[NotificationAttributes]:
    """List the caller's own notifications."""
    return await fetch_page(tx, notifications.LISTING, request, show, of_user=principal.user_id)


@put("/{notification_id:uuid}/read", guards=[signed_in])
async def mark_read(
    notification_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[NotificationAttributes]:
    """Remember that the caller has read a notification."""
    now, reader = datetime.now(UTC), principal.user_id
    read = await notifications.mark_read(tx, notification_id, reader, now=now)
    if read is None:
        raise NotFound(f"There is no notification {notification_id}.")
    return answer(show(read))


@put("/read", guards=[signed_in], status_code=204)
async def mark_all_read(tx: NamedDependency[Tx], principal: NamedDependency[Principal]) -> None:
    """Remember that the caller has read all of them."""
    await notifications.mark_all_read(tx, principal.user_id, now=datetime.now(UTC))


ROUTER = Router("/notifications", route_handlers=[list_notifications, mark_read, mark_all_read])
