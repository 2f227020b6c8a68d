"""The life of a project, cell by cell."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from psa_common.ids import uuid7
from psa_projects.domain.project import (
    MOVES,
    BeneficiaryUnclear,
    IllegalMove,
    Project,
    ProjectOver,
    Status,
    check_beneficiary,
    check_open,
    move,
)

NOON = datetime(2026, 6, 9, 12, tzinfo=UTC)
CUSTOMER = UUID(int=1)


def a_project(status: Status, started_at: datetime | None = None) -> Project:
    """Return a project of which only the status matters."""
    return Project(
        id=uuid7(),
        number="P-1001",
        name="Interne Dokumentation",
        description="",
        customer_id=None,
        status=status,
        budget_minutes=None,
        started_at=started_at,
        ended_at=None,
    )


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("wanted", Status)
def test_a_project_makes_exactly_the_steps_of_the_table(status: Status, wanted: Status) -> None:
    project = a_project(status)

    if wanted in MOVES[status]:
        assert move(project, wanted, now=NOON).status is wanted
    else:
        with pytest.raises(IllegalMove, match=f"is {status} and cannot become {wanted}"):
            move(project, wanted, now=NOON)


def test_the_first_start_counts() -> None:
    started = move(a_project(Status.PLANNED), Status.ACTIVE, now=NOON)
    held = move(started, Status.ON_HOLD, now=NOON + timedelta(days=1))

    again = move(held, Status.ACTIVE, now=NOON + timedelta(days=2))

    assert again.started_at == NOON


@pytest.mark.parametrize("wanted", [Status.COMPLETED, Status.CANCELLED])
def test_the_end_is_remembered(wanted: Status) -> None:
    ended = move(a_project(Status.ACTIVE, started_at=NOON), wanted, now=NOON)

    assert ended.ended_at == NOON


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.CANCELLED])
def test_what_is_over_stays_as_it_is(status: Status) -> None:
    with pytest.raises(ProjectOver, match=f"P-1001 is {status}"):
        check_open("P-1001", status)


@pytest.mark.parametrize("status", [Status.PLANNED, Status.ACTIVE, Status.ON_HOLD])
def test_what_is_not_over_may_change(status: Status) -> None:
    check_open("P-1001", status)


@pytest.mark.parametrize(("customer_id", "internal"), [(None, False), (CUSTOMER, True)])
def test_a_project_is_for_exactly_one_side(customer_id: UUID | None, internal: bool) -> None:
    with pytest.raises(BeneficiaryUnclear):
        check_beneficiary(customer_id, internal=internal)


@pytest.mark.parametrize(("customer_id", "internal"), [(None, True), (CUSTOMER, False)])
def test_a_project_for_a_customer_or_for_the_house_is_accepted(
    customer_id: UUID | None, internal: bool
) -> None:
    check_beneficiary(customer_id, internal=internal)
