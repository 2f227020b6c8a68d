"""
Who changed what, when, from where: written in the transaction of the change.

A record cannot be changed by the service that wrote it. The worker seals records into one
hash chain per tenant, in the order in which it finds them committed; an altered, removed or
reordered record breaks the chain at its place.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import msgspec

from psa_common.db import Jsonb, Tx
from psa_common.ids import earliest_after, uuid7

SEAL_BATCH = 500
VERIFY_BATCH = 2_000
GENESIS = bytes(32)
EARLIEST = UUID(int=0)
#: Far longer than a transaction lives: sleeping ones end after 15 s, statements after 5 s.
LOOK_BACK = timedelta(minutes=10)
HIDDEN = "***"
SECRET_WORDS = ("password", "secret", "token", "private_key", "iban")

INSERT_SQL = """
    INSERT INTO audit_records
           (id, occurred_at, action, resource_type, resource_id, actor_kind, actor_id,
            actor_name, ip, request_id, before, after)
    VALUES (%(id)s, clock_timestamp(), %(action)s, %(resource_type)s, %(resource_id)s,
            %(actor_kind)s, %(actor_id)s, %(actor_name)s, %(ip)s, %(request_id)s,
            %(before)s, %(after)s)
"""

# One sealer for a tenant at a time; the lock ends with the transaction.
LOCK_SQL = "SELECT pg_advisory_xact_lock(hashtextextended('audit' || current_schema(), 0))"

HEAD_SQL = """
    SELECT position, hash, record_id
      FROM audit_seals
     ORDER BY position DESC
     LIMIT 1
"""

UNSEALED_SQL = """
    SELECT r.id, r.occurred_at, r.action, r.resource_type, r.resource_id, r.actor_kind,
           r.actor_id, r.actor_name, r.ip, r.request_id, r.before, r.after
      FROM audit_records AS r
     WHERE r.id >= %(since)s
       AND NOT EXISTS (SELECT FROM audit_seals AS s
                        WHERE s.tenant_id = r.tenant_id
                          AND s.record_id = r.id)
     ORDER BY r.id
     LIMIT %(batch)s
"""

SEAL_SQL = """
    INSERT INTO audit_seals (position, record_id, hash)
    VALUES (%(position)s, %(record_id)s, %(hash)s)
"""

CHAIN_SQL = """
    SELECT s.position, s.hash, s.record_id, r.id, r.occurred_at, r.action, r.resource_type,
           r.resource_id, r.actor_kind, r.actor_id, r.actor_name, r.ip, r.request_id,
           r.before, r.after
      FROM audit_seals AS s
      LEFT JOIN audit_records AS r ON r.tenant_id = s.tenant_id AND r.id = s.record_id
     WHERE s.position > %(checked)s
     ORDER BY s.position
     LIMIT %(batch)s
"""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One change, as it is hashed: the order of these fields is part of the format."""

    id: UUID | None
    occurred_at: datetime | None
    action: str | None
    resource_type: str | None
    resource_id: UUID | None
    actor_kind: str | None
    actor_id: UUID | None
    actor_name: str | None
    ip: str | None
    request_id: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class _Head(msgspec.Struct, frozen=True):
    position: int
    hash: bytes
    record_id: UUID


class _Link(Record, frozen=True, kw_only=True):
    position: int
    hash: bytes
    record_id: UUID


def record(
    tx: Tx,
    action: str,
    resource_type: str,
    resource_id: UUID,
    *,
    before: object = None,
    after: object = None,
) -> None:
    """
    Write down that the actor of *tx* did *action*; secrets are masked by field name.

    *before* and *after* are mappings, Structs or dataclasses.
    """
    context = tx.context
    tx.defer(
        INSERT_SQL,
        id=uuid7(),
        action=action,
        resource_type=resource_type,
        resource_id=resource_id,
        actor_kind=context.actor.kind,
        actor_id=context.actor.id,
        actor_name=context.actor.name,
        ip=context.ip,
        request_id=context.request_id,
        before=_state(before),
        after=_state(after),
    )


def _state(value: object) -> Jsonb | None:
    if value is None:
        return None
    return Jsonb(_masked(msgspec.to_builtins(value)))


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {
            name: HIDDEN if item and any(word in name for word in SECRET_WORDS) else _masked(item)
            for name, item in members.items()
        }
    if isinstance(value, list):
        return [_masked(item) for item in cast("list[Any]", value)]
    return value


async def seal(tx: Tx, *, look_back: timedelta = LOOK_BACK) -> int:
    """
    Chain the tenant's committed, unsealed records; return how many.

    Looks no further back than *look_back* before the last sealed record, so that the cost does
    not grow with the history; `seal_stragglers` looks through all of it.
    """
    await tx.execute(LOCK_SQL)
    head = await tx.fetch_optional(_Head, HEAD_SQL) or _Head(0, GENESIS, EARLIEST)
    since = earliest_after(head.record_id, look_back)
    records = await tx.fetch_all(Record, UNSEALED_SQL, since=since, batch=SEAL_BATCH)
    position, previous = head.position, head.hash
    for item in records:
        position += 1
        previous = chained(previous, item)
        tx.defer(SEAL_SQL, position=position, record_id=item.id, hash=previous)
    return len(records)


async def seal_stragglers(tx: Tx) -> int:
    """Chain what a transaction of more than `LOOK_BACK` wrote down; return how many records."""
    return await seal(tx, look_back=timedelta.max)


def chained(previous: bytes, item: Record) -> bytes:
    """Return the hash of *item* behind *previous*: SHA-256 over both, the record as JSON."""
    values = [getattr(item, name) for name in Record.__struct_fields__]
    return hashlib.sha256(previous + msgspec.json.encode(values, order="sorted")).digest()


async def verify(tx: Tx) -> int | None:
    """Return the position of the first record that does not fit the chain, or None."""
    previous, checked = GENESIS, 0
    while links := await tx.fetch_all(_Link, CHAIN_SQL, checked=checked, batch=VERIFY_BATCH):
        for link in links:
            checked += 1
            if link.position != checked or link.id is None:
                return checked
            previous = chained(previous, link)
            if previous != link.hash:
                return checked
    return None
