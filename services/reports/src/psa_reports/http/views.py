"""What the API shows of a report: a document for programs, a CSV file for spreadsheets."""

from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from litestar import Request, Response

from psa_common.documents import Links, Page, PageMeta, Resource, answer, now_meta
from psa_reports.domain.backlog import BacklogRow
from psa_reports.domain.catalogue import REPORTS, Entry, Parameter, Title
from psa_reports.domain.revenue import RevenueRow
from psa_reports.domain.sla import SlaRow
from psa_reports.domain.work import UnbilledRow, UtilisationRow
from psa_reports.http.csv_files import to_csv
from psa_reports.http.parameters import Query
from psa_reports.usecases.reporting import Report

R = TypeVar("R")

JSON = "application/json"
CSV = "text/csv"
CATALOGUE_PATH = "/api/v1/reports"


class CatalogueEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A report that can be asked for, what it is called, and what it needs."""

    name: str
    path: str
    title: Title
    permissions: list[str]
    parameters: list[Parameter]


class ReportAttributes(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """
    A report; `totals` has the columns of `rows`, summed.

    `as_of` is the time of the newest event that the figures may hold, null before the first.
    """

    name: str
    title: Title
    as_of: datetime | None
    parameters: dict[str, str | None]
    rows: list[R]
    totals: list[R]


class SlaReport(ReportAttributes[SlaRow], frozen=True, kw_only=True):
    """How well promises were kept."""


class BacklogReport(ReportAttributes[BacklogRow], frozen=True, kw_only=True):
    """What is open now."""


class RevenueReport(ReportAttributes[RevenueRow], frozen=True, kw_only=True):
    """What was invoiced, or rendered."""


class UnbilledReport(ReportAttributes[UnbilledRow], frozen=True, kw_only=True):
    """What stands on no issued invoice."""


class UtilisationReport(ReportAttributes[UtilisationRow], frozen=True, kw_only=True):
    """What people did with their time."""


def catalogue() -> Page[CatalogueEntry]:
    """Show every report on one page."""
    resources = [
        Resource(entry.id, "report_definition", _entry(entry)) for entry in REPORTS.values()
    ]
    count = len(resources)
    meta = PageMeta(limit=count, page=1, total=count, total_pages=1, timestamp=now_meta().timestamp)
    return Page(resources, meta, Links(self=CATALOGUE_PATH))


def rendered(
    request: Request[Any, Any, Any],
    asked: Query,
    shape: type[ReportAttributes[R]],
    row_type: type[R],
    report: Report[R],
) -> Any:
    """Return the report as it is wanted: `format` decides, otherwise `Accept`, otherwise JSON."""
    if wants_csv(request, asked):
        return _file(report.entry, to_csv(row_type, report.rows))
    attributes = shape(
        name=report.entry.name,
        title=report.entry.title,
        as_of=report.as_of,
        parameters=_parameters(asked),
        rows=list(report.rows),
        totals=list(report.totals),
    )
    response = answer(Resource(report.entry.id, "report", attributes))
    response.headers["vary"] = "accept"
    return response


def wants_csv(request: Request[Any, Any, Any], asked: Query) -> bool:
    """Say whether a spreadsheet is asking."""
    if asked.format is not None:
        return asked.format == "csv"
    return request.accept.best_match([JSON, CSV]) == CSV


def _file(entry: Entry, content: bytes) -> Response[bytes]:
    headers = {
        "cache-control": "private, no-cache",
        "content-disposition": f'attachment; filename="{entry.name}.csv"',
        "vary": "accept",
    }
    return Response(content, media_type=CSV, headers=headers)


def _parameters(asked: Query) -> dict[str, str | None]:
    plain: dict[str, str | None] = msgspec.to_builtins(asked)
    return {name: value for name, value in plain.items() if name != "format"}


def _entry(entry: Entry) -> CatalogueEntry:
    return CatalogueEntry(
        name=entry.name,
        path=f"{CATALOGUE_PATH}/{entry.name}",
        title=entry.title,
        permissions=list(entry.permissions),
        parameters=list(entry.parameters),
    )
