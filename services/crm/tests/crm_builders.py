"""Things of the CRM with every field filled in; a test names only what it is about."""

from dataclasses import replace
from typing import Any

import httpx
import msgspec

from psa_common.db import Tx
from psa_common.ids import uuid7
from psa_common.testing import Api
from psa_contracts import validate
from psa_crm.domain.billing_account import BillingAccount, InvoiceFormat
from psa_crm.domain.contact import Contact
from psa_crm.domain.customer import Customer, CustomerType, Status
from psa_crm.domain.location import Location

RESOURCES = ("customer", "contact", "location", "billing_account")
EVERYTHING = tuple(
    f"{resource}:{action}:all" for resource in RESOURCES for action in ("view", "create", "update")
)
OF_OWN_CUSTOMER = tuple(permission.replace(":all", ":own_customer") for permission in EVERYTHING)

# The relay's role sees the events of every tenant.
EVENTS_SQL = """
    SELECT type, data
      FROM outbox
     WHERE tenant_id = %(tenant_id)s
     ORDER BY position
"""


class Published(msgspec.Struct, frozen=True):
    """An event that waits to leave."""

    type: str
    data: dict[str, Any]


class _Row(msgspec.Struct, frozen=True):
    type: str
    data: bytes


async def published(tx: Tx) -> list[Published]:
    """Return what the tenant's outbox holds, having checked that it keeps the contracts."""
    rows = await tx.fetch_all(_Row, EVENTS_SQL, tenant_id=tx.tenant_id)
    events = [Published(row.type, msgspec.json.decode(row.data)) for row in rows]
    for event in events:
        validate(event.type, event.data)
    return events


def made(response: httpx.Response) -> dict[str, Any]:
    """Return the resource that was made."""
    assert response.status_code == 201, response.text
    data: dict[str, Any] = response.json()["data"]
    return data


def refusal(response: httpx.Response, status: int, code: str) -> dict[str, str]:
    """Return field and message of a refusal's first detail, having checked what it is."""
    assert response.status_code == status, response.text
    error = response.json()["error"]
    assert error["code"] == code, error
    detail: dict[str, str] = error["details"][0] if error["details"] else {}
    return detail


async def enter_customer(api: Api, **fields: Any) -> dict[str, Any]:
    """Enter Müller Maschinenbau or a variation of it."""
    return made(await api.post("/customers", {"name": "Müller Maschinenbau GmbH", **fields}))


def a_location_of(customer_id: str, **fields: Any) -> dict[str, Any]:
    """Return the input of a location."""
    return {
        "customer_id": customer_id,
        "name": "Werk Köln",
        "street": "Werkstr. 5",
        "postal_code": "50825",
        "city": "Köln",
        "federal_state": "NW",
        **fields,
    }


def an_account_of(customer_id: str, **fields: Any) -> dict[str, Any]:
    """Return the input of a billing account that gets an XRechnung."""
    return {
        "customer_id": customer_id,
        "name": "Müller Maschinenbau GmbH",
        "street": "Werkstr. 5",
        "postal_code": "50825",
        "city": "Köln",
        "buyer_reference": "KD-10042",
        "vat_id": "DE 123456788",
        "electronic_address": "rechnung@mueller-maschinenbau.example",
        "electronic_address_scheme": "EM",
        "invoice_format": "xrechnung_ubl",
        "email": "rechnung@mueller-maschinenbau.example",
        **fields,
    }


def a_customer(
    *,
    status: Status = Status.ACTIVE,
    country: str = "DE",
    federal_state: str | None = "NW",
    debtor_account: str | None = "10042",
) -> Customer:
    """Return a customer."""
    return Customer(
        id=uuid7(),
        number="KD-10042",
        name="Müller Maschinenbau GmbH",
        customer_type=CustomerType.CUSTOMER,
        status=status,
        federal_state=federal_state,
        country=country,
        debtor_account=debtor_account,
        notes=None,
    )


def a_contact(**fields: Any) -> Contact:
    """Return a contact."""
    contact = Contact(
        id=uuid7(),
        customer_id=uuid7(),
        name="Müller Maschinenbau Einkauf",
        email="einkauf@mueller-maschinenbau.example",
        phone=None,
        roles=(),
    )
    return replace(contact, **fields)


def a_location(*, postal_code: str = "50825", country: str = "DE") -> Location:
    """Return a location."""
    return Location(
        id=uuid7(),
        customer_id=uuid7(),
        name="Werk Köln",
        street="Werkstr. 5",
        postal_code=postal_code,
        city="Köln",
        country=country,
        federal_state=None,
        is_default=True,
    )


def an_account(**fields: Any) -> BillingAccount:
    """Return a billing account that gets a PDF."""
    account = BillingAccount(
        id=uuid7(),
        customer_id=uuid7(),
        name="Müller Maschinenbau GmbH",
        street="Werkstr. 5",
        postal_code="50825",
        city="Köln",
        country="DE",
        buyer_reference=None,
        vat_id=None,
        electronic_address=None,
        electronic_address_scheme=None,
        invoice_format=InvoiceFormat.PDF,
        payment_terms_days=14,
        email=None,
        is_default=True,
    )
    return replace(account, **fields)
