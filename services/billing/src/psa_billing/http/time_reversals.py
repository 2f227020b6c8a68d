"""/time-reversals: time that was taken back, and whether an invoice must be put right."""

from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request, Router, get
from litestar.di import NamedDependency

from psa_billing.domain.corrections import ReversalState
from psa_billing.queries import reversals
from psa_billing.queries.reversals import ReversalRow
from psa_common.db import Tx
from psa_common.documents import Page, Resource, related, shown
from psa_common.guards import requires
from psa_common.listing import fetch_page


class ReversalAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """
    Approved time that the desk took back.

    `state` says what is to be done: nothing where it is `unbilled`; delete the approved invoice
    (`to_withdraw`) or credit the issued one (`to_credit`) that holds it.
    """

    state: ReversalState
    work_date: date
    minutes: int
    ticket_number: str | None
    invoice_number: str | None
    reason: str
    reversed_at: datetime


@get("/", guards=[requires("billing_run:view")], opt={"listing": reversals.LISTING})
async def list_reversals(
    request: Request[Any, Any, Any], tx: NamedDependency[Tx]
) -> Page[ReversalAttributes]:
    """List the time that was taken back; `state=to_credit` names what customers get back."""
    return await fetch_page(tx, reversals.LISTING, request, reversal)


def reversal(row: ReversalRow) -> Resource[ReversalAttributes]:
    """Show time that was taken back, and who is concerned."""
    links = related(
        time_entry=("time_entry", row.time_entry_id),
        customer=("customer", row.customer_id),
        ticket=("ticket", row.ticket_id),
        task=("task", row.task_id),
        invoice=("invoice", row.invoice_id),
        reversed_by=("user", row.reversed_by),
    )
    return Resource(row.id, "time_reversal", shown(row, ReversalAttributes), links)


ROUTER = Router("/time-reversals", route_handlers=[list_reversals])
