"""Set up the desk: queues, categories, fields of its own, and the priority matrix."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from psa_common import audit
from psa_common.db import Tx
from psa_common.documents import check_version
from psa_common.ids import uuid7
from psa_tickets.domain.category_tree import check_place
from psa_tickets.domain.custom_field import FieldType
from psa_tickets.domain.priority import Matrix, check_matrix
from psa_tickets.domain.ticket_type import TicketType
from psa_tickets.queries import categories, priority_matrices, queues, ticket_fields
from psa_tickets.queries.categories import Category
from psa_tickets.queries.priority_matrices import CurrentMatrix
from psa_tickets.queries.queues import Queue
from psa_tickets.queries.ticket_fields import TicketField


@dataclass(frozen=True, slots=True, kw_only=True)
class NewField:
    """A field that tickets shall have."""

    key: str
    label: str
    type: FieldType
    options: tuple[str, ...]
    required: bool
    for_types: tuple[TicketType, ...]


async def create_queue(tx: Tx, name: str, *, now: datetime) -> Queue:
    """Create a queue."""
    queue = Queue(id=uuid7(), name=name, active=True, version=1, created_at=now)
    queues.insert(tx, queue)
    audit.record(tx, "queue.created", "queue", queue.id, after=queue)
    return queue


async def edit_queue(
    tx: Tx, queue_id: UUID, changes: Mapping[str, Any], *, expected_version: int | None
) -> Queue:
    """Rename a queue, or take it out of use; its tickets stay in it."""
    before = await queues.get_for_update(tx, queue_id)
    check_version(before.version, expected_version)
    after = msgspec.structs.replace(before, **changes, version=before.version + 1)
    queues.save(tx, after)
    audit.record(tx, "queue.changed", "queue", queue_id, before=before, after=after)
    return after


async def create_category(tx: Tx, name: str, *, parent_id: UUID | None, now: datetime) -> Category:
    """Create a category; raises UnknownParent or TreeTooDeep."""
    category = Category(
        id=uuid7(), parent_id=parent_id, name=name, active=True, version=1, created_at=now
    )
    check_place(category.id, parent_id, await categories.get_tree_for_update(tx))
    categories.insert(tx, category)
    audit.record(tx, "category.created", "category", category.id, after=category)
    return category


async def edit_category(
    tx: Tx, category_id: UUID, changes: Mapping[str, Any], *, expected_version: int | None
) -> Category:
    """Rename a category, hang it elsewhere, or take it out of use."""
    tree = await categories.get_tree_for_update(tx)
    before = await categories.get_for_update(tx, category_id)
    check_version(before.version, expected_version)
    after = msgspec.structs.replace(before, **changes, version=before.version + 1)
    check_place(category_id, after.parent_id, tree)
    categories.save(tx, after)
    audit.record(tx, "category.changed", "category", category_id, before=before, after=after)
    return after


async def create_field(tx: Tx, new: NewField, *, now: datetime) -> TicketField:
    """Add a field to tickets; raises OptionsMissing."""
    field = TicketField(
        id=uuid7(),
        key=new.key,
        label=new.label,
        type=new.type,
        options=new.options,
        required=new.required,
        for_types=new.for_types,
        active=True,
        version=1,
        created_at=now,
    )
    field.rule()
    ticket_fields.insert(tx, field)
    audit.record(tx, "ticket_field.created", "ticket_field", field.id, after=field)
    return field


async def edit_field(
    tx: Tx, field_id: UUID, changes: Mapping[str, Any], *, expected_version: int | None
) -> TicketField:
    """Change how a field is shown and demanded; what tickets hold already stays."""
    before = await ticket_fields.get_for_update(tx, field_id)
    check_version(before.version, expected_version)
    after = msgspec.structs.replace(before, **changes, version=before.version + 1)
    after.rule()
    ticket_fields.save(tx, after)
    audit.record(tx, "ticket_field.changed", "ticket_field", field_id, before=before, after=after)
    return after


async def replace_matrix(
    tx: Tx, wanted: Matrix, *, expected_version: int | None, now: datetime
) -> CurrentMatrix:
    """Weigh tickets by *wanted* from now on; those that are open keep their priority."""
    check_matrix(wanted)
    before = await priority_matrices.get_for_update(tx)
    check_version(before.version, expected_version)
    priority_matrices.save(tx, wanted, now=now)
    audit.record(
        tx,
        "priority_matrix.changed",
        "priority_matrix",
        tx.tenant_id,
        before=priority_matrices.cells_of(before.matrix),
        after=priority_matrices.cells_of(wanted),
    )
    return CurrentMatrix(wanted, before.version + 1)
