"""What the tests of this service build: other services' events, above all those of T-1001."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psa_common.db import Pool
from psa_common.ids import uuid7
from psa_common.testing import Api
from psa_events.consumer import deliver
from psa_events.envelope import Envelope
from psa_events.testing import an_envelope
from psa_reports.consumers import SUBSCRIPTIONS

EVERYTHING = ("report:view:all", "finance:view_cost:all")

BY_TYPE = {subscription.event_type: subscription for subscription in SUBSCRIPTIONS}


@dataclass(frozen=True, slots=True)
class June:
    """What became of T-1001 and its invoice, and how it gets here."""

    tenant_id: UUID
    pool: Pool
    customer_id: UUID = field(default_factory=uuid7)
    ticket_id: UUID = field(default_factory=uuid7)
    technician_id: UUID = field(default_factory=uuid7)
    task_id: UUID = field(default_factory=uuid7)
    invoice_id: UUID = field(default_factory=uuid7)
    internal_entry_id: UUID = field(default_factory=uuid7)
    entry_ids: tuple[UUID, UUID, UUID] = field(default_factory=lambda: (uuid7(), uuid7(), uuid7()))

    def envelopes(self) -> list[Envelope]:
        """Return everything that happened, in its order."""
        return [
            self.event("tenant.created.v1", a_tenant(self.tenant_id)),
            self.event("customer.created.v1", self.customer()),
            self.event("user.created.v1", self.technician()),
            self.event("task.created.v1", self.task()),
            self.event("ticket.created.v1", self.ticket(), sequence=1),
            self.event("sla.measured.v1", self.measured(metric="response"), sequence=2),
            self.event("sla.warning.v1", self.alert(), sequence=5),
            self.event("ticket.status_changed.v1", self.resolved(), sequence=6),
            self.event("sla.measured.v1", self.measured(), sequence=7),
            *(self.event("time_entry.approved.v1", entry) for entry in self.entries()),
            self.event(
                "time_entry.approved.v1",
                self.internal_entry(time_entry_id=self.internal_entry_id),
            ),
            self.event("invoice.issued.v1", self.invoice()),
        ]

    async def happen(self, *, without: Iterable[str] = ()) -> None:
        """Let everything arrive but the types in *without*."""
        for envelope in self.envelopes():
            if envelope.type not in set(without):
                await arrive(self.pool, envelope)

    async def tell(self, event_type: str, data: dict[str, Any], *, sequence: int = 1) -> bool:
        """Let one more event arrive."""
        return await arrive(self.pool, self.event(event_type, data, sequence=sequence))

    def event(self, event_type: str, data: dict[str, Any], *, sequence: int = 1) -> Envelope:
        """Return the envelope around *data*."""
        return an_envelope(self.tenant_id, event_type, data, sequence=sequence)

    def entries(self) -> list[dict[str, Any]]:
        """Return the three time entries on T-1001."""
        days, minutes = ("2026-06-03", "2026-06-05", "2026-06-08"), (20, 75, 5)
        return [
            self.entry(time_entry_id=id_, work_date=day, minutes=worked)
            for id_, day, worked in zip(self.entry_ids, days, minutes, strict=True)
        ]

    def customer(self, **changes: Any) -> dict[str, Any]:
        """Return customer.created.v1."""
        known = {"number": "KD-10042", "name": "Müller Maschinenbau GmbH"}
        return {"customer_id": self.customer_id, **known, **changes}

    def technician(self, **changes: Any) -> dict[str, Any]:
        """Return user.created.v1."""
        return {"user_id": self.technician_id, "name": "Technician", "active": True, **changes}

    def task(self, **changes: Any) -> dict[str, Any]:
        """Return task.created.v1."""
        known = {"number": "P-1001-1", "title": "Betriebshandbuch"}
        return {"task_id": self.task_id, **known, **changes}

    def ticket(self, **changes: Any) -> dict[str, Any]:
        """Return ticket.created.v1."""
        return {
            "ticket_id": self.ticket_id,
            "number": "T-1001",
            "title": "Warenwirtschaft langsam",
            "customer_id": self.customer_id,
            "priority": "P2",
            "status": "new",
            "status_category": "new",
            "created_at": "2026-06-03T14:30:00Z",
            **changes,
        }

    def resolved(self, **changes: Any) -> dict[str, Any]:
        """Return the last ticket.status_changed.v1."""
        known = {"ticket_id": self.ticket_id, "current": "resolved", "category": "resolved"}
        return {**known, **changes}

    def measured(self, **changes: Any) -> dict[str, Any]:
        """Return sla.measured.v1: 380 of 480 minutes, or 10 of 60 for the first reply."""
        figures: dict[str, Any] = {
            "budget_minutes": 480,
            "consumed_minutes": 380,
            "measured_at": "2026-06-08T12:20:00Z",
        }
        if changes.get("metric") == "response":
            figures = {
                "budget_minutes": 60,
                "consumed_minutes": 10,
                "measured_at": "2026-06-03T14:40:00Z",
            }
        return {
            "ticket_id": self.ticket_id,
            "customer_id": self.customer_id,
            "metric": "resolution",
            "priority": "P2",
            "verdict": "met",
            **figures,
            **changes,
        }

    def alert(self, **changes: Any) -> dict[str, Any]:
        """Return sla.warning.v1 at 75 %."""
        return {
            "ticket_id": self.ticket_id,
            "metric": "resolution",
            "priority": "P2",
            "due_at": "2026-06-08T14:00:00Z",
            "occurred_at": "2026-06-08T12:00:00Z",
            **changes,
        }

    def merged(self, **changes: Any) -> dict[str, Any]:
        """Return ticket.merged.v1: another ticket goes on."""
        return {"ticket_id": self.ticket_id, "target_id": uuid7(), **changes}

    def taken_back(self, time_entry_id: UUID, **changes: Any) -> dict[str, Any]:
        """Return time_entry.reversed.v1."""
        known = {"reversal_id": uuid7(), "reversed_at": "2026-07-02T08:00:00Z"}
        return {"time_entry_id": time_entry_id, **known, **changes}

    def entry(self, **changes: Any) -> dict[str, Any]:
        """Return time_entry.approved.v1 for work on T-1001."""
        return {
            "time_entry_id": uuid7(),
            "ticket_id": self.ticket_id,
            "ticket_number": "T-1001",
            "task_id": None,
            "customer_id": self.customer_id,
            "user_id": self.technician_id,
            "work_date": "2026-06-05",
            "minutes": 75,
            "billable": "billable",
            **changes,
        }

    def internal_entry(self, **changes: Any) -> dict[str, Any]:
        """Return time_entry.approved.v1 for half an hour of internal work on the task."""
        on_task = {"ticket_id": None, "ticket_number": None, "task_id": self.task_id}
        known = {"customer_id": None, "minutes": 30, "billable": "non_billable"}
        return self.entry(**{**on_task, **known, "work_date": "2026-06-10", **changes})

    def invoice(self, **changes: Any) -> dict[str, Any]:
        """Return invoice.issued.v1: the servers of July and the work on T-1001."""
        return {
            "invoice_id": self.invoice_id,
            "number": "RE-2026-000001",
            "customer_id": self.customer_id,
            "issued_on": "2026-07-01",
            "currency": "EUR",
            "net_cents": 66_075,
            "vat_cents": 12_554,
            "gross_cents": 78_629,
            "lines": [
                a_line(),
                a_line(
                    position=2,
                    kind="time",
                    service_from="2026-06-03",
                    service_to="2026-06-08",
                    net_cents=22_575,
                    time_entry_ids=list(self.entry_ids),
                ),
            ],
            **changes,
        }


def a_june(tenant_id: UUID, pool: Pool) -> June:
    """Return the story with ids of its own."""
    return June(tenant_id, pool)


def a_tenant(tenant_id: UUID) -> dict[str, Any]:
    """Return tenant.created.v1."""
    return {
        "tenant_id": tenant_id,
        "slug": "rheinsysteme",
        "name": "RheinSysteme IT GmbH",
        "time_zone": "Europe/Berlin",
        "locale": "de-DE",
        "currency": "EUR",
        "country": "DE",
        "company": {"legal_name": "RheinSysteme IT GmbH"},
    }


def a_line(**changes: Any) -> dict[str, Any]:
    """Return an invoice line: three servers in July."""
    return {
        "position": 1,
        "kind": "recurring",
        "service_from": "2026-07-01",
        "service_to": "2026-07-31",
        "net_cents": 43_500,
        "time_entry_ids": [],
        **changes,
    }


async def arrive(pool: Pool, envelope: Envelope) -> bool:
    """Let an event have its effect, as the consumer would."""
    return await deliver(pool, BY_TYPE[envelope.type], envelope)


async def report_of(api: Api, path: str) -> dict[str, Any]:
    """Return the attributes of a report."""
    response = await api.get(f"/reports/{path}")
    assert response.status_code == 200, response.text
    attributes: dict[str, Any] = response.json()["data"]["attributes"]
    return attributes
