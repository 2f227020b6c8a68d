"""How urgent a ticket is: impact × urgency → priority, as a table."""

from collections.abc import Mapping
from enum import StrEnum

from psa_common.errors import Invalid


class Impact(StrEnum):
    """How much of the customer's work stands still."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Urgency(StrEnum):
    """How long it may stand still."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Priority(StrEnum):
    """P1 is worked on first."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


Matrix = Mapping[tuple[Impact, Urgency], Priority]

PRIORITIES: Matrix = {
    (Impact.HIGH, Urgency.HIGH): Priority.P1,
    (Impact.HIGH, Urgency.MEDIUM): Priority.P2,
    (Impact.HIGH, Urgency.LOW): Priority.P3,
    (Impact.MEDIUM, Urgency.HIGH): Priority.P2,
    (Impact.MEDIUM, Urgency.MEDIUM): Priority.P3,
    (Impact.MEDIUM, Urgency.LOW): Priority.P4,
    (Impact.LOW, Urgency.HIGH): Priority.P3,
    (Impact.LOW, Urgency.MEDIUM): Priority.P4,
    (Impact.LOW, Urgency.LOW): Priority.P4,
}

#: Of a ticket about which nobody has said how bad it is.
ORDINARY = Priority.P3


class MatrixIncomplete(Invalid):
    """Every impact with every urgency has a priority."""

    code = "matrix_incomplete"

    def __init__(self, impact: Impact, urgency: Urgency) -> None:
        super().__init__(f"Say which priority {impact} × {urgency} has.", field="cells")
        self.impact = impact
        self.urgency = urgency


def priority_of(
    impact: Impact | None, urgency: Urgency | None, matrix: Matrix = PRIORITIES
) -> Priority | None:
    """Return the priority that the matrix gives; None while either side is unknown."""
    return None if impact is None or urgency is None else matrix[impact, urgency]


def check_matrix(matrix: Matrix) -> None:
    """Raise MatrixIncomplete unless every cell is filled."""
    for impact in Impact:
        for urgency in Urgency:
            if (impact, urgency) not in matrix:
                raise MatrixIncomplete(impact, urgency)
