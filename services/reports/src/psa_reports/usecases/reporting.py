"""Put each report together: how far we have heard, the rows, their totals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from psa_common.db import Tx
from psa_common.identity import Principal
from psa_reports.domain import backlog as open_work, revenue as money, sla as promises, work
from psa_reports.domain.backlog import BacklogRow
from psa_reports.domain.catalogue import REPORTS, Entry
from psa_reports.domain.period import Days, stretch_of
from psa_reports.domain.revenue import Basis, RevenueRow
from psa_reports.domain.sla import SlaRow
from psa_reports.domain.work import UnbilledRow, UtilisationRow
from psa_reports.queries import copies, invoices, sla as clocks, tickets, work as ledger
from psa_reports.queries.sla import Wanted

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Generic[R]):
    """Rows and totals with the same columns, and how far we had heard before counting."""

    entry: Entry
    as_of: datetime | None
    rows: Sequence[R]
    totals: Sequence[R]


async def sla(tx: Tx, principal: Principal, days: Days, wanted: Wanted) -> Report[SlaRow]:
    """Report how the clocks did that stopped on these days."""
    standing = await copies.standing(tx)
    stretch = stretch_of(days, standing.time_zone)
    measured = await clocks.list_measured(tx, principal, stretch, wanted)
    alerts = await clocks.list_alerts(tx, principal, stretch, wanted)
    return Report(
        entry=REPORTS["sla"],
        as_of=standing.as_of,
        rows=promises.rows_of(measured, alerts),
        totals=promises.totals_of(measured, alerts),
    )


async def backlog(tx: Tx, principal: Principal, customer_id: UUID | None) -> Report[BacklogRow]:
    """Report what is open now."""
    standing = await copies.standing(tx)
    rows = await tickets.list_backlog(tx, principal, customer_id=customer_id)
    return Report(
        entry=REPORTS["backlog"],
        as_of=standing.as_of,
        rows=rows,
        totals=[open_work.total_of(rows)],
    )


async def revenue(tx: Tx, principal: Principal, days: Days, basis: Basis) -> Report[RevenueRow]:
    """Report what was invoiced, or rendered, on these days."""
    standing = await copies.standing(tx)
    listed = invoices.list_issued if basis is Basis.ISSUED else invoices.list_rendered
    rows = await listed(tx, principal, days)
    return Report(
        entry=REPORTS["revenue"],
        as_of=standing.as_of,
        rows=rows,
        totals=money.totals_of(rows, basis),
    )


async def unbilled_work(
    tx: Tx, principal: Principal, days: Days, customer_id: UUID | None
) -> Report[UnbilledRow]:
    """Report what was worked on these days and stands on no invoice; raises TooManyRows."""
    standing = await copies.standing(tx)
    rows = await ledger.list_unbilled(
        tx, principal, days, customer_id=customer_id, limit=work.ROWS_MAX + 1
    )
    work.check_rows(rows)
    return Report(
        entry=REPORTS["unbilled-work"],
        as_of=standing.as_of,
        rows=rows,
        totals=[work.unbilled_total(rows)],
    )


async def utilisation(tx: Tx, principal: Principal, days: Days) -> Report[UtilisationRow]:
    """Report what people did on these days."""
    standing = await copies.standing(tx)
    everybody = await ledger.list_utilisation(tx, principal, days)
    return Report(
        entry=REPORTS["utilisation"],
        as_of=standing.as_of,
        rows=[work.utilisation_of(worked) for worked in everybody],
        totals=[work.utilisation_total(everybody)],
    )
