"""The life of a task, cell by cell."""

from datetime import UTC, datetime, timedelta

import pytest

from psa_common.ids import uuid7
from psa_projects.domain.task import Task, TaskStatus, move, number_of

NOON = datetime(2026, 6, 9, 12, tzinfo=UTC)


def a_task(status: TaskStatus) -> Task:
    """Return a task of which only the status matters."""
    return Task(
        id=uuid7(),
        project_id=uuid7(),
        number="P-1001-1",
        title="Betriebshandbuch",
        description="",
        status=status,
        estimate_minutes=None,
        assignee_id=None,
        done_at=NOON if status is TaskStatus.DONE else None,
    )


@pytest.mark.parametrize("status", TaskStatus)
@pytest.mark.parametrize("wanted", TaskStatus)
def test_a_task_moves_freely_and_has_an_end_only_while_it_is_done(
    status: TaskStatus, wanted: TaskStatus
) -> None:
    moved = move(a_task(status), wanted, now=NOON)

    assert moved.status is wanted
    assert (moved.done_at is not None) == (wanted is TaskStatus.DONE)


def test_a_task_that_is_done_was_done_when_it_was_first_called_so() -> None:
    moved = move(a_task(TaskStatus.DONE), TaskStatus.DONE, now=NOON + timedelta(days=1))

    assert moved.done_at == NOON


def test_a_task_is_numbered_after_its_project() -> None:
    assert number_of("P-1001", 2) == "P-1001-2"
