"""/time-entries and /tickets/{id}/time-entries: write work down, change it, correct it."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from psa_common.db import Tx
from psa_common.documents import Document, Page, answer, changes_of, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Instant, Line, Minutes, Slug, Text
from psa_common.listing import fetch_page
from psa_common.questions import read_question
from psa_tickets.domain.time.entry import Approval, Billable, Place
from psa_tickets.http.time import views
from psa_tickets.http.time.views import TimeEntryAttributes
from psa_tickets.queries import time_entries
from psa_tickets.usecases.time import correcting, recording
from psa_tickets.usecases.time.recording import Effort, Logged

Break = Annotated[int, Meta(ge=0, le=1_439)]
#: What colleagues may read; it may be emptied.
Internal = Annotated[str, Meta(max_length=20_000)]


class NewWork(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Work as start and end, as start and minutes, or as a date and minutes."""

    note: Text
    internal_note: Internal = ""
    work_type: Slug = "remote"
    billable: Billable | None = None
    place: Place = Place.REMOTE
    minutes: Minutes | None = None
    break_minutes: Break = 0
    work_date: date | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None


class NewEntry(NewWork, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Work on a ticket; a draft waits until it is submitted."""

    state: Literal["draft", "submitted"] = "submitted"
    user_id: UUID | None = None
    override_reason: Line | None = None


class NewTaskEntry(NewEntry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Work on a project's task."""

    task_id: UUID


class EntryEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change; when work was is said anew as a whole, as for a new entry."""

    note: Text | UnsetType = UNSET
    internal_note: Internal | UnsetType = UNSET
    work_type: Slug | UnsetType = UNSET
    billable: Billable | UnsetType = UNSET
    place: Place | UnsetType = UNSET
    minutes: Minutes | UnsetType = UNSET
    break_minutes: Break | UnsetType = UNSET
    work_date: date | UnsetType = UNSET
    started_at: Instant | UnsetType = UNSET
    ended_at: Instant | UnsetType = UNSET
    override_reason: Line | None = None


class Correction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an approved entry is wrong, and what is right instead, if anything."""

    reason: Line
    right: NewWork | None = None
    override_reason: Line | None = None


class DeleteQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an entry of a locked period may go."""

    override_reason: Line | None = None


@post("/tickets/{ticket_id:uuid}/time-entries", guards=[requires("time_entry:create")])
async def log_on_ticket(
    ticket_id: FromPath[UUID],
    data: JSONBody[NewEntry],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TimeEntryAttributes]:
    """Write down work on a ticket; work across midnight becomes one entry a day."""
    effort = _effort(data)
    logged = await recording.log_on_ticket(tx, principal, ticket_id, effort, now=datetime.now(UTC))
    return _answer(logged, status=201)


@post("/time-entries", guards=[requires("time_entry:create")])
async def log_on_task(
    data: JSONBody[NewTaskEntry], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[TimeEntryAttributes]:
    """Write down work on a project's task."""
    effort = _effort(data)
    logged = await recording.log_on_task(tx, principal, data.task_id, effort, now=datetime.now(UTC))
    return _answer(logged, status=201)


@get("/time-entries", guards=[requires("time_entry:view")], opt={"listing": time_entries.LISTING})
async def list_entries(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[TimeEntryAttributes]:
    """List the work that the caller may see."""
    visible = time_entries.visible_to(principal)
    return await fetch_page(tx, time_entries.LISTING, request, views.time_entry, **visible)


@get("/time-entries/{time_entry_id:uuid}", guards=[requires("time_entry:view")])
async def read_entry(
    time_entry_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[TimeEntryAttributes]:
    """Read an entry of work."""
    row = await time_entries.get(tx, time_entry_id, principal)
    return answer(views.time_entry(row), version=row.version)


@patch("/time-entries/{time_entry_id:uuid}", guards=[requires("time_entry:create")])
async def edit_entry(
    request: Request[Any, Any, Any],
    time_entry_id: FromPath[UUID],
    data: JSONBody[EntryEdit],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TimeEntryAttributes]:
    """Change a draft or a rejected entry."""
    changes = changes_of(data)
    logged = await recording.edit(
        tx,
        principal,
        time_entry_id,
        {name: value for name, value in changes.items() if name != "override_reason"},
        override_reason=data.override_reason,
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return _answer(logged)


@delete(
    "/time-entries/{time_entry_id:uuid}",
    guards=[requires("time_entry:create")],
    opt={"question": DeleteQuery},
)
async def delete_entry(
    request: Request[Any, Any, Any],
    time_entry_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> None:
    """Remove a draft or a rejected entry; its audit record stays."""
    asked = read_question(request, DeleteQuery)
    await recording.delete(
        tx,
        principal,
        time_entry_id,
        override_reason=asked.override_reason,
        expected_version=expected_version(request),
    )


@post("/time-entries/{time_entry_id:uuid}/correct", guards=[requires("time_entry:approve")])
async def correct_entry(
    time_entry_id: FromPath[UUID],
    data: JSONBody[Correction],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[TimeEntryAttributes]:
    """Take an approved entry back by a reversing one; what is right comes as a new entry."""
    rows = await correcting.correct(
        tx,
        principal,
        time_entry_id,
        reason=data.reason,
        right=Effort(**msgspec.structs.asdict(data.right)) if data.right else None,
        override_reason=data.override_reason,
        now=datetime.now(UTC),
    )
    return _answer(Logged(rows, []), status=201)


def _effort(data: NewEntry) -> Effort:
    values = msgspec.structs.asdict(data)
    values.pop("task_id", None)
    state = Approval(values.pop("state"))
    return Effort(**values, state=state)


def _answer(logged: Logged, *, status: int = 200) -> Document[TimeEntryAttributes]:
    first, *more = logged.rows
    shown = views.time_entry_with(first, logged.warnings)
    return answer(shown, *map(views.time_entry, more), version=first.version, status=status)


ROUTER = Router(
    "/",
    route_handlers=[
        log_on_ticket,
        log_on_task,
        list_entries,
        read_entry,
        edit_entry,
        delete_entry,
        correct_entry,
    ],
)
