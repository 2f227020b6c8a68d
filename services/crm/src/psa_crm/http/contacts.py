"""/contacts: whom to call at a customer, and what for."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from psa_common.db import Tx
from psa_common.documents import Document, Page, answer, changes_of, expected_version
from psa_common.guards import requires
from psa_common.identity import Principal
from psa_common.inputs import Line
from psa_common.listing import fetch_page
from psa_crm.domain.contact import Role
from psa_crm.http import views
from psa_crm.http.fields import Mail, Phone
from psa_crm.http.views import ContactAttributes
from psa_crm.queries import contacts
from psa_crm.queries.scope import visible_to
from psa_crm.usecases import contacts as usecase

Roles = Annotated[tuple[Role, ...], Meta(max_length=20)]


class NewContact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody to talk to; a mail address belongs to one contact of the tenant."""

    customer_id: UUID
    name: Line
    email: Mail | None = None
    phone: Phone | None = None
    roles: Roles = ()


class ContactEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields to change; the others stay, and null empties one."""

    name: Line | UnsetType = UNSET
    email: Mail | UnsetType | None = UNSET
    phone: Phone | UnsetType | None = UNSET
    roles: Roles | UnsetType = UNSET


@post("/", guards=[requires("contact:create")])
async def create_contact(
    data: JSONBody[NewContact], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[ContactAttributes]:
    """Enter a contact of a customer."""
    new = usecase.NewContact(**msgspec.structs.asdict(data))
    contact = await usecase.create(tx, principal, new, now=datetime.now(UTC))
    return answer(views.contact(contact), version=contact.version, status=201)


@get("/", guards=[requires("contact:view")], opt={"listing": contacts.LISTING})
async def list_contacts(
    request: Request[Any, Any, Any],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Page[ContactAttributes]:
    """List the contacts that the caller may see."""
    visible = visible_to(principal, "contact:view")
    return await fetch_page(tx, contacts.LISTING, request, views.contact, **visible)


@get("/{contact_id:uuid}", guards=[requires("contact:view")])
async def read_contact(
    contact_id: FromPath[UUID], tx: NamedDependency[Tx], principal: NamedDependency[Principal]
) -> Document[ContactAttributes]:
    """Read a contact."""
    contact = await contacts.get(tx, contact_id, principal)
    return answer(views.contact(contact), version=contact.version)


@patch("/{contact_id:uuid}", guards=[requires("contact:update")])
async def edit_contact(
    request: Request[Any, Any, Any],
    contact_id: FromPath[UUID],
    data: JSONBody[ContactEdit],
    tx: NamedDependency[Tx],
    principal: NamedDependency[Principal],
) -> Document[ContactAttributes]:
    """Change a contact."""
    contact = await usecase.edit(
        tx,
        principal,
        contact_id,
        changes_of(data),
        expected_version=expected_version(request),
        now=datetime.now(UTC),
    )
    return answer(views.contact(contact), version=contact.version)


ROUTER = Router(
    "/contacts", route_handlers=[create_contact, list_contacts, read_contact, edit_contact]
)
