"""Write a contract, give it lines, bring it into force."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec

from psa_billing.domain.contract import Contract, ContractState, activate as activated, with_line
from psa_billing.domain.contract_line import (
    AssetFilter,
    LineKind,
    Proration,
    Timing,
    required_price,
)
from psa_billing.domain.rounding import RoundingPolicy
from psa_billing.domain.vat import TaxClass
from psa_billing.events import ContractActivated
from psa_billing.queries import contracts, copies
from psa_billing.queries.contracts import ContractRow, LineRow
from psa_billing.usecases.refusals import (
    ContractNumberTaken,
    UnknownBillingAccount,
    UnknownCustomer,
)
from psa_common import audit, numbers
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.ids import uuid7
from psa_events import outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTerms:
    """The head of a new contract; `valid_to` is its last day, no number means the next free."""

    customer_id: UUID
    title: str
    valid_from: date
    valid_to: date | None
    number: str | None
    billing_account_id: UUID | None
    anchor_day: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTerms:
    """A new line; what is left out comes from the contract, `valid_to` is its last day."""

    kind: LineKind
    title: str
    unit_price: Decimal | None
    position: int | None
    valid_from: date | None
    valid_to: date | None
    billing_starts_on: date | None
    timing: Timing
    period_months: int
    quantity: Decimal | None
    counted: AssetFilter | None
    proration: Proration
    rounding: RoundingPolicy | None
    work_types: tuple[str, ...]
    tax_class: TaxClass


async def create(tx: Tx, terms: ContractTerms, *, now: datetime) -> ContractRow:
    """Write the draft of a contract; raises UnknownCustomer and ContractNumberTaken."""
    if await copies.find_customer(tx, terms.customer_id) is None:
        raise UnknownCustomer(terms.customer_id)
    await _check_account(tx, terms.customer_id, terms.billing_account_id)
    row = ContractRow(
        id=uuid7(),
        number=await _number(tx, terms),
        customer_id=terms.customer_id,
        billing_account_id=terms.billing_account_id,
        title=terms.title,
        status=ContractState.DRAFT,
        valid_from=terms.valid_from,
        valid_to=_day_after(terms.valid_to),
        anchor_day=terms.anchor_day,
        currency=terms.currency,
        created_at=now,
        updated_at=now,
        version=1,
    )
    row.contract()  # the domain refuses what cannot be

    contracts.insert(tx, row)
    audit.record(tx, "contract.created", "contract", row.id, after=row)
    return row


async def edit(
    tx: Tx,
    contract_id: UUID,
    *,
    title: str | None,
    billing_account_id: UUID | None,
    expected_version: int | None,
    now: datetime,
) -> ContractRow:
    """Change how a contract is called or where its invoices go; its terms stay."""
    before = await contracts.get_for_update(tx, contract_id)
    check_version(before.version, expected_version)
    await _check_account(tx, before.customer_id, billing_account_id)
    after = msgspec.structs.replace(
        before,
        title=title or before.title,
        billing_account_id=billing_account_id or before.billing_account_id,
        updated_at=now,
        version=before.version + 1,
    )

    contracts.save(tx, after)
    audit.record(tx, "contract.edited", "contract", after.id, before=before, after=after)
    return after


async def add_line(tx: Tx, contract_id: UUID, terms: LineTerms, *, now: datetime) -> LineRow:
    """Add a line to a draft; raises what the domain refuses."""
    row = await contracts.get_for_update(tx, contract_id)
    contract = row.contract(await contracts.list_lines(tx, contract_id))
    line = _line(contract, terms)
    with_line(contract, line.line())

    contracts.insert_line(tx, line, now=now)
    contracts.save(tx, msgspec.structs.replace(row, updated_at=now, version=row.version + 1))
    audit.record(tx, "contract.line_added", "contract", contract.id, after=line)
    return line


async def activate(
    tx: Tx, contract_id: UUID, *, expected_version: int | None, now: datetime
) -> ContractRow:
    """Bring a draft into force and tell everybody."""
    before = await contracts.get_for_update(tx, contract_id)
    check_version(before.version, expected_version)
    contract = activated(before.contract(await contracts.list_lines(tx, contract_id)))
    after = msgspec.structs.replace(
        before, status=contract.state, updated_at=now, version=before.version + 1
    )

    contracts.save(tx, after)
    outbox.publish(
        tx,
        ContractActivated(
            contract_id=after.id,
            number=after.number,
            customer_id=after.customer_id,
            title=after.title,
            valid_from=after.valid_from,
            valid_to=after.valid_to and after.valid_to - timedelta(days=1),
        ),
    )
    audit.record(tx, "contract.activated", "contract", after.id, before=before, after=after)
    return after


async def _number(tx: Tx, terms: ContractTerms) -> str:
    if terms.number is not None:
        if await contracts.is_number_taken(tx, terms.number):
            raise ContractNumberTaken(terms.number)
        return terms.number

    series = f"V-{terms.valid_from.year}"
    while True:  # numbers that somebody chose by hand are passed by
        number = f"{series}-{await numbers.draw(tx, series):03d}"
        if not await contracts.is_number_taken(tx, number):
            return number


async def _check_account(tx: Tx, customer_id: UUID, billing_account_id: UUID | None) -> None:
    if billing_account_id is None:
        return
    if await copies.find_billing_account(tx, customer_id, billing_account_id) is None:
        raise UnknownBillingAccount(billing_account_id)


def _line(contract: Contract, terms: LineTerms) -> LineRow:
    positions = [line.position for line in contract.lines]
    return LineRow(
        id=uuid7(),
        contract_id=contract.id,
        position=terms.position or max(positions, default=0) + 1,
        kind=terms.kind,
        title=terms.title,
        unit_price=required_price(terms.unit_price, title=terms.title),
        valid_from=terms.valid_from or contract.valid_from,
        valid_to=_day_after(terms.valid_to),
        billing_starts_on=terms.billing_starts_on,
        timing=terms.timing,
        period_months=terms.period_months,
        quantity=terms.quantity,
        counted=terms.counted,
        proration=terms.proration,
        rounding=terms.rounding,
        work_types=terms.work_types,
        tax_class=terms.tax_class,
    )


def _day_after(last_day: date | None) -> date | None:
    """Return the half-open end that the domain reckons with."""
    return last_day and last_day + timedelta(days=1)
