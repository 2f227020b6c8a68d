"""People and things that tests of the service desk need, built by name."""

from typing import Any
from uuid import UUID

from psa_common.db import Pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.queries import contacts, copies
from psa_tickets.queries.contacts import Contact

EVERYTHING = tuple(
    f"{permission}:all"
    for permission in (
        "ticket:view",
        "ticket:create",
        "ticket:update",
        "ticket:assign",
        "ticket:comment",
        "ticket:close",
        "ticket:merge",
        "ticket:override",
        "ticket:backdate",
        "desk:manage",
        "queue:manage",
        "sla:view",
        "sla:manage",
        "sla:override",
        "calendar:manage",
        "time_entry:view",
        "time_entry:create",
        "time_entry:approve",
        "time_entry:lock",
        "article:view",
        "article:write",
        "article:publish",
        "mailbox:manage",
        "mail:view",
    )
)

OFFICE_HOURS = {
    day: ["08:00-17:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
}


async def a_customer(worker_pool: Pool, tenant: Tenant, *, number: str = "KD-10042") -> UUID:
    """Let the desk know a customer."""
    customer_id = uuid7()
    async with tenant_transaction(worker_pool, tenant.id, a_context()) as tx:
        await copies.keep_customer(
            tx, id=customer_id, number=number, name="Müller", status="active", sequence=1
        )
    return customer_id


async def a_contact(
    worker_pool: Pool, tenant: Tenant, customer_id: UUID, *, email: str | None = None
) -> UUID:
    """Let the desk know somebody at a customer."""
    contact = Contact(
        id=uuid7(), customer_id=customer_id, name="Einkauf", email=email, phone=None, active=True
    )
    async with tenant_transaction(worker_pool, tenant.id, a_context()) as tx:
        contacts.keep_contact(tx, contact, sequence=1)
    return contact.id


async def a_user(
    worker_pool: Pool, tenant: Tenant, *, active: bool = True, email: str | None = None
) -> UUID:
    """Let the desk know a colleague."""
    user_id = uuid7()
    async with tenant_transaction(worker_pool, tenant.id, a_context()) as tx:
        copies.keep_user(tx, id=user_id, name="Technician", email=email, active=active, sequence=1)
    return user_id


async def a_task(worker_pool: Pool, tenant: Tenant) -> UUID:
    """Let the desk know a project's task."""
    task_id = uuid7()
    async with tenant_transaction(worker_pool, tenant.id, a_context()) as tx:
        copies.keep_task(
            tx, id=task_id, project_id=uuid7(), number="P-1-1", title="Internal", sequence=1
        )
    return task_id


async def a_policy(desk: Api, *, subdivision: str = "NW") -> None:
    """Promise P2 customers an answer in 60 and a solution in 480 working minutes."""
    calendar = await desk.post(
        "/calendars",
        {
            "name": f"{subdivision} Büro",
            "week": OFFICE_HOURS,
            "holidays": {"subdivision": subdivision},
        },
    )
    policy = await desk.post(
        "/sla-policies",
        {
            "name": "Standard",
            "calendar_id": calendar.json()["data"]["id"],
            "is_default": True,
            "targets": {"P2": {"response_minutes": 60, "resolution_minutes": 480}},
        },
    )
    assert policy.status_code == 201, policy.text


async def a_ticket(desk: Api, customer_id: UUID, **fields: Any) -> dict[str, Any]:
    """Open a ticket and return its resource."""
    body = {"title": "Warenwirtschaft langsam", "customer_id": str(customer_id), **fields}
    response = await desk.post("/tickets", body)
    assert response.status_code == 201, response.text
    resource: dict[str, Any] = response.json()["data"]
    return resource
