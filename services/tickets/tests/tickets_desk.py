"""A desk with a process of its own, for tests."""

from datetime import date
from typing import Any
from uuid import UUID

from psa_common.db import Pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.queries import contacts, copies

STATUSES = (
    ("triage", "new"),
    ("doing", "open"),
    ("in_review", "open"),
    ("asked", "waiting_customer"),
    ("fixed", "resolved"),
    ("done", "closed"),
    ("dropped", "cancelled"),
)
STEPS = (
    "triage>doing triage>in_review triage>dropped doing>in_review doing>asked doing>fixed "
    "in_review>doing in_review>fixed asked>doing fixed>doing fixed>done"
)


def a_workflow() -> dict[str, Any]:
    """Return a process with statuses that the default one does not have."""
    return {
        "statuses": [
            {"key": key, "kind": kind, "label_de": key, "label_en": key} for key, kind in STATUSES
        ],
        "transitions": [
            dict(zip(("source", "target"), step.split(">"), strict=True)) for step in STEPS.split()
        ],
        "initial": "triage",
        "after_assignment": "doing",
        "after_reply": "doing",
    }


def without(workflow: dict[str, Any], status: str) -> dict[str, Any]:
    """Return the process without a status and its steps."""
    return {
        **workflow,
        "statuses": [one for one in workflow["statuses"] if one["key"] != status],
        "transitions": [
            one for one in workflow["transitions"] if status not in {one["source"], one["target"]}
        ],
    }


async def adopt(desk: Api, workflow: dict[str, Any]) -> dict[str, Any]:
    """Let the desk follow the process."""
    response = await desk.put("/workflow", workflow)
    assert response.status_code == 200, response.text
    return workflow


async def a_location(worker_pool: Pool, tenant: Tenant, customer_id: UUID) -> UUID:
    """Let the desk know a customer's site."""
    location_id = uuid7()
    async with tenant_transaction(worker_pool, tenant.id, a_context()) as tx:
        contacts.keep_location(
            tx, id=location_id, customer_id=customer_id, name="Werk 2", sequence=1
        )
    return location_id


async def a_contract(worker_pool: Pool, tenant: Tenant, customer_id: UUID) -> UUID:
    """Let the desk know a customer's contract."""
    contract_id = uuid7()
    async with tenant_transaction(worker_pool, tenant.id, a_context()) as tx:
        copies.keep_contract(
            tx,
            id=contract_id,
            customer_id=customer_id,
            number="V-1",
            title="Wartung",
            valid_from=date(2026, 1, 1),
            valid_to=None,
            sequence=1,
        )
    return contract_id


async def an_asset(worker_pool: Pool, tenant: Tenant, customer_id: UUID) -> UUID:
    """Let the desk know a customer's device."""
    asset_id = uuid7()
    async with tenant_transaction(worker_pool, tenant.id, a_context()) as tx:
        copies.keep_asset(
            tx, id=asset_id, customer_id=customer_id, number="A-1", name="Drucker", sequence=1
        )
    return asset_id


async def a_child(worker_pool: Pool, tenant: Tenant, child_id: str, parent_id: str) -> None:
    """Hang one ticket below another."""
    async with tenant_transaction(worker_pool, tenant.id, a_context()) as tx:
        await tx.execute(
            "UPDATE tickets SET parent_id = %(parent)s WHERE id = %(child)s",
            parent=UUID(parent_id),
            child=UUID(child_id),
        )


async def made(desk: Api, path: str, body: dict[str, Any]) -> str:
    """Create something and return its id."""
    response = await desk.post(path, body)
    assert response.status_code == 201, response.text
    found: str = response.json()["data"]["id"]
    return found


PORTAL = tuple(
    f"{permission}:own_customer"
    for permission in ("ticket:view", "ticket:create", "ticket:comment", "ticket:close")
)
