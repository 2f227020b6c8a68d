"""What statuses mean, whatever a tenant calls them."""

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """What a status means, whatever it is called; fixed, because rules and reports need it."""

    NEW = "new"
    OPEN = "open"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_THIRD_PARTY = "waiting_third_party"
    SCHEDULED = "scheduled"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Stage(StrEnum):
    """A kind as other services and lists see it; the API calls it `status_category`."""

    OPEN = "open"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"


class SlaEffect(StrEnum):
    """What a status does to the resolution clock."""

    RUN = "run"
    PAUSE = "pause"
    STOP = "stop"


STAGES: Mapping[Kind, Stage] = {
    Kind.NEW: Stage.OPEN,
    Kind.OPEN: Stage.OPEN,
    Kind.WAITING_CUSTOMER: Stage.WAITING,
    Kind.WAITING_THIRD_PARTY: Stage.WAITING,
    Kind.SCHEDULED: Stage.WAITING,
    Kind.RESOLVED: Stage.RESOLVED,
    Kind.CLOSED: Stage.CLOSED,
    Kind.CANCELLED: Stage.CLOSED,
}

SLA_EFFECTS: Mapping[Stage, SlaEffect] = {
    Stage.OPEN: SlaEffect.RUN,
    Stage.WAITING: SlaEffect.PAUSE,
    Stage.RESOLVED: SlaEffect.STOP,
    Stage.CLOSED: SlaEffect.STOP,
}

#: Nothing leads out of these.
FINAL = frozenset({Kind.CLOSED, Kind.CANCELLED})
