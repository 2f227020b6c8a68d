"""/timers: stopwatches on tickets and tasks, each person's own."""

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
from psa_common.identity import Principal
from psa_common.inputs import Line, Slug
from psa_common.listing import fetch_page
from psa_tickets.http.time import views
from psa_tickets.http.time.views import TimeEntryAttributes, TimerAttributes
from psa_tickets.queries import timers
from psa_tickets.queries.timers import TimerRow
from psa_tickets.usecases.time import timing


class NewTimer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is being done, on a ticket or a task; the note becomes that of the entry."""

    ticket_id: UUID | None = None
    task_id: UUID | None = None
    note: Annotated[str, Meta(max_length=20_000)] = ""
    work_type: Slug = "remote"


class Stop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why minutes of a locked period may be entered."""

    override_reason: Line | None = None


@get("/timers", guards=[requires("time_entry:create")], opt={"listing": timers.LISTING})
async def list_timers(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[TimerAttributes]:
    """List the caller's timers."""
    now = datetime.now(UTC)

    def show(row: TimerRow) -> Resource[TimerAttributes]:
        return views.timer(row, now)

    return await fetch_page(tx, timers.LISTING, request, show, user_id=principal.user_id)


@post("/timers", guards=[requires("time_entry:create")])
async def start_timer(
    data: JSONBody[NewTimer], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[TimerAttributes]:
    """Start a timer on a ticket or a task; the one that runs is paused."""
    now = datetime.now(UTC)
    row = await timing.start(tx, principal, **msgspec.structs.asdict(data), now=now)
    return answer(views.timer(row, now), version=row.version, status=201)


@post("/timers/{timer_id:uuid}/pause", guards=[requires("time_entry:create")], status_code=200)
async def pause_timer(
    timer_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[TimerAttributes]:
    """Stop counting for now."""
    now = datetime.now(UTC)
    row = await timing.pause(tx, principal, timer_id, now=now)
    return answer(views.timer(row, now), version=row.version)


@post("/timers/{timer_id:uuid}/resume", guards=[requires("time_entry:create")], status_code=200)
async def resume_timer(
    timer_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[TimerAttributes]:
    """Count on; the timer that runs is paused."""
    now = datetime.now(UTC)
    row = await timing.resume(tx, principal, timer_id, now=now)
    return answer(views.timer(row, now), version=row.version)


@post("/timers/{timer_id:uuid}/stop", guards=[requires("time_entry:create")])
async def stop_timer(
    timer_id: FromPath[UUID],
    data: JSONBody[Stop],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TimeEntryAttributes]:
    """Turn what was measured into drafts, one for each stretch and day."""
    reason, now = data.override_reason, datetime.now(UTC)
    rows = await timing.stop(tx, principal, timer_id, override_reason=reason, now=now)
    return answer(*map(views.time_entry, rows), version=rows[0].version, status=201)


@delete("/timers/{timer_id:uuid}", guards=[requires("time_entry:create")])
async def discard_timer(
    timer_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> None:
    """Throw away what was measured."""
    await timing.discard(tx, principal, timer_id)


ROUTER = Router(
    "/",
    route_handlers=[
        list_timers,
        start_timer,
        pause_timer,
        resume_timer,
        stop_timer,
        discard_timer,
    ],
)
