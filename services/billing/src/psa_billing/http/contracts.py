"""/contracts: what we agreed on with customers, and on which terms."""

from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from psa_billing.domain.contract_line import AssetFilter, LineKind, Proration, Timing
from psa_billing.domain.period import LAST_ANCHOR_DAY
from psa_billing.domain.rounding import RoundingDirection, RoundingPolicy, RoundingScope
from psa_billing.domain.vat import TaxClass
from psa_billing.http import views
from psa_billing.http.views import ContractAttributes, ContractLineAttributes
from psa_billing.queries import contracts
from psa_billing.usecases import contract_terms
from psa_billing.usecases.contract_terms import ContractTerms, LineTerms
from psa_common.db import Tx
from psa_common.documents import Document, Page, answer, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Line, Number, UnitPrice, decimal_of
from psa_common.listing import fetch_page

#: A kind of asset or of work, as the services that own them write it: "monitoring/patching".
Kind = Annotated[str, Meta(max_length=63, pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]*$")]
Quantity = Annotated[str, Meta(pattern=r"^[0-9]{1,6}(\.[0-9]{1,3})?$")]
Currency = Annotated[str, Meta(pattern=r"^EUR$")]
RoundedMinutes = Annotated[int, Meta(ge=0, le=480)]


class NewContract(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The head of a contract; `valid_to` is its last day, without number the next is drawn."""

    customer_id: UUID
    title: Line
    valid_from: date
    valid_to: date | None = None
    number: Number | None = None
    billing_account_id: UUID | None = None
    anchor_day: Annotated[int, Meta(ge=1, le=LAST_ANCHOR_DAY)] = 1
    currency: Currency = "EUR"


class ContractEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change; the others stay."""

    title: Line | None = None
    billing_account_id: UUID | None = None


class Counted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which assets of the customer a line counts."""

    asset_class: Kind
    state: Kind = "active"
    managed: bool = True


class Rounding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How minutes are rounded: summed in the scope, then to the increment."""

    increment_minutes: Annotated[int, Meta(ge=1, le=480)] = 15
    direction: RoundingDirection = RoundingDirection.UP
    minimum_minutes: RoundedMinutes = 0
    grace_minutes: RoundedMinutes = 0
    scope: RoundingScope = RoundingScope.TICKET_PERIOD


class NewLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is sold; `valid_to` is the last day, periods before `billing_starts_on` are not ours."""

    kind: LineKind
    title: Line
    unit_price: UnitPrice | None = None
    position: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    billing_starts_on: date | None = None
    timing: Timing = Timing.ARREARS
    period_months: Annotated[int, Meta(ge=1, le=12)] = 1
    quantity: Quantity | None = None
    counted: Counted | None = None
    proration: Proration = Proration.DAILY_ACTUAL
    rounding: Rounding | None = None
    work_types: Annotated[list[Kind], Meta(max_length=50)] = []
    tax_class: TaxClass = TaxClass.STANDARD

    def terms(self) -> LineTerms:
        """Return what the use case takes."""
        values: dict[str, Any] = msgspec.structs.asdict(self) | {
            "unit_price": decimal_of(self.unit_price) if self.unit_price else None,
            "quantity": decimal_of(self.quantity) if self.quantity else None,
            "counted": self.counted and AssetFilter(**msgspec.structs.asdict(self.counted)),
            "rounding": self.rounding and RoundingPolicy(**msgspec.structs.asdict(self.rounding)),
            "work_types": tuple(self.work_types),
        }
        return LineTerms(**values)


@post("/", guards=[requires("contract:manage")])
async def create_contract(
    data: JSONBody[NewContract], tx: NamedDependency[Tx]
) -> Document[ContractAttributes]:
    """Write the draft of a contract."""
    terms = ContractTerms(**msgspec.structs.asdict(data))
    row = await contract_terms.create(tx, terms, now=datetime.now(UTC))
    return answer(views.contract(row), version=row.version, status=201)


@get("/", guards=[requires("contract:view")], opt={"listing": contracts.LISTING})
async def list_contracts(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[ContractAttributes]:
    """List the contracts that the caller may see."""
    visible = contracts.visible_to(principal)
    return await fetch_page(tx, contracts.LISTING, request, views.contract, **visible)


@get("/{contract_id:uuid}", guards=[requires("contract:view")])
async def read_contract(
    contract_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[ContractAttributes]:
    """Read a contract with its lines."""
    row = await contracts.get(tx, contract_id, principal)
    lines = await contracts.list_lines(tx, contract_id)
    return answer(views.contract(row), *map(views.contract_line, lines), version=row.version)


@patch("/{contract_id:uuid}", guards=[requires("contract:manage")])
async def edit_contract(
    request: Request[Any, Any, Any],
    contract_id: FromPath[UUID],
    data: JSONBody[ContractEdit],
    tx: NamedDependency[Tx],
) -> Document[ContractAttributes]:
    """Change how a contract is called or where its invoices go."""
    row = await contract_terms.edit(
        tx,
        contract_id,
        **msgspec.structs.asdict(data),
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.contract(row), version=row.version)


@post("/{contract_id:uuid}/lines", guards=[requires("contract:manage")])
async def add_line(
    contract_id: FromPath[UUID], data: JSONBody[NewLine], tx: NamedDependency[Tx]
) -> Document[ContractLineAttributes]:
    """Add a line to the draft of a contract."""
    line = await contract_terms.add_line(tx, contract_id, data.terms(), now=datetime.now(UTC))
    return answer(views.contract_line(line), status=201)


@post("/{contract_id:uuid}/activate", guards=[requires("contract:manage")], status_code=200)
async def activate_contract(
    request: Request[Any, Any, Any], contract_id: FromPath[UUID], tx: NamedDependency[Tx]
) -> Document[ContractAttributes]:
    """Bring a contract into force."""
    row = await contract_terms.activate(
        tx, contract_id, expected_version=expected_version(request), now=datetime.now(UTC)
    )
    return answer(views.contract(row), version=row.version)


ROUTER = Router(
    "/contracts",
    route_handlers=[
        create_contract,
        list_contracts,
        read_contract,
        edit_contract,
        add_line,
        activate_contract,
    ],
)
