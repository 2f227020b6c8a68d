"""A ticket's checklist: items that people tick, in an order that people choose."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from psa_common.errors import Invalid, NotFound, Refused

#: Longer lists are projects.
ITEMS_MAX = 200


class ChecklistTooLong(Refused):
    """A checklist stays one that somebody reads."""

    code = "checklist_too_long"

    def __init__(self, count: int) -> None:
        super().__init__(f"The checklist would have {count} items; keep up to {ITEMS_MAX}.")


class OrderIncomplete(Invalid):
    """A new order names every item once."""

    code = "order_incomplete"

    def __init__(self) -> None:
        super().__init__("Name every item of the checklist exactly once.", field="item_ids")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What there is to do, as a definition lists it."""

    text: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistDefinition:
    """Tasks to copy into tickets."""

    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A task on a ticket, and who has done it when."""

    id: UUID
    position: int
    text: str
    required: bool
    done_by: UUID | None = None
    done_by_name: str | None = None
    done_at: datetime | None = None


Checklist = tuple[Item, ...]


def unmet(items: Sequence[Item]) -> Checklist:
    """Return the required items that nobody has done: what keeps a ticket from being closed."""
    return tuple(item for item in items if item.required and item.done_at is None)


def added(items: Checklist, tasks: Sequence[tuple[UUID, Task]]) -> Checklist:
    """Return *items* with new ones, each under its id, at the end; raises ChecklistTooLong."""
    count = len(items) + len(tasks)
    if count > ITEMS_MAX:
        raise ChecklistTooLong(count)
    new = (Item(id=id_, position=0, text=task.text, required=task.required) for id_, task in tasks)
    return _numbered((*items, *new))


def edited(
    items: Checklist, item_id: UUID, *, text: str | None, required: bool | None
) -> Checklist:
    """Return *items* with other words, or another weight, of one of them."""
    was = _get(items, item_id)
    now_so = replace(
        was, text=text or was.text, required=was.required if required is None else required
    )
    return _with(items, now_so)


def ticked(items: Checklist, item_id: UUID, *, by: UUID, name: str, at: datetime) -> Checklist:
    """Return *items* with one of them done; who did it first stays."""
    item = _get(items, item_id)
    if item.done_at is not None:
        return items
    return _with(items, replace(item, done_by=by, done_by_name=name, done_at=at))


def unticked(items: Checklist, item_id: UUID) -> Checklist:
    """Return *items* with one of them to do again."""
    item = replace(_get(items, item_id), done_by=None, done_by_name=None, done_at=None)
    return _with(items, item)


def reordered(items: Checklist, item_ids: Sequence[UUID]) -> Checklist:
    """Return *items* in the order of *item_ids*; raises OrderIncomplete."""
    by_id = {item.id: item for item in items}
    if len(item_ids) != len(items) or set(item_ids) != by_id.keys():
        raise OrderIncomplete
    return _numbered(tuple(by_id[item_id] for item_id in item_ids))


def without(items: Checklist, item_id: UUID) -> Checklist:
    """Return *items* but one."""
    gone = _get(items, item_id)
    return _numbered(tuple(item for item in items if item is not gone))


def _get(items: Checklist, item_id: UUID) -> Item:
    for item in items:
        if item.id == item_id:
            return item
    raise NotFound(f"The checklist has no item {item_id}.")


def _with(items: Checklist, changed: Item) -> Checklist:
    return tuple(changed if item.id == changed.id else item for item in items)


def _numbered(items: Checklist) -> Checklist:
    return tuple(replace(item, position=number) for number, item in enumerate(items, start=1))
