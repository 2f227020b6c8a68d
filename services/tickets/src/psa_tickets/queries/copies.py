"""Read copies of what other services own: customers, users, assets, tasks."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from psa_common.db import Tx

KEEP_CUSTOMER_SQL = """
    INSERT INTO customers AS kept (id, number, name, status, sequence)
    VALUES (%(id)s, %(number)s, %(name)s, %(status)s, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET number = excluded.number,
                      name = excluded.name,
                      status = excluded.status,
                      sequence = excluded.sequence
            WHERE kept.sequence < excluded.sequence
"""

KEEP_USER_SQL = """
    INSERT INTO users AS kept (id, name, email, customer_id, active, sequence)
    VALUES (%(id)s, %(name)s, lower(%(email)s), %(customer_id)s, %(active)s, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET name = excluded.name,
                      email = excluded.email,
                      customer_id = excluded.customer_id,
                      active = excluded.active,
                      sequence = excluded.sequence
            WHERE kept.sequence < excluded.sequence
"""

DEACTIVATE_USER_SQL = """
    UPDATE users
       SET active = false,
           sequence = %(sequence)s
     WHERE id = %(id)s
       AND sequence < %(sequence)s
"""

KEEP_ASSET_SQL = """
    INSERT INTO assets AS kept (id, customer_id, number, name, sequence)
    VALUES (%(id)s, %(customer_id)s, %(number)s, %(name)s, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET customer_id = excluded.customer_id,
                      number = excluded.number,
                      name = excluded.name,
                      sequence = excluded.sequence
            WHERE kept.sequence < excluded.sequence
"""

KEEP_TASK_SQL = """
    INSERT INTO tasks AS kept (id, project_id, number, title, sequence)
    VALUES (%(id)s, %(project_id)s, %(number)s, %(title)s, %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET number = excluded.number,
                      title = excluded.title,
                      sequence = excluded.sequence
            WHERE kept.sequence < excluded.sequence
"""

KEEP_CONTRACT_SQL = """
    INSERT INTO contracts AS kept
           (id, customer_id, number, title, valid_from, valid_to, sequence)
    VALUES (%(id)s, %(customer_id)s, %(number)s, %(title)s, %(valid_from)s, %(valid_to)s,
            %(sequence)s)
        ON CONFLICT (tenant_id, id)
        DO UPDATE SET title = excluded.title,
                      valid_from = excluded.valid_from,
                      valid_to = excluded.valid_to,
                      sequence = excluded.sequence
            WHERE kept.sequence < excluded.sequence
"""

LIST_CUSTOMERS_SQL = """
    SELECT id, number, name, status
      FROM customers
     WHERE id = ANY(%(ids)s)
     ORDER BY number
"""

LIST_USERS_SQL = """
    SELECT id, name, active
      FROM users
     WHERE id = ANY(%(ids)s)
     ORDER BY name
"""

# A customer's people are users too, but write as contacts.
FIND_USER_BY_EMAIL_SQL = """
    SELECT id, name, active
      FROM users
     WHERE email = lower(%(email)s)
       AND active
       AND customer_id IS NULL
"""

FIND_TASK_SQL = """
    SELECT id, project_id, number, title
      FROM tasks
     WHERE id = %(task_id)s
"""

FIND_USER_SQL = """
    SELECT id, name, active AND customer_id IS NULL AS active
      FROM users
     WHERE id = %(user_id)s
"""


class Task(msgspec.Struct, frozen=True):
    """A project's task, as far as time is booked on it."""

    id: UUID
    project_id: UUID
    number: str
    title: str


class Customer(msgspec.Struct, frozen=True):
    """Whose ticket it is."""

    id: UUID
    number: str
    name: str
    status: str


class User(msgspec.Struct, frozen=True):
    """Somebody who works here."""

    id: UUID
    name: str
    active: bool


async def keep_customer(
    tx: Tx, *, id: UUID, number: str, name: str, status: str, sequence: int
) -> bool:
    """Remember the customer; False when a newer state is known."""
    kept = await tx.execute(
        KEEP_CUSTOMER_SQL, id=id, number=number, name=name, status=status, sequence=sequence
    )
    return bool(kept)


def keep_user(
    tx: Tx,
    *,
    id: UUID,
    name: str,
    email: str | None,
    customer_id: UUID | None = None,
    active: bool,
    sequence: int,
) -> None:
    """Remember the user unless a newer state is known; *customer_id* is set for portal people."""
    tx.defer(
        KEEP_USER_SQL,
        id=id,
        name=name,
        email=email,
        customer_id=customer_id,
        active=active,
        sequence=sequence,
    )


def deactivate_user(tx: Tx, *, id: UUID, sequence: int) -> None:
    """Remember that the user has left."""
    tx.defer(DEACTIVATE_USER_SQL, id=id, sequence=sequence)


def keep_asset(
    tx: Tx, *, id: UUID, customer_id: UUID, number: str, name: str, sequence: int
) -> None:
    """Remember the asset unless a newer state is known."""
    tx.defer(
        KEEP_ASSET_SQL, id=id, customer_id=customer_id, number=number, name=name, sequence=sequence
    )


def keep_task(
    tx: Tx, *, id: UUID, project_id: UUID, number: str, title: str, sequence: int
) -> None:
    """Remember the task unless a newer state is known."""
    tx.defer(
        KEEP_TASK_SQL, id=id, project_id=project_id, number=number, title=title, sequence=sequence
    )


def keep_contract(
    tx: Tx,
    *,
    id: UUID,
    customer_id: UUID,
    number: str,
    title: str,
    valid_from: date,
    valid_to: date | None,
    sequence: int,
) -> None:
    """Remember the contract unless a newer state is known."""
    tx.defer(
        KEEP_CONTRACT_SQL,
        id=id,
        customer_id=customer_id,
        number=number,
        title=title,
        valid_from=valid_from,
        valid_to=valid_to,
        sequence=sequence,
    )


async def list_customers(tx: Tx, ids: Sequence[UUID]) -> list[Customer]:
    """Return the customers that we know of these."""
    return await tx.fetch_all(Customer, LIST_CUSTOMERS_SQL, ids=list(ids))


async def list_users(tx: Tx, ids: Sequence[UUID]) -> list[User]:
    """Return the users that we know of these."""
    return await tx.fetch_all(User, LIST_USERS_SQL, ids=list(ids))


async def find_task(tx: Tx, task_id: UUID) -> Task | None:
    """Return the task, if its project has told us of it."""
    return await tx.fetch_optional(Task, FIND_TASK_SQL, task_id=task_id)


async def find_user(tx: Tx, user_id: UUID) -> User | None:
    """Return the user, if auth has told us of them; active only if they work for the desk."""
    return await tx.fetch_optional(User, FIND_USER_SQL, user_id=user_id)


async def find_user_by_email(tx: Tx, email: str) -> User | None:
    """Return the colleague who writes from *email*."""
    return await tx.fetch_optional(User, FIND_USER_BY_EMAIL_SQL, email=email)
