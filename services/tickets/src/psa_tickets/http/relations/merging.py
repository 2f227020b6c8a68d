"""/tickets/{id}/merge, /unmerge and /split: one ticket instead of two, and two instead of one."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from psa_common.db import Tx
from psa_common.documents import Document, Resource, answer, related, shown
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_tickets.domain.relations.merge import UNDO_WINDOW
from psa_tickets.queries.merges import Merge
from psa_tickets.usecases.relations import merging


class MergeInto(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ticket that goes on."""

    into: UUID


class MergeAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """What a merge moved, by kind and number; it can be undone until `undo_until`."""

    merged_at: datetime
    undo_until: datetime
    moved: dict[str, int]


def show(merge: Merge) -> Resource[MergeAttributes]:
    """Show a merge."""
    moved = {name: len(ids) for name, ids in merge.moved.items()}
    attributes = shown(
        merge, MergeAttributes, moved=moved, undo_until=merge.merged_at + UNDO_WINDOW
    )
    links = related(
        source=("ticket", merge.source_id),
        target=("ticket", merge.target_id),
        merged_by=("user", merge.merged_by),
    )
    return Resource(merge.id, "ticket_merge", attributes, links)


@post("/merge", guards=[requires("ticket:merge")], status_code=200)
async def merge_ticket(
    ticket_id: FromPath[UUID],
    data: JSONBody[MergeInto],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[MergeAttributes]:
    """Let another ticket take this one in, with all that belongs to it."""
    now = datetime.now(UTC)
    return answer(show(await merging.merge(tx, principal, ticket_id, data.into, now=now)))


@post("/unmerge", guards=[requires("ticket:merge")], status_code=200)
async def unmerge_ticket(
    ticket_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[MergeAttributes]:
    """Undo a merge within a day; what moved and is still there comes back."""
    now = datetime.now(UTC)
    return answer(show(await merging.unmerge(tx, principal, ticket_id, now=now)))


ROUTER = Router("/tickets/{ticket_id:uuid}", route_handlers=[merge_ticket, unmerge_ticket])
