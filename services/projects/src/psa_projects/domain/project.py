"""What a project may do: its statuses and the legal moves between them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from psa_common.errors import Invalid, Refused


class Status(StrEnum):
    """Where a project stands."""

    PLANNED = "planned"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


MOVES: Mapping[Status, frozenset[Status]] = {
    Status.PLANNED: frozenset({Status.ACTIVE, Status.CANCELLED}),
    Status.ACTIVE: frozenset({Status.ON_HOLD, Status.COMPLETED, Status.CANCELLED}),
    Status.ON_HOLD: frozenset({Status.ACTIVE, Status.COMPLETED, Status.CANCELLED}),
    Status.COMPLETED: frozenset(),
    Status.CANCELLED: frozenset(),
}

OVER = frozenset({Status.COMPLETED, Status.CANCELLED})


class IllegalMove(Refused):
    """A project's life has no such step."""

    code = "illegal_status_move"

    def __init__(self, status: Status, wanted: Status) -> None:
        allowed = ", ".join(sorted(MOVES[status])) or "nothing: enter a new project instead"
        super().__init__(
            f"The project is {status} and cannot become {wanted}; it may become {allowed}.",
            field="status",
        )
        self.status = status
        self.wanted = wanted


class ProjectOver(Refused):
    """What is completed or cancelled stays as it is."""

    code = "project_over"

    def __init__(self, number: str, status: Status) -> None:
        super().__init__(f"{number} is {status} and stays as it is; enter a new project instead.")
        self.number = number
        self.status = status


class BeneficiaryUnclear(Invalid):
    """A project is for one customer, or for the tenant itself; the input says which."""

    code = "beneficiary_unclear"

    def __init__(self) -> None:
        super().__init__(
            "Send either customer_id, or internal true for a project of your own.",
            field="customer_id",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What the rules need to know about a project."""

    id: UUID
    number: str
    name: str
    description: str
    customer_id: UUID | None
    status: Status
    budget_minutes: int | None
    started_at: datetime | None
    ended_at: datetime | None


#: A service stores more of a project than the rules need; they return what they were given.
ProjectT = TypeVar("ProjectT", bound=Project)


def check_beneficiary(customer_id: UUID | None, *, internal: bool) -> None:
    """Raise BeneficiaryUnclear unless exactly one of customer and own house is named."""
    if (customer_id is not None) == internal:
        raise BeneficiaryUnclear


def check_open(number: str, status: Status) -> None:
    """Raise ProjectOver when nothing of the project may change any more."""
    if status in OVER:
        raise ProjectOver(number, status)


def move(project: ProjectT, wanted: Status, *, now: datetime) -> ProjectT:
    """
    Return *project* in status *wanted*.

    Raises IllegalMove if a project's life has no such step. The first start counts; going on
    after a hold does not begin the work again.
    """
    if wanted not in MOVES[project.status]:
        raise IllegalMove(project.status, wanted)

    started_at = project.started_at
    if wanted is Status.ACTIVE:
        started_at = started_at or now
    return replace(
        project,
        status=wanted,
        started_at=started_at,
        ended_at=now if wanted in OVER else None,
    )
