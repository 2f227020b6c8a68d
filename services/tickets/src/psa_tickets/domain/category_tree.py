"""The tree of what tickets are about: at most three levels, and no circles."""

from collections.abc import Mapping
from uuid import UUID

from psa_common.errors import Refused

LEVELS_MAX = 3

Parents = Mapping[UUID, UUID | None]


class UnknownParent(Refused):
    """A category hangs below one that exists."""

    code = "unknown_parent"

    def __init__(self, parent_id: UUID) -> None:
        super().__init__(f"There is no category {parent_id}.", field="parent_id")


class CategoryBelowItself(Refused):
    """A tree has no circles."""

    code = "category_below_itself"

    def __init__(self) -> None:
        super().__init__("A category cannot hang below itself.", field="parent_id")


class TreeTooDeep(Refused):
    """People choose from three short lists, not from a deep one."""

    code = "tree_too_deep"

    def __init__(self) -> None:
        super().__init__(
            f"The tree has at most {LEVELS_MAX} levels; choose a higher parent.", field="parent_id"
        )


def check_place(category_id: UUID, parent_id: UUID | None, tree: Parents) -> None:
    """
    Raise a refusal unless *category_id*, with all that hangs below it, fits below *parent_id*.

    *tree* may hold the category already, at another place.
    """
    if parent_id is None:
        above: list[UUID] = []
    elif parent_id not in tree and parent_id != category_id:
        raise UnknownParent(parent_id)
    else:
        above = _path(parent_id, tree)
    if category_id in above:
        raise CategoryBelowItself
    if len(above) + _height(category_id, tree) > LEVELS_MAX:
        raise TreeTooDeep


def _path(category_id: UUID, tree: Parents) -> list[UUID]:
    path = [category_id]
    while (parent_id := tree.get(path[-1])) is not None:
        path.append(parent_id)
    return path


def _height(category_id: UUID, tree: Parents) -> int:
    children = [child for child, parent_id in tree.items() if parent_id == category_id]
    return 1 + max((_height(child, tree) for child in children), default=0)
