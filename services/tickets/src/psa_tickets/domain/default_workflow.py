"""The process of a desk that has not defined its own."""

from collections.abc import Mapping
from enum import StrEnum

from psa_tickets.domain.status_kind import Kind
from psa_tickets.domain.workflow import StatusDefinition, Transition, Workflow


class Status(StrEnum):
    """The statuses of the default process."""

    NEW = "new"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_THIRD_PARTY = "waiting_third_party"
    SCHEDULED = "scheduled"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


#: Kind, German and English name, and what the customer reads.
NAMES: Mapping[Status, tuple[Kind, str, str, str]] = {
    Status.NEW: (Kind.NEW, "Neu", "New", "Eingegangen"),
    Status.ASSIGNED: (Kind.OPEN, "Zugewiesen", "Assigned", "In Bearbeitung"),
    Status.IN_PROGRESS: (Kind.OPEN, "In Arbeit", "In progress", "In Bearbeitung"),
    Status.WAITING_CUSTOMER: (
        Kind.WAITING_CUSTOMER,
        "Wartet auf Kunden",
        "Waiting for customer",
        "Wartet auf Ihre Antwort",
    ),
    Status.WAITING_THIRD_PARTY: (
        Kind.WAITING_THIRD_PARTY,
        "Wartet auf Dritte",
        "Waiting for third party",
        "Wartet auf Dritte",
    ),
    Status.SCHEDULED: (Kind.SCHEDULED, "Eingeplant", "Scheduled", "Eingeplant"),
    Status.RESOLVED: (Kind.RESOLVED, "Gelöst", "Resolved", "Gelöst"),
    Status.CLOSED: (Kind.CLOSED, "Geschlossen", "Closed", "Geschlossen"),
    Status.CANCELLED: (Kind.CANCELLED, "Storniert", "Cancelled", "Storniert"),
}

WAITING = frozenset({Status.WAITING_CUSTOMER, Status.WAITING_THIRD_PARTY, Status.SCHEDULED})
DONE = frozenset({Status.RESOLVED, Status.CANCELLED})

MOVES: Mapping[Status, frozenset[Status]] = {
    Status.NEW: WAITING | DONE | {Status.ASSIGNED, Status.IN_PROGRESS},
    Status.ASSIGNED: WAITING | DONE | {Status.NEW, Status.IN_PROGRESS},
    Status.IN_PROGRESS: WAITING | DONE,
    **{one: (WAITING - {one}) | DONE | {Status.IN_PROGRESS} for one in WAITING},
    Status.RESOLVED: frozenset({Status.IN_PROGRESS, Status.CLOSED}),
    Status.CLOSED: frozenset(),
    Status.CANCELLED: frozenset(),
}

DEFAULT_WORKFLOW = Workflow(
    statuses=tuple(
        StatusDefinition(
            key=key, kind=kind, label_de=german, label_en=english, customer_label=customers
        )
        for key, (kind, german, english, customers) in NAMES.items()
    ),
    transitions=tuple(
        Transition(source=source, target=target)
        for source in Status
        for target in Status
        if target in MOVES[source]
    ),
    initial=Status.NEW,
    after_assignment=Status.ASSIGNED,
    after_reply=Status.IN_PROGRESS,
)
