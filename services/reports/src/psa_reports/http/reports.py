"""/reports: the catalogue, and each report as JSON or CSV."""

from typing import Any

from litestar import Request, Router, get
from litestar.di import NamedDependency

from psa_common.db import Tx
from psa_common.documents import Document, Page
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.questions import read_question
from psa_reports.domain.backlog import BacklogRow
from psa_reports.domain.revenue import RevenueRow
from psa_reports.domain.sla import SlaRow
from psa_reports.domain.work import UnbilledRow, UtilisationRow
from psa_reports.http.parameters import (
    BacklogQuery,
    PeriodQuery,
    Query,
    RevenueQuery,
    SlaQuery,
    UnbilledQuery,
)
from psa_reports.http.views import (
    BacklogReport,
    CatalogueEntry,
    RevenueReport,
    SlaReport,
    UnbilledReport,
    UtilisationReport,
    catalogue,
    rendered,
)
from psa_reports.queries.sla import Wanted
from psa_reports.usecases import reporting

VIEW = [requires("report:view")]
#: Money, and what people did with their days, is not for everybody who may see a report.
VIEW_MONEY = [requires("report:view"), requires("finance:view_cost")]


@get("/", guards=VIEW)
async def list_reports(request: Request[Any, Any, Any]) -> Page[CatalogueEntry]:
    """List the reports and what each can be asked for."""
    read_question(request, Query)
    return catalogue()


@get("/sla", guards=VIEW, opt={"question": SlaQuery, "sends": ("text/csv",)})
async def report_sla(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[SlaReport]:
    """Report how well promises were kept, per priority and clock."""
    asked = read_question(request, SlaQuery)
    wanted = Wanted(priority=asked.priority, metric=asked.metric, customer_id=asked.customer_id)
    report = await reporting.sla(tx, principal, asked.days(), wanted)
    return rendered(request, asked, SlaReport, SlaRow, report)


@get("/backlog", guards=VIEW, opt={"question": BacklogQuery, "sends": ("text/csv",)})
async def report_backlog(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[BacklogReport]:
    """Report the tickets that are open now."""
    asked = read_question(request, BacklogQuery)
    report = await reporting.backlog(tx, principal, asked.customer_id)
    return rendered(request, asked, BacklogReport, BacklogRow, report)


@get("/revenue", guards=VIEW_MONEY, opt={"question": RevenueQuery, "sends": ("text/csv",)})
async def report_revenue(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[RevenueReport]:
    """Report a month's invoices, or services, per customer and kind of line."""
    asked = read_question(request, RevenueQuery)
    report = await reporting.revenue(tx, principal, asked.days(), asked.basis)
    return rendered(request, asked, RevenueReport, RevenueRow, report)


@get("/unbilled-work", guards=VIEW_MONEY, opt={"question": UnbilledQuery, "sends": ("text/csv",)})
async def report_unbilled_work(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[UnbilledReport]:
    """Report approved billable work that stands on no issued invoice."""
    asked = read_question(request, UnbilledQuery)
    report = await reporting.unbilled_work(tx, principal, asked.days(), asked.customer_id)
    return rendered(request, asked, UnbilledReport, UnbilledRow, report)


@get("/utilisation", guards=VIEW_MONEY, opt={"question": PeriodQuery, "sends": ("text/csv",)})
async def report_utilisation(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[UtilisationReport]:
    """Report what people did with their time."""
    asked = read_question(request, PeriodQuery)
    report = await reporting.utilisation(tx, principal, asked.days())
    return rendered(request, asked, UtilisationReport, UtilisationRow, report)


ROUTER = Router(
    "/reports",
    route_handlers=[
        list_reports,
        report_sla,
        report_backlog,
        report_revenue,
        report_unbilled_work,
        report_utilisation,
    ],
)
