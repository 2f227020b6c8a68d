"""/billing-accounts: whom an invoice names as buyer, in which form, and where it goes."""

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
from psa_common.inputs import Country, Line
from psa_common.listing import fetch_page
from psa_crm.domain.billing_account import InvoiceFormat
from psa_crm.http import views
from psa_crm.http.fields import (
    BuyerReference,
    ElectronicAddress,
    Mail,
    PaymentTermsDays,
    PostalCode,
    Scheme,
    VatId,
)
from psa_crm.http.views import BillingAccountAttributes
from psa_crm.queries import billing_accounts
from psa_crm.queries.scope import visible_to
from psa_crm.usecases import billing_accounts as usecase


class NewBillingAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to bill; unless `is_default` says otherwise a customer's first one is the default."""

    customer_id: UUID
    name: Line
    street: Line
    postal_code: PostalCode
    city: Line
    country: Country = "DE"
    buyer_reference: BuyerReference | None = None
    vat_id: VatId | None = None
    electronic_address: ElectronicAddress | None = None
    electronic_address_scheme: Scheme | None = None
    invoice_format: InvoiceFormat = InvoiceFormat.PDF
    payment_terms_days: PaymentTermsDays = 14
    email: Mail | None = None
    is_default: bool | None = None


class BillingAccountEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change; the others stay, and null empties one."""

    name: Line | UnsetType = UNSET
    street: Line | UnsetType = UNSET
    postal_code: PostalCode | UnsetType = UNSET
    city: Line | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    buyer_reference: BuyerReference | UnsetType | None = UNSET
    vat_id: VatId | UnsetType | None = UNSET
    electronic_address: ElectronicAddress | UnsetType | None = UNSET
    electronic_address_scheme: Scheme | UnsetType | None = UNSET
    invoice_format: InvoiceFormat | UnsetType = UNSET
    payment_terms_days: PaymentTermsDays | UnsetType = UNSET
    email: Mail | UnsetType | None = UNSET
    is_default: bool | UnsetType = UNSET


@post("/", guards=[requires("billing_account:create")])
async def create_billing_account(
    data: JSONBody[NewBillingAccount],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[BillingAccountAttributes]:
    """Enter a billing account of a customer."""
    new = usecase.NewBillingAccount(**msgspec.structs.asdict(data))
    account = await usecase.create(tx, principal, new, now=datetime.now(UTC))
    return answer(views.billing_account(account), version=account.version, status=201)


@get("/", guards=[requires("billing_account:view")], opt={"listing": billing_accounts.LISTING})
async def list_billing_accounts(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[BillingAccountAttributes]:
    """List the billing accounts that the caller may see."""
    visible = visible_to(principal, "billing_account:view")
    return await fetch_page(tx, billing_accounts.LISTING, request, views.billing_account, **visible)


@get("/{account_id:uuid}", guards=[requires("billing_account:view")])
async def read_billing_account(
    account_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[BillingAccountAttributes]:
    """Read a billing account."""
    account = await billing_accounts.get(tx, account_id, principal)
    return answer(views.billing_account(account), version=account.version)


@patch("/{account_id:uuid}", guards=[requires("billing_account:update")])
async def edit_billing_account(
    request: Request[Any, Any, Any],
    account_id: FromPath[UUID],
    data: JSONBody[BillingAccountEdit],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[BillingAccountAttributes]:
    """Change a billing account; invoices already issued keep what they say."""
    account = await usecase.edit(
        tx,
        principal,
        account_id,
        changes_of(data),
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.billing_account(account), version=account.version)


ROUTER = Router(
    "/billing-accounts",
    route_handlers=[
        create_billing_account,
        list_billing_accounts,
        read_billing_account,
        edit_billing_account,
    ],
)
