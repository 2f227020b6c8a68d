"""What the API shows of a billing run: amounts, the lines they are made of, what is missing."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from psa_billing.domain.billing_run import RunStatus
from psa_billing.domain.canonical import decimal_text
from psa_billing.domain.explanation import Explanation
from psa_billing.domain.proposal import (
    DraftInvoice,
    DraftLine,
    DraftLineKind,
    PassedOver,
    RunException,
    Unit,
)
from psa_billing.domain.vat import VatCategory, VatGroup
from psa_billing.http.views import price_text
from psa_billing.queries.runs import RunRow, RunView
from psa_common.documents import Reference, Relationship, Resource, related, shown


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A run in a list."""

    up_to: date
    status: RunStatus
    created_at: datetime
    approved_at: datetime | None


class DraftLineView(msgspec.Struct, frozen=True, kw_only=True):
    """A proposed line; `service_to` is the last day, units are UN/ECE codes."""

    position: int
    kind: DraftLineKind
    title: str
    service_from: date
    service_to: date
    quantity: str
    unit: Unit
    unit_price: str
    price_base_quantity: int
    net_cents: int
    vat_category: VatCategory
    vat_percent: str
    time_entry_ids: tuple[UUID, ...]
    explanation: Explanation


class DraftView(msgspec.Struct, frozen=True, kw_only=True):
    """The proposed invoice of one contract."""

    customer_id: UUID
    contract_id: UUID
    contract_number: str
    currency: str
    period_from: date
    period_to: date
    net_cents: int
    vat_cents: int
    gross_cents: int
    vat_groups: tuple[VatGroup, ...]
    lines: list[DraftLineView]


class RunAttributes(RunSummary, frozen=True, kw_only=True):
    """A run with all that it proposes; `stopped` forbids to approve it."""

    stopped: bool
    net_cents: int
    gross_cents: int
    drafts: list[DraftView]
    exceptions: list[RunException]
    passed_over: list[PassedOver]


def summary(row: RunRow) -> Resource[RunSummary]:
    """Show a run in a list."""
    return Resource(row.id, "billing_run", shown(row, RunSummary), _links(row))


def run(view: RunView) -> Resource[RunAttributes]:
    """Show a run with its drafts; the invoices are those that the approval made."""
    drafts = [draft for proposal in view.proposals for draft in proposal.drafts]
    attributes = shown(
        view.run,
        RunAttributes,
        stopped=any(proposal.stopped for proposal in view.proposals),
        net_cents=sum(draft.totals.net_cents for draft in drafts),
        gross_cents=sum(draft.totals.gross_cents for draft in drafts),
        drafts=[_draft(draft) for draft in drafts],
        exceptions=[each for proposal in view.proposals for each in proposal.exceptions],
        passed_over=[each for proposal in view.proposals for each in proposal.passed_over],
    )
    invoices = Relationship([Reference("invoice", each) for each in view.invoice_ids])
    links = _links(view.run) | {"invoices": invoices}
    return Resource(view.run.id, "billing_run", attributes, links)


def _links(row: RunRow) -> dict[str, Relationship]:
    return related(
        customer=("customer", row.customer_id),
        created_by=("user", row.created_by),
        approved_by=("user", row.approved_by),
    )


def _draft(draft: DraftInvoice) -> DraftView:
    return DraftView(
        customer_id=draft.customer_id,
        contract_id=draft.contract_id,
        contract_number=draft.contract_number,
        currency=draft.currency,
        period_from=draft.period_from,
        period_to=draft.period_to,
        net_cents=draft.totals.net_cents,
        vat_cents=draft.totals.vat_cents,
        gross_cents=draft.totals.gross_cents,
        vat_groups=draft.totals.vat_groups,
        lines=[_line(line) for line in draft.lines],
    )


def _line(line: DraftLine) -> DraftLineView:
    return shown(
        line,
        DraftLineView,
        quantity=decimal_text(line.quantity),
        unit_price=price_text(line.unit_price),
        vat_percent=decimal_text(line.vat_percent),
    )
