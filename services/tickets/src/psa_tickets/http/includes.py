"""What can be included beside a ticket, from our copies of what others own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psa_common.db import Tx
from psa_common.documents import Resource
from psa_tickets.queries import copies


async def customers(tx: Tx, ids: Sequence[UUID]) -> list[Resource[Any]]:
    """Show customers by number and name."""
    return [Resource(one.id, "customer", one) for one in await copies.list_customers(tx, ids)]


async def users(tx: Tx, ids: Sequence[UUID]) -> list[Resource[Any]]:
    """Show colleagues by name."""
    return [Resource(one.id, "user", one) for one in await copies.list_users(tx, ids)]
