"""What can be included beside a ticket, from our copies of what others own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psa_common.db import Tx
from psa_common.documents import Resource
from psa_tickets.queries import contacts as contact_copies, copies, queues as queue_rows


async def customers(tx: Tx, ids: Sequence[UUID]) -> list[Resource[Any]]:
    """Show customers by number and name."""
    return [Resource(one.id, "customer", one) for one in await copies.list_customers(tx, ids)]


async def users(tx: Tx, ids: Sequence[UUID]) -> list[Resource[Any]]:
    """Show colleagues by name."""
    return [Resource(one.id, "user", one) for one in await copies.list_users(tx, ids)]


async def contacts(tx: Tx, ids: Sequence[UUID]) -> list[Resource[Any]]:
    """Show a customer's people."""
    found = await contact_copies.list_contacts(tx, ids)
    return [Resource(one.id, "contact", one) for one in found]


async def locations(tx: Tx, ids: Sequence[UUID]) -> list[Resource[Any]]:
    """Show a customer's sites."""
    found = await contact_copies.list_locations(tx, ids)
    return [Resource(one.id, "location", one) for one in found]


async def queues(tx: Tx, ids: Sequence[UUID]) -> list[Resource[Any]]:
    """Show queues by name."""
    return [Resource(one.id, "queue", one) for one in await queue_rows.list_by_ids(tx, ids)]
