"""When an agent is away: an end after the start, and one absence at a time."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psa_common.errors import Conflict, Invalid


class AbsenceEndsFirst(Invalid):
    """Who is away comes back later."""

    code = "absence_ends_first"

    def __init__(self, from_at: datetime, until_at: datetime) -> None:
        super().__init__(
            f"The absence ends at {until_at.isoformat()}, not after its start "
            f"{from_at.isoformat()}.",
            field="until_at",
        )


class AbsenceOverlaps(Conflict):
    """An agent is away once at a time."""

    code = "absence_overlaps"

    def __init__(self, other: "Absence") -> None:
        super().__init__(
            f"There is an absence from {other.from_at.isoformat()} to "
            f"{other.until_at.isoformat()} already; remove it or choose other times.",
            field="from_at",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A stretch [from_at, until_at) in which an agent takes no tickets."""

    id: UUID
    agent_id: UUID
    from_at: datetime
    until_at: datetime
    reason: str
    created_at: datetime

    def __post_init__(self) -> None:
        if self.until_at <= self.from_at:
            raise AbsenceEndsFirst(self.from_at, self.until_at)
