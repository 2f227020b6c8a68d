"""/tickets/bulk: change many tickets at once, with a result for each."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import UNSET, Meta, UnsetType

from psa_common.db import Tx
from psa_common.documents import Document, Resource, answer
from psa_common.errors import Invalid
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_tickets.domain.priority import Priority
from psa_tickets.http.staff import colleagues
from psa_tickets.http.workflow import StatusKey
from psa_tickets.queries.comments import Comment
from psa_tickets.usecases.relations import bulk
from psa_tickets.usecases.relations.bulk import Changes, Outcome
from psa_tickets.usecases.relations.filters import checked

Tags = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=50, pattern=r"^[^\s,]+( [^\s,]+)*\Z")]],
    Meta(max_length=20),
]
#: A filter in the words of GET /tickets.
TicketFilter = Annotated[
    dict[
        Annotated[str, Meta(max_length=63)],
        Annotated[str, Meta(min_length=1, max_length=500)],
    ],
    Meta(min_length=1, max_length=20),
]


class BulkChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to become of every ticket; null takes away, what is left out stays."""

    status: StatusKey | None = None
    priority: Priority | None = None
    assignee_id: UUID | UnsetType | None = UNSET
    queue_id: UUID | UnsetType | None = UNSET
    add_tags: Tags = []
    remove_tags: Tags = []


class BulkEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which tickets, by id or by a filter, and what becomes of them; a dry run only says."""

    changes: BulkChanges
    ids: Annotated[list[UUID], Meta(min_length=1, max_length=200)] | None = None
    filter: TicketFilter | None = None
    dry_run: bool = False


class OutcomeReport(msgspec.Struct, frozen=True, kw_only=True):
    """How many tickets were changed and refused, and each of them."""

    dry_run: bool
    changed: int
    refused: int
    results: list[Outcome]


def show(outcomes: Sequence[Outcome], *, dry_run: bool) -> Resource[OutcomeReport]:
    """Show what became of each ticket."""
    changed = sum(one.changed for one in outcomes)
    report = OutcomeReport(
        dry_run=dry_run,
        changed=changed,
        refused=len(outcomes) - changed,
        results=list(outcomes),
    )
    return Resource(uuid7(), "bulk_edit", report)


def show_said(said: Sequence[Comment]) -> Resource[OutcomeReport]:
    """Show on which tickets the same was said."""
    return show([Outcome(ticket_id=one.ticket_id, changed=True) for one in said], dry_run=False)


async def chosen(tx: Tx, principal: Principal, edit: BulkEdit) -> Sequence[UUID]:
    """Return the tickets that a request means; raises Invalid unless it says it in one way."""
    if (edit.ids is None) == (edit.filter is None):
        raise Invalid("Send either ids or a filter.", field="ids")
    if edit.ids is not None:
        return sorted(set(edit.ids))
    return await bulk.list_filtered(tx, principal, checked(edit.filter or {}))


@post("/bulk", guards=[requires("ticket:view")], status_code=200)
async def change_many(
    data: JSONBody[BulkEdit], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[OutcomeReport]:
    """Change many tickets; each is changed or refused for itself."""
    ids = await chosen(tx, principal, data)
    changes = Changes(**msgspec.structs.asdict(data.changes))
    now = datetime.now(UTC)
    outcomes = await bulk.change(tx, principal, ids, changes, dry_run=data.dry_run, now=now)
    return answer(show(outcomes, dry_run=data.dry_run))


ROUTER = Router("/tickets", guards=[colleagues], route_handlers=[change_many])
