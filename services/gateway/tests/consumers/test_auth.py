"""What auth reports becomes a denial in Redis, however often it is reported."""

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from gateway_servers import PrivateRedis, redis_client
from psa_common.db import Pool
from psa_common.ids import uuid7
from psa_common.testing import Database, Tenant
from psa_events import consumer
from psa_events.consumer import deliver
from psa_events.envelope import Envelope
from psa_gateway.consumers.auth import (
    Doorkeeper,
    SessionRevoked,
    SigningKeyRotated,
    UserDeactivated,
)
from psa_gateway.queries import signing_keys
from psa_gateway.queries.denials import FOR_EVER, Denied, key
from psa_gateway.queries.redis_line import RedisLine

Happen = Callable[[str, msgspec.Struct], Awaitable[list[bool]]]


def an_envelope(tenant_id: UUID, type_: str, event: msgspec.Struct) -> Envelope:
    return Envelope(
        id=uuid7(),
        source="/psa/auth",
        type=type_,
        subject=str(uuid7()),
        time=datetime.now(UTC),
        tenant_id=tenant_id,
        sequence=1,
        correlation_id="test",
        actor="system",
        data=msgspec.Raw(msgspec.json.encode(event)),
    )


@pytest.fixture
def happen(worker_pool: Pool, doorkeeper: Doorkeeper, acme: Tenant) -> Happen:
    """Give a function that delivers an event as the broker would, twice."""
    table = {one.event_type: one for one in doorkeeper.subscriptions()}

    async def deliver_twice(type_: str, event: msgspec.Struct) -> list[bool]:
        envelope = an_envelope(acme.id, type_, event)
        return [await deliver(worker_pool, table[type_], envelope) for _ in range(2)]

    return deliver_twice


@pytest.fixture
def client(redis_url: str) -> Iterator[Any]:
    with redis_client(redis_url) as opened:
        yield opened


@pytest.fixture
def line(redis_url: str) -> Iterator[RedisLine]:
    with contextlib.closing(RedisLine(redis_url, timeout_seconds=2)) as opened:
        yield opened


@pytest.fixture
def doorkeeper(line: RedisLine) -> Doorkeeper:
    return Doorkeeper(line, token_lifetime_seconds=3600)


def a_session(**changes: Any) -> SessionRevoked:
    expires_at = datetime.now(UTC) + timedelta(minutes=10)
    fields: dict[str, Any] = {"session_id": uuid7(), "expires_at": expires_at, **changes}
    return SessionRevoked(**fields)


async def test_a_revoked_session_is_denied_until_its_last_token_has_expired(
    client: Any, happen: Happen, acme: Tenant
) -> None:
    event = a_session()

    await happen("session.revoked.v1", event)

    name = key(acme.id, Denied.SESSION, event.session_id)
    assert int(client.get(name)) == FOR_EVER
    assert 595 <= client.ttl(name) <= 601


async def test_no_denial_outlives_the_longest_token(
    client: Any, happen: Happen, acme: Tenant
) -> None:
    event = a_session(expires_at=datetime.now(UTC) + timedelta(days=7))

    await happen("session.revoked.v1", event)

    assert client.ttl(key(acme.id, Denied.SESSION, event.session_id)) <= 3600


async def test_a_session_that_is_over_already_is_denied_for_a_moment(
    client: Any, happen: Happen, acme: Tenant
) -> None:
    event = a_session(expires_at=datetime(2026, 1, 1, tzinfo=UTC))

    await happen("session.revoked.v1", event)

    assert client.ttl(key(acme.id, Denied.SESSION, event.session_id)) <= 1


async def test_a_deactivated_user_is_denied_with_all_tokens_issued_until_then(
    client: Any, happen: Happen, acme: Tenant
) -> None:
    at = datetime(2026, 6, 3, 16, 30, tzinfo=UTC)
    event = UserDeactivated(user_id=uuid7(), deactivated_at=at)

    done = await happen("user.deactivated.v1", event)

    assert done == [True, False]
    assert int(client.get(key(acme.id, Denied.USER, event.user_id))) == int(at.timestamp())


async def test_a_rotation_is_told_to_every_gateway(
    client: Any, happen: Happen, acme: Tenant
) -> None:
    await happen("signing_key.rotated.v1", SigningKeyRotated(kid="2026-12"))

    assert client.get(signing_keys.KEY) == b"2026-12"


EVENTS: dict[str, msgspec.Struct] = {
    "session.revoked.v1": a_session(),
    "user.deactivated.v1": UserDeactivated(user_id=uuid7(), deactivated_at=datetime.now(UTC)),
    "signing_key.rotated.v1": SigningKeyRotated(kid="2026-12"),
}


@pytest.mark.parametrize("type_", EVENTS)
async def test_an_event_waits_while_redis_is_away_and_takes_effect_later(
    own_redis: PrivateRedis, worker_pool: Pool, acme: Tenant, type_: str
) -> None:
    line = RedisLine(own_redis.url, timeout_seconds=0.2)
    table = {one.event_type: one for one in Doorkeeper(line, 3600).subscriptions()}
    envelope = an_envelope(acme.id, type_, EVENTS[type_])
    own_redis.stop()

    with pytest.raises(consumer.OUTAGES):
        await deliver(worker_pool, table[type_], envelope)
    own_redis.start()
    done = await deliver(worker_pool, table[type_], envelope)

    assert done
    with redis_client(own_redis.url) as client:
        assert client.dbsize() == 1
    line.close()


async def test_the_schema_keeps_tenants_apart(database: Database) -> None:
    assert database.unprotected_tables() == []


def test_the_gateway_listens_to_exactly_these(doorkeeper: Doorkeeper) -> None:
    types = {subscription.event_type for subscription in doorkeeper.subscriptions()}

    assert types == {"session.revoked.v1", "user.deactivated.v1", "signing_key.rotated.v1"}
