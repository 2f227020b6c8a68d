"""Impact × urgency, cell by cell."""

import pytest

from psa_tickets.domain.priority import PRIORITIES, Impact, Priority, Urgency, priority_of


@pytest.mark.parametrize(
    ("impact", "urgencies"),
    [
        # urgency: high, medium, low
        (Impact.HIGH, "P1 P2 P3"),
        (Impact.MEDIUM, "P2 P3 P4"),
        (Impact.LOW, "P3 P4 P4"),
    ],
)
def test_the_matrix_gives_the_priority(impact: Impact, urgencies: str) -> None:
    given = [priority_of(impact, urgency) for urgency in Urgency]

    assert given == [Priority(value) for value in urgencies.split()]


def test_the_matrix_has_no_hole() -> None:
    assert set(PRIORITIES) == {(impact, urgency) for impact in Impact for urgency in Urgency}
