"""/tenants: set up a company on the platform, for the platform's own operators."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from psa_auth.events import Company
from psa_auth.http.inputs import (
    Bic,
    CreditorId,
    Currency,
    FederalState,
    Iban,
    Locale,
    LoginEmail,
    NewPassword,
    Phone,
    PostalCode,
    TaxNumber,
    TenantSlug,
    TimeZone,
    VatId,
)
from psa_auth.usecases import tenancy
from psa_auth.usecases.sign_in import Door
from psa_auth.usecases.tenancy import FirstUser, NewTenant
from psa_common.db import Tx
from psa_common.documents import Document, Resource, answer, related
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Country, Line


class CompanyInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The legal person that issues the tenant's invoices."""

    legal_name: Line
    street: Line
    postal_code: PostalCode
    city: Line
    country: Country = "DE"
    vat_id: VatId | None = None
    tax_number: TaxNumber | None = None
    email: LoginEmail | None = None
    phone: Phone | None = None
    contact_name: Line | None = None
    iban: Iban | None = None
    bic: Bic | None = None
    bank_name: Line | None = None
    creditor_id: CreditorId | None = None
    registration: Line | None = None


class AdminInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who administers the tenant and adds everybody else."""

    name: Line
    email: LoginEmail
    password: NewPassword


class TenantInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new tenant; `slug` is what its people type when they sign in, for ever."""

    slug: TenantSlug
    name: Line
    company: CompanyInput
    admin: AdminInput
    time_zone: TimeZone = "Europe/Berlin"
    locale: Locale = "de-DE"
    currency: Currency = "EUR"
    country: Country = "DE"
    federal_state: FederalState | None = None


class TenantAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant as its operator sees it."""

    slug: str
    name: str
    status: str
    created_at: datetime


@post("/", guards=[requires("tenant:create")])
async def create_tenant(
    data: JSONBody[TenantInput],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
    door: NamedDependency[Door],
) -> Document[TenantAttributes]:
    """Set up a tenant with its first administrator."""
    now = datetime.now(UTC)
    first = FirstUser(**msgspec.structs.asdict(data.admin))
    founded = await tenancy.create(tx, principal, described(data), first, door.hasher, now=now)
    attributes = TenantAttributes(slug=data.slug, name=data.name, status="active", created_at=now)
    links = related(admin=("user", founded.user_id))
    return answer(Resource(founded.tenant_id, "tenant", attributes, links), status=201)


def described(data: TenantInput) -> NewTenant:
    """Return what the use case needs to know of the tenant itself."""
    fields: dict[str, Any] = msgspec.structs.asdict(data)
    fields.pop("admin")
    fields["company"] = Company(**msgspec.structs.asdict(data.company))
    return NewTenant(**fields)


ROUTER = Router("/tenants", route_handlers=[create_tenant])
