"""/time-entries and /tickets/{id}/time-entries: work written down, and vouched for."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from psa_common.db import Tx
from psa_common.documents import Document, Page, answer
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Instant, Minutes, Slug, Text
from psa_common.listing import fetch_page
from psa_tickets.domain.time_entry import Billable
from psa_tickets.http import views
from psa_tickets.http.views import TimeEntryAttributes
from psa_tickets.queries import time_entries
from psa_tickets.usecases import time_tracking
from psa_tickets.usecases.time_tracking import Effort


class NewEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Work as start and end, as start and minutes, or as a date and minutes."""

    note: Text
    work_type: Slug = "remote"
    billable: Billable = Billable.BILLABLE
    minutes: Minutes | None = None
    work_date: date | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None


class NewTaskEntry(NewEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Work on a project's task."""

    task_id: UUID


@post("/tickets/{ticket_id:uuid}/time-entries", guards=[requires("time_entry:create")])
async def log_on_ticket(
    ticket_id: FromPath[UUID],
    data: JSONBody[NewEntry],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TimeEntryAttributes]:
    """Write down work on a ticket; work across midnight becomes one entry a day."""
    effort = Effort(**msgspec.structs.asdict(data))
    rows = await time_tracking.log_on_ticket(
        tx, principal, ticket_id, effort, now=datetime.now(UTC)
    )
    return answer(*map(views.time_entry, rows), version=rows[0].version, status=201)


@post("/time-entries", guards=[requires("time_entry:create")])
async def log_on_task(
    data: JSONBody[NewTaskEntry], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[TimeEntryAttributes]:
    """Write down work on a project's task."""
    values = msgspec.structs.asdict(data)
    task_id = values.pop("task_id")
    rows = await time_tracking.log_on_task(
        tx, principal, task_id, Effort(**values), now=datetime.now(UTC)
    )
    return answer(*map(views.time_entry, rows), version=rows[0].version, status=201)


@get("/time-entries", guards=[requires("time_entry:view")], opt={"listing": time_entries.LISTING})
async def list_entries(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[TimeEntryAttributes]:
    """List the work that the caller may see."""
    visible = time_entries.visible_to(principal)
    return await fetch_page(tx, time_entries.LISTING, request, views.time_entry, **visible)


@post("/time-entries/{time_entry_id:uuid}/approve", guards=[requires("time_entry:approve")])
async def approve_entry(
    time_entry_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[TimeEntryAttributes]:
    """Vouch for an entry: from here on it may be billed."""
    row = await time_tracking.approve(tx, principal, time_entry_id, now=datetime.now(UTC))
    return answer(views.time_entry(row), version=row.version)


@post("/time-entries/{time_entry_id:uuid}/reject", guards=[requires("time_entry:approve")])
async def reject_entry(
    time_entry_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[TimeEntryAttributes]:
    """Give an entry back to the person who wrote it."""
    row = await time_tracking.reject(tx, principal, time_entry_id, now=datetime.now(UTC))
    return answer(views.time_entry(row), version=row.version)


ROUTER = Router(
    "/", route_handlers=[log_on_ticket, log_on_task, list_entries, approve_entry, reject_entry]
)
