"""What the tests of this service build: events of others, projects and tasks of ours."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psa_common.db import Pool
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant
from psa_events.consumer import deliver
from psa_events.envelope import Envelope
from psa_events.testing import an_envelope
from psa_projects.consumers import SUBSCRIPTIONS

EVERYTHING = (
    "project:view:all",
    "project:create:all",
    "project:update:all",
    "task:view:all",
    "task:create:all",
    "task:update:all",
)

BY_TYPE = {subscription.event_type: subscription for subscription in SUBSCRIPTIONS}


@dataclass(frozen=True, slots=True)
class Scene:
    """Whom acme's projects have heard of."""

    customer_id: UUID
    technician_id: UUID


async def arrive(worker_pool: Pool, envelope: Envelope) -> bool:
    """Let an event have its effect, as the consumer would."""
    return await deliver(worker_pool, BY_TYPE[envelope.type], envelope)


async def a_scene(worker_pool: Pool, tenant: Tenant) -> Scene:
    """Let a customer and a technician become known."""
    scene = Scene(customer_id=uuid7(), technician_id=uuid7())
    customer = a_customer(scene.customer_id)
    await arrive(worker_pool, an_envelope(tenant.id, "customer.created.v1", customer))
    await arrive(
        worker_pool, an_envelope(tenant.id, "user.created.v1", a_user(scene.technician_id))
    )
    return scene


def a_customer(customer_id: UUID, **changes: Any) -> dict[str, Any]:
    """Return the data of customer.created.v1, as far as we read it."""
    return {
        "customer_id": customer_id,
        "number": "KD-10042",
        "name": "Müller Maschinenbau GmbH",
        "status": "active",
        **changes,
    }


def a_user(user_id: UUID, **changes: Any) -> dict[str, Any]:
    """Return the data of user.created.v1, as far as we read it."""
    return {"user_id": user_id, "name": "Technician", "active": True, **changes}


def an_entry(task_id: UUID | str | None, **changes: Any) -> dict[str, Any]:
    """Return the data of time_entry.approved.v1: half an hour of internal work on a task."""
    return {
        "time_entry_id": uuid7(),
        "ticket_id": None,
        "task_id": task_id,
        "user_id": uuid7(),
        "work_date": "2026-06-10",
        "minutes": 30,
        "billable": "non_billable",
        **changes,
    }


def a_reversal(entry: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the data of time_entry.reversed.v1 for *entry*."""
    return {
        "time_entry_id": entry["time_entry_id"],
        "task_id": entry["task_id"],
        "reversal_id": uuid7(),
        "reversed_at": "2026-06-12T08:00:00Z",
        **changes,
    }


async def a_project(api: Api, **changes: Any) -> dict[str, Any]:
    """Enter a project over HTTP and return its resource."""
    body = {"name": "Interne Dokumentation", "internal": True, **changes}
    response = await api.post("/projects", body)
    assert response.status_code == 201, response.text
    return response.json()["data"]


async def a_task(api: Api, project_id: str, **changes: Any) -> dict[str, Any]:
    """Add a task over HTTP and return its resource."""
    body = {"title": "Betriebshandbuch", **changes}
    response = await api.post(f"/projects/{project_id}/tasks", body)
    assert response.status_code == 201, response.text
    return response.json()["data"]
