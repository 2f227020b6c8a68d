"""/customers: enter, read, list, edit; and how much there is of one."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from psa_common.db import Tx
from psa_common.documents import Document, Page, answer, changes_of, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Country, Line, Number, Text
from psa_common.listing import fetch_page
from psa_crm.domain.customer import CustomerType, Status
from psa_crm.http import views
from psa_crm.http.fields import DebtorAccount, MailDomains, StateCode
from psa_crm.http.views import CustomerAttributes, CustomerStatsAttributes
from psa_crm.queries import customers
from psa_crm.queries.scope import visible_to
from psa_crm.usecases import customers as usecase


class NewCustomer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom we work for; without `number` the next KD-number is drawn."""

    name: Line
    number: Number | None = None
    customer_type: CustomerType = CustomerType.CUSTOMER
    status: Status = Status.ACTIVE
    federal_state: StateCode | None = None
    country: Country = "DE"
    debtor_account: DebtorAccount | None = None
    notes: Text | None = None
    mail_domains: MailDomains = ()


class CustomerEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change; the others stay, and null empties one."""

    name: Line | UnsetType = UNSET
    customer_type: CustomerType | UnsetType = UNSET
    status: Status | UnsetType = UNSET
    federal_state: StateCode | UnsetType | None = UNSET
    country: Country | UnsetType = UNSET
    debtor_account: DebtorAccount | UnsetType | None = UNSET
    notes: Text | UnsetType | None = UNSET
    mail_domains: MailDomains | UnsetType = UNSET


@post("/", guards=[requires("customer:create")])
async def create_customer(
    data: JSONBody[NewCustomer], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[CustomerAttributes]:
    """Enter a customer."""
    new = usecase.NewCustomer(**msgspec.structs.asdict(data))
    customer = await usecase.create(tx, principal, new, now=datetime.now(UTC))
    return answer(views.customer(customer), version=customer.version, status=201)


@get("/", guards=[requires("customer:view")], opt={"listing": customers.LISTING})
async def list_customers(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[CustomerAttributes]:
    """List the customers that the caller may see."""
    visible = visible_to(principal, "customer:view")
    return await fetch_page(tx, customers.LISTING, request, views.customer, **visible)


@get("/{customer_id:uuid}", guards=[requires("customer:view")])
async def read_customer(
    customer_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[CustomerAttributes]:
    """Read a customer."""
    customer = await customers.get(tx, customer_id, principal)
    return answer(views.customer(customer), version=customer.version)


@patch("/{customer_id:uuid}", guards=[requires("customer:update")])
async def edit_customer(
    request: Request[Any, Any, Any],
    customer_id: FromPath[UUID],
    data: JSONBody[CustomerEdit],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[CustomerAttributes]:
    """Change a customer."""
    customer = await usecase.edit(
        tx,
        principal,
        customer_id,
        changes_of(data),
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.customer(customer), version=customer.version)


@get("/{customer_id:uuid}/stats", guards=[requires("customer:view")])
async def read_customer_stats(
    customer_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[CustomerStatsAttributes]:
    """Count a customer's contacts, locations and billing accounts."""
    stats = await customers.stats(tx, customer_id, principal)
    return answer(views.customer_stats(stats))


ROUTER = Router(
    "/customers",
    route_handlers=[
        create_customer,
        list_customers,
        read_customer,
        edit_customer,
        read_customer_stats,
    ],
)
