"""Keep a filter under a name, for oneself or for everybody."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_common import audit
from psa_common.asking import parse_sort
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.errors import Forbidden, Invalid
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_tickets.queries import ticket_views, tickets
from psa_tickets.queries.ticket_views import Counter, TicketViewRow
from psa_tickets.queries.tickets import TicketView
from psa_tickets.usecases.relations.filters import checked

COLUMNS = frozenset(one.name for one in fields(TicketView)) | {"status_category"}


class SharingForbidden(Forbidden):
    """What everybody sees, only those who run the desk arrange."""

    code = "sharing_forbidden"

    def __init__(self) -> None:
        super().__init__(
            "Only who holds desk:manage shares a view or changes a shared one; keep your own.",
            field="shared",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to see, in the words of GET /tickets."""

    name: str
    filter: dict[str, str]
    sort: str
    columns: list[str]
    shared: bool


async def keep(tx: Tx, principal: Principal, wanted: Wanted, *, now: datetime) -> TicketViewRow:
    """Keep a filter under a name."""
    view = TicketViewRow(
        id=uuid7(),
        owner_id=principal.user_id,
        name=wanted.name,
        filter=wanted.filter,
        sort=wanted.sort,
        columns=wanted.columns,
        shared=wanted.shared,
        version=1,
        created_at=now,
    )
    _refuse(principal, view)

    ticket_views.insert(tx, view)
    audit.record(tx, "ticket_view.kept", "ticket_view", view.id, after=view)
    return view


async def change(
    tx: Tx,
    principal: Principal,
    view_id: UUID,
    changes: dict[str, Any],
    *,
    expected_version: int | None,
) -> TicketViewRow:
    """Change a view; a shared one only by who may share."""
    before = await ticket_views.get(tx, view_id, principal)
    check_version(before.version, expected_version)
    _refuse(principal, before)
    after = msgspec.structs.replace(before, **changes, version=before.version + 1)
    _refuse(principal, after)

    ticket_views.save(tx, after)
    audit.record(tx, "ticket_view.changed", "ticket_view", view_id, before=before, after=after)
    return after


async def forget(tx: Tx, principal: Principal, view_id: UUID) -> None:
    """Forget a view."""
    view = await ticket_views.get(tx, view_id, principal)
    _refuse(principal, view)

    ticket_views.delete(tx, view_id)
    audit.record(tx, "ticket_view.forgotten", "ticket_view", view_id, before=view)


async def count_all(tx: Tx, principal: Principal) -> Sequence[Counter]:
    """Count what each of the caller's views fits among the tickets that they may see."""
    views = await ticket_views.list_of(tx, principal)
    return await ticket_views.count_each(
        tx, principal, {view.id: checked(view.filter) for view in views}
    )


def _refuse(principal: Principal, view: TicketViewRow) -> None:
    """Refuse what the list could not show, and what the caller may not share."""
    if view.shared and principal.scope("desk:manage") is None:
        raise SharingForbidden
    checked(view.filter)
    parse_sort(tickets.LISTING, {"sort": view.sort})
    if unknown := sorted(set(view.columns) - COLUMNS):
        raise Invalid(f"{unknown[0]} is no column of a ticket.", field="columns")
