"""/billing-runs: propose what is due, look at it, approve it."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from psa_billing.http import run_views
from psa_billing.http.run_views import RunAttributes, RunSummary
from psa_billing.queries import runs
from psa_billing.usecases import billing_runs
from psa_common.db import Tx
from psa_common.documents import Document, Page, answer, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.listing import fetch_page


class NewRun(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    Up to which day to bill, and whom; without a customer it is all of them.

    Work before the day, and periods that start on it or earlier when billed in advance.
    """

    up_to: date
    customer_id: UUID | None = None


@post("/", guards=[requires("billing_run:propose")])
async def propose_run(
    data: JSONBody[NewRun], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[RunAttributes]:
    """Propose what is due."""
    view = await billing_runs.propose(
        tx, principal, up_to=data.up_to, customer_id=data.customer_id, now=datetime.now(UTC)
    )
    return answer(run_views.run(view), version=view.run.version, status=201)


@get("/", guards=[requires("billing_run:view")], opt={"listing": runs.LISTING})
async def list_runs(request: Request[Any, Any, Any], tx: NamedDependency[Tx]) -> Page[RunSummary]:
    """List the billing runs."""
    return await fetch_page(tx, runs.LISTING, request, run_views.summary)


@get("/{run_id:uuid}", guards=[requires("billing_run:view")])
async def read_run(run_id: FromPath[UUID], tx: NamedDependency[Tx]) -> Document[RunAttributes]:
    """Read a run: its drafts, what stops it, what it passed over."""
    view = await runs.get(tx, run_id)
    return answer(run_views.run(view), version=view.run.version)


@post("/{run_id:uuid}/approve", guards=[requires("billing_run:approve")], status_code=200)
async def approve_run(
    request: Request[Any, Any, Any],
    run_id: FromPath[UUID],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[RunAttributes]:
    """Turn the drafts of a run into approved invoices."""
    view = await billing_runs.approve(
        tx,
        principal,
        run_id,
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(run_views.run(view), version=view.run.version)


ROUTER = Router("/billing-runs", route_handlers=[propose_run, list_runs, read_run, approve_run])
