"""/blocked-senders: whose mails nobody wants."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from psa_common.db import Tx
from psa_common.documents import Document, Page, Resource, answer
from psa_common.guards import requires
from psa_common.listing import fetch_page
from psa_tickets.queries.mail import blocked
from psa_tickets.queries.mail.blocked import BlockedSender
from psa_tickets.usecases.mail import mailboxes

Sender = Annotated[
    str,
    Meta(
        min_length=3, max_length=254, pattern=r"^([^\s@]{1,64}@)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\Z"
    ),
]


class NewBlock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address such as spam@example.com, or a domain such as example.com."""

    sender: Sender


class BlockedAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A blocked sender as readers see it."""

    sender: str
    created_at: datetime


def show(one: BlockedSender) -> Resource[BlockedAttributes]:
    """Show a blocked sender."""
    attributes = BlockedAttributes(sender=one.sender, created_at=one.created_at)
    return Resource(one.id, "blocked_sender", attributes)


@post("/", guards=[requires("mailbox:manage")])
async def block_sender(
    data: JSONBody[NewBlock], tx: NamedDependency[Tx]
) -> Document[BlockedAttributes]:
    """Ignore what somebody writes from now on."""
    made = await mailboxes.block(tx, data.sender, now=datetime.now(UTC))
    return answer(show(made), status=201)


@get("/", guards=[requires("mail:view")], opt={"listing": blocked.LISTING})
async def list_blocked(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[BlockedAttributes]:
    """List the blocked senders."""
    return await fetch_page(tx, blocked.LISTING, request, show)


@delete("/{blocked_id:uuid}", guards=[requires("mailbox:manage")])
async def unblock_sender(blocked_id: FromPath[UUID], tx: NamedDependency[Tx]) -> None:
    """Let somebody write again."""
    await mailboxes.unblock(tx, blocked_id)


ROUTER = Router("/blocked-senders", route_handlers=[block_sender, list_blocked, unblock_sender])
