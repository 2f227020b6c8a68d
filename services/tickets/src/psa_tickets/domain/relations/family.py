"""Which ticket may stand below which."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from psa_common.errors import Refused
from psa_tickets.domain.ticket import Ticket

#: Levels from the topmost ticket to the lowest; a deeper tree belongs into a project.
LEVELS_MAX = 5
#: As many children can be spoken to, or moved, at once.
CHILDREN_MAX = 200


class ChildKind(StrEnum):
    """A subtask is part of the parent's work; an incident only has the same cause."""

    SUBTASK = "subtask"
    INCIDENT = "incident"


class OwnParent(Refused):
    """A ticket cannot stand below itself."""

    code = "own_parent"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"{number} would stand below itself; choose a parent that is not below it.",
            field="parent_id",
        )
        self.number = number


class TooManyLevels(Refused):
    """A tree that deep is a project."""

    code = "too_many_levels"

    def __init__(self, levels: int) -> None:
        super().__init__(
            f"That would make {levels} levels of tickets; {LEVELS_MAX} is the most. Choose a "
            "parent further up, or plan a project.",
            field="parent_id",
        )
        self.levels = levels


class ForeignSubtask(Refused):
    """Work for one customer is no part of the work for another one."""

    code = "foreign_subtask"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"{number} belongs to another customer; only an incident may stand below it.",
            field="kind",
        )
        self.number = number


class TooManyChildren(Refused):
    """More tickets than one request can deal with."""

    code = "too_many_children"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"{number} has more than {CHILDREN_MAX} children; change them in parts by "
            "POST /tickets/bulk."
        )
        self.number = number


def refuse_parent(
    child: Ticket,
    parent: Ticket,
    kind: ChildKind,
    *,
    line: Sequence[UUID],
    levels_below: int,
) -> None:
    """
    Raise what forbids *child* to stand below *parent*.

    *line* is the parent and everything above it, *levels_below* counts from the child down.
    """
    if child.id in line:
        raise OwnParent(child.number)
    if kind is ChildKind.SUBTASK and child.customer_id != parent.customer_id:
        raise ForeignSubtask(parent.number)
    refuse_levels(len(line) + levels_below)


def refuse_levels(levels: int) -> None:
    """Raise TooManyLevels for a tree that is deeper than we show."""
    if levels > LEVELS_MAX:
        raise TooManyLevels(levels)
