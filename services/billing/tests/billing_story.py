"""The demo's story as events and requests; a test changes only what it is about."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from psa_billing.consumers import SUBSCRIPTIONS
from psa_common.db import Pool
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant
from psa_events.consumer import deliver
from psa_events.envelope import Envelope
from psa_events.testing import an_envelope

SUBSCRIPTION_OF = {each.event_type: each for each in SUBSCRIPTIONS}

ACCOUNTANT = (
    "contract:view:all",
    "contract:manage:all",
    "billing_run:view:all",
    "billing_run:propose:all",
    "billing_run:approve:all",
    "invoice:view:all",
    "invoice:issue:all",
)
COMPANY = {
    "legal_name": "RheinSysteme IT GmbH",
    "street": "Hafenstr. 12",
    "postal_code": "50667",
    "city": "Köln",
    "country": "DE",
    "vat_id": "DE123456788",
    "tax_number": None,
    "email": "rechnung@rheinsysteme.example",
    "phone": "+49 221 5550100",
    "contact_name": "Buchhaltung",
    "iban": "DE89370400440532013000",
    "bic": "COBADEFFXXX",
    "bank_name": None,
    "creditor_id": "DE98ZZZ09999999999",
    "registration": None,
}
SERVER_LINE: dict[str, Any] = {
    "kind": "recurring_per_unit",
    "title": "Managed Server",
    "unit_price": "145.00",
    "timing": "advance",
    "billing_starts_on": "2026-07-01",
    "counted": {"asset_class": "server"},
}
TIME_LINE: dict[str, Any] = {
    "kind": "time_and_material",
    "title": "Leistungen nach Aufwand",
    "unit_price": "129.00",
    "rounding": {"increment_minutes": 15, "scope": "ticket_period"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A tenant with one customer, and a client signed in as the accountant."""

    api: Api
    worker_pool: Pool
    tenant: Tenant
    customer_id: UUID
    account_id: UUID
    ticket_id: UUID

    async def hear(self, event_type: str, data: Any, *, sequence: int = 1) -> Envelope:
        """Deliver an event as the worker would."""
        envelope = an_envelope(self.tenant.id, event_type, data, sequence=sequence)
        await deliver(self.worker_pool, SUBSCRIPTION_OF[event_type], envelope)
        return envelope

    def account(self, **changes: Any) -> dict[str, Any]:
        """Return the billing account as the CRM announces it."""
        return {
            "billing_account_id": self.account_id,
            "customer_id": self.customer_id,
            "name": "Müller Maschinenbau GmbH",
            "street": "Werkstr. 5",
            "postal_code": "50825",
            "city": "Köln",
            "country": "DE",
            "buyer_reference": "KD-10042",
            "vat_id": "DE123456788",
            "electronic_address": "rechnung@mueller-maschinenbau.example",
            "electronic_address_scheme": "EM",
            "invoice_format": "xrechnung_ubl",
            "payment_terms_days": 14,
            "email": "rechnung@mueller-maschinenbau.example",
            "is_default": True,
        } | changes

    async def server(self, number: str, *, effective_on: str = "2026-06-01") -> UUID:
        """Let a managed server become active."""
        asset_id = uuid7()
        data = self.asset(asset_id, number=number, name=number, state="active")
        await self.hear("asset.created.v1", data | {"effective_on": effective_on})
        return asset_id

    def asset(self, asset_id: UUID, **changes: Any) -> dict[str, Any]:
        """Return what every event of a managed server holds."""
        return {
            "asset_id": asset_id,
            "customer_id": self.customer_id,
            "asset_class": "server",
            "managed": True,
            "effective_on": "2026-06-01",
        } | changes

    async def time(self, minutes: int, work_date: str, **changes: Any) -> UUID:
        """Let somebody vouch for work on T-1001."""
        time_entry_id = uuid7()
        data = {
            "time_entry_id": time_entry_id,
            "ticket_id": self.ticket_id,
            "ticket_number": "T-1001",
            "task_id": None,
            "customer_id": self.customer_id,
            "user_id": uuid7(),
            "work_date": work_date,
            "started_at": None,
            "minutes": minutes,
            "work_type": "remote",
            "billable": "billable",
            "note": "Indizes der Warenwirtschaft",
            "approved_at": "2026-06-30T12:00:00Z",
            "approved_by": uuid7(),
        } | changes
        await self.hear("time_entry.approved.v1", data)
        return time_entry_id

    async def draft(self, *lines: dict[str, Any], **changes: Any) -> str:
        """Write the draft of V-2026-007 with *lines*; return its id."""
        head = {
            "customer_id": str(self.customer_id),
            "number": "V-2026-007",
            "title": "Managed Services",
            "valid_from": "2026-01-01",
        } | changes
        contract_id: str = data_of(await self.api.post("/contracts", head), 201)["id"]
        for line in lines:
            data_of(await self.api.post(f"/contracts/{contract_id}/lines", line), 201)
        return contract_id

    async def contract(self, *lines: dict[str, Any], **changes: Any) -> str:
        """Bring V-2026-007 into force, with both lines of the demo or *lines*."""
        contract_id = await self.draft(*(lines or (SERVER_LINE, TIME_LINE)), **changes)
        data_of(await self.api.post(f"/contracts/{contract_id}/activate"), 200)
        return contract_id

    async def june(self) -> None:
        """Let everything happen that the demo's invoice bills."""
        for number in ("SRV-01", "SRV-02", "SRV-03"):
            await self.server(number)
        for minutes, day in ((20, "2026-06-03"), (75, "2026-06-05"), (5, "2026-06-08")):
            await self.time(minutes, day)
        await self.contract()

    async def run(self, up_to: str = "2026-07-01") -> dict[str, Any]:
        """Propose what is due up to the day."""
        body = {"up_to": up_to, "customer_id": str(self.customer_id)}
        return data_of(await self.api.post("/billing-runs", body), 201)

    async def approved(self) -> str:
        """Approve what is due; return the id of the only invoice."""
        run = await self.run()
        path = f"/billing-runs/{run['id']}/approve"
        links = data_of(await self.api.post(path), 200)["relationships"]["invoices"]["data"]
        return links[0]["id"]

    async def issued(self, **body: Any) -> dict[str, Any]:
        """Issue the demo's invoice; return it."""
        invoice_id = await self.approved()
        return data_of(await self.api.post(f"/invoices/{invoice_id}/issue", body), 200)


def data_of(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    """Return the resource of a good answer."""
    assert answer.status_code == status, answer.text
    return answer.json()["data"]


def refusal_of(answer: httpx.Response) -> tuple[int, str, list[str]]:
    """Return status, code and the named fields of a refusal."""
    error = answer.json()["error"]
    return answer.status_code, error["code"], [each["field"] for each in error["details"]]


async def a_story(api: Api, worker_pool: Pool, tenant: Tenant, **company: Any) -> Story:
    """Return a tenant who has heard of Müller and their billing account."""
    story = Story(
        api=api.as_(tenant.person(*ACCOUNTANT, name="Petra Klein")),
        worker_pool=worker_pool,
        tenant=tenant,
        customer_id=uuid7(),
        account_id=uuid7(),
        ticket_id=uuid7(),
    )
    await story.hear("tenant.created.v1", a_tenant(tenant, **company))
    customer = {
        "customer_id": story.customer_id,
        "number": "KD-10042",
        "name": "Müller Maschinenbau GmbH",
        "status": "active",
    }
    await story.hear("customer.created.v1", customer)
    await story.hear("billing_account.created.v1", story.account())
    return story


def a_tenant(tenant: Tenant, **company: Any) -> dict[str, Any]:
    """Return the announcement of RheinSysteme."""
    return {
        "tenant_id": tenant.id,
        "slug": "rheinsysteme",
        "name": "RheinSysteme IT GmbH",
        "time_zone": "Europe/Berlin",
        "locale": "de-DE",
        "currency": "EUR",
        "country": "DE",
        "federal_state": "NW",
        "company": COMPANY | company,
    }
