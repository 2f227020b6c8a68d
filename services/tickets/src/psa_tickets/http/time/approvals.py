"""/time-entries/submit, withdraw, approve, reject: the way to the invoice, for one or for many."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from psa_common.db import Tx
from psa_common.documents import Document, Resource, answer
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.ids import uuid7
from psa_common.inputs import Line
from psa_tickets.domain.time.entry import Approval
from psa_tickets.http.time import views
from psa_tickets.http.time.views import TimeEntryAttributes
from psa_tickets.usecases.time import approving
from psa_tickets.usecases.time.approving import Outcome

Ids = Annotated[list[UUID], Meta(min_length=1, max_length=200)]


class Chosen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which entries."""

    ids: Ids


class Refused(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which entries, and what is wrong with them."""

    ids: Ids
    reason: Line


class Objection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is wrong with the entry."""

    reason: Line = "–"


class Fault(msgspec.Struct, frozen=True):
    """Why an entry stays as it was, as a single request would have said it."""

    code: str
    message: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one entry: its new state, or the error."""

    id: UUID
    state: Approval | None = None
    error: Fault | None = None


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """What became of each entry, in the order that was asked for."""

    done: int
    refused: int
    results: list[Result]


@post("/time-entries/submit", guards=[requires("time_entry:create")], status_code=200)
async def submit_entries(
    data: JSONBody[Chosen], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[Results]:
    """Ask for approval of drafts; those that may not go stay, and say why."""
    return _results(await approving.submit(tx, principal, data.ids, now=datetime.now(UTC)))


@post("/time-entries/withdraw", guards=[requires("time_entry:create")], status_code=200)
async def withdraw_entries(
    data: JSONBody[Chosen], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[Results]:
    """Take submitted entries back to change them."""
    return _results(await approving.withdraw(tx, principal, data.ids, now=datetime.now(UTC)))


@post("/time-entries/approve", guards=[requires("time_entry:approve")], status_code=200)
async def approve_entries(
    data: JSONBody[Chosen], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[Results]:
    """Vouch for entries; those that may not be approved stay, and say why."""
    return _results(await approving.approve(tx, principal, data.ids, now=datetime.now(UTC)))


@post("/time-entries/reject", guards=[requires("time_entry:approve")], status_code=200)
async def reject_entries(
    data: JSONBody[Refused], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[Results]:
    """Give entries back to the people who wrote them."""
    now = datetime.now(UTC)
    return _results(await approving.reject(tx, principal, data.ids, data.reason, now=now))


@post("/time-entries/{time_entry_id:uuid}/approve", guards=[requires("time_entry:approve")])
async def approve_entry(
    time_entry_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[TimeEntryAttributes]:
    """Vouch for an entry: from here on it may be billed."""
    outcomes = await approving.approve(tx, principal, [time_entry_id], now=datetime.now(UTC))
    row = approving.only(outcomes)
    return answer(views.time_entry(row), version=row.version)


@post("/time-entries/{time_entry_id:uuid}/reject", guards=[requires("time_entry:approve")])
async def reject_entry(
    time_entry_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
    data: JSONBody[Objection | None] = None,
) -> Document[TimeEntryAttributes]:
    """Give an entry back to the person who wrote it."""
    reason = data.reason if data else "–"
    now = datetime.now(UTC)
    row = approving.only(await approving.reject(tx, principal, [time_entry_id], reason, now=now))
    return answer(views.time_entry(row), version=row.version)


def _results(outcomes: Sequence[Outcome]) -> Document[Results]:
    results = [_result(outcome) for outcome in outcomes]
    refused = sum(result.error is not None for result in results)
    content = Results(done=len(results) - refused, refused=refused, results=results)
    return answer(Resource(uuid7(), "time_entry_results", content))


def _result(outcome: Outcome) -> Result:
    if outcome.refusal is not None:
        fault = Fault(outcome.refusal.error_code.upper(), outcome.refusal.message)
        return Result(id=outcome.id, error=fault)
    return Result(id=outcome.id, state=outcome.row.state if outcome.row else None)


ROUTER = Router(
    "/",
    route_handlers=[
        submit_entries,
        withdraw_entries,
        approve_entries,
        reject_entries,
        approve_entry,
        reject_entry,
    ],
)
