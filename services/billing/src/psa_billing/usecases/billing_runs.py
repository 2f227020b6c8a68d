"""Propose what is due, and turn what a person approved into invoices."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from psa_billing.domain import billing_run
from psa_billing.domain.billing_run import RunStatus, approvable, check_up_to
from psa_billing.domain.invoice import InvoiceState
from psa_billing.domain.proposal import DraftInvoice, Proposal
from psa_billing.domain.run import propose as proposal_of
from psa_billing.domain.run_inputs import AssetMembership, ReversedTime, RunInputs, TimeEntry
from psa_billing.domain.vat import GERMAN_VAT_RATES
from psa_billing.queries import (
    contracts,
    copies,
    invoices,
    reversals,
    runs,
    supplied,
    time_approvals,
)
from psa_billing.queries.invoices import InvoiceRow
from psa_billing.queries.runs import RunRow, RunView
from psa_billing.usecases.days import today_of
from psa_billing.usecases.refusals import AlreadyBilled, ReversedSinceProposal, UnknownCustomer
from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.identity import Principal
from psa_common.ids import uuid7


async def propose(
    tx: Tx, principal: Principal, *, up_to: date, customer_id: UUID | None, now: datetime
) -> RunView:
    """Freeze what there is to bill, and propose what follows from it."""
    check_up_to(up_to, today=today_of(await copies.find_tenant(tx), now=now))
    run = RunRow(
        id=uuid7(),
        customer_id=customer_id,
        up_to=up_to,
        status=RunStatus.PROPOSED,
        created_at=now,
        created_by=principal.user_id,
        approved_at=None,
        approved_by=None,
        version=1,
    )
    results = [
        (inputs, proposal_of(inputs))
        for inputs in await _frozen(tx, await _customers(tx, customer_id), up_to)
    ]
    kept = [(inputs, proposal) for inputs, proposal in results if _says_anything(proposal)]

    runs.insert(tx, run)
    for inputs, proposal in kept:
        runs.insert_proposal(tx, run.id, inputs, proposal)
    audit.record(tx, "billing_run.proposed", "billing_run", run.id, after=run)
    return RunView(run=run, proposals=tuple(proposal for _, proposal in kept), invoice_ids=())


async def approve(
    tx: Tx,
    principal: Principal,
    run_id: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> RunView:
    """
    Turn the run's drafts into approved invoices.

    Raises RunStopped, IllegalRunMove, AlreadyBilled when another run was faster, and
    ReversedSinceProposal when the desk was.
    """
    before = await runs.get_for_update(tx, run_id)
    check_version(before.version, expected_version)
    proposals = await runs.list_proposals(tx, run_id)
    after = msgspec.structs.replace(
        before,
        status=billing_run.move(before.status, RunStatus.APPROVED),
        approved_at=now,
        approved_by=principal.user_id,
        version=before.version + 1,
    )
    drafts = approvable(proposals)

    for customer_id in sorted({draft.customer_id for draft in drafts}):
        runs.lock_customer(tx, customer_id)
    if await reversals.is_any_reversed(tx, _entries_of(drafts)):
        raise ReversedSinceProposal
    invoice_ids = [await _approved(tx, after, draft, now=now) for draft in drafts]
    runs.save(tx, after)
    audit.record(tx, "billing_run.approved", "billing_run", run_id, before=before, after=after)
    return RunView(run=after, proposals=proposals, invoice_ids=tuple(invoice_ids))


async def _customers(tx: Tx, customer_id: UUID | None) -> list[UUID]:
    if customer_id is None:
        return await contracts.list_billable_customers(tx)
    if await copies.find_customer(tx, customer_id) is None:
        raise UnknownCustomer(customer_id)
    return [customer_id]


async def _frozen(tx: Tx, customer_ids: Sequence[UUID], up_to: date) -> list[RunInputs]:
    """Read everything that the run may look at, once for all customers."""
    agreed = await contracts.list_of_customers(tx, customer_ids)
    billed = await runs.list_billed_keys(tx, customer_ids)
    memberships: dict[UUID, list[AssetMembership]] = {}
    for row in await supplied.list_memberships(tx, customer_ids):
        memberships.setdefault(row.customer_id, []).append(row.membership())
    entries: dict[UUID, list[TimeEntry]] = {}
    for row in await supplied.list_unbilled_time(tx, customer_ids, up_to=up_to):
        entries.setdefault(row.customer_id, []).append(row.entry())
    for waiting in await time_approvals.list_waiting(tx, customer_ids, up_to=up_to):
        entries.setdefault(waiting.customer_id, []).append(waiting.entry())
    corrections: dict[UUID, list[ReversedTime]] = {}
    for found in await reversals.list_billed(tx, customer_ids):
        corrections.setdefault(found.customer_id, []).append(found.reversed_time())

    return [
        RunInputs(
            customer_id=customer_id,
            up_to=up_to,
            contracts=tuple(agreed.get(customer_id, ())),
            vat_rates=GERMAN_VAT_RATES,
            memberships=tuple(memberships.get(customer_id, ())),
            time_entries=tuple(entries.get(customer_id, ())),
            billed_keys=billed.get(customer_id, frozenset()),
            reversed_time=tuple(corrections.get(customer_id, ())),
        )
        for customer_id in customer_ids
    ]


def _entries_of(drafts: Sequence[DraftInvoice]) -> list[UUID]:
    return [id_ for draft in drafts for line in draft.lines for id_ in line.time_entry_ids]


def _says_anything(proposal: Proposal) -> bool:
    return bool(proposal.drafts or proposal.exceptions or proposal.passed_over)


async def _approved(tx: Tx, run: RunRow, draft: DraftInvoice, *, now: datetime) -> UUID:
    """Store a draft as an approved invoice that alone holds what it bills."""
    invoice = _invoice(run, draft, now=now)
    invoices.insert(tx, invoice)
    for line in draft.lines:
        invoices.insert_line(tx, invoice.id, line)
    keys = [key for line in draft.lines for key in line.billing_keys]
    if not await runs.claim_keys(tx, draft.customer_id, invoice.id, keys):
        raise AlreadyBilled(draft.contract_number)

    audit.record(tx, "invoice.approved", "invoice", invoice.id, after=invoice)
    return invoice.id


def _invoice(run: RunRow, draft: DraftInvoice, *, now: datetime) -> InvoiceRow:
    return InvoiceRow(
        id=uuid7(),
        run_id=run.id,
        customer_id=draft.customer_id,
        contract_id=draft.contract_id,
        contract_number=draft.contract_number,
        status=InvoiceState.APPROVED,
        currency=draft.currency,
        period_from=draft.period_from,
        period_to=draft.period_to,
        net_cents=draft.totals.net_cents,
        vat_cents=draft.totals.vat_cents,
        gross_cents=draft.totals.gross_cents,
        vat_groups=draft.totals.vat_groups,
        created_at=now,
        created_by=run.approved_by or run.created_by,
        version=1,
    )
