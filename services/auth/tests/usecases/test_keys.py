"""Keys are made once, sealed, rotated in time, and known to those who verify."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import psycopg
import pytest

from auth_builders import Company, a_care, a_field_key, now
from psa_auth.domain.signing import KeyState, KeyTooYoung
from psa_auth.domain.tenant import PLATFORM_ID
from psa_auth.queries import signing_keys
from psa_auth.queries.signing_keys import StoredKey
from psa_auth.usecases import keys
from psa_auth.usecases.key_ring import KeyRing
from psa_auth.usecases.keys import KeyCare
from psa_common.db import Pool, ReadTx
from psa_common.edge import Edge
from psa_common.identity import TokenVerifier
from psa_common.sealing import BrokenSeal, FieldKeys, UnusableFieldKey
from psa_common.testing import Api, Database, a_context
from psa_contracts import validate
from psa_events.testing import published

LATER = timedelta(minutes=11)


async def every(pool: Pool) -> list[StoredKey]:
    """Return all keys."""
    return await signing_keys.every(ReadTx(pool, PLATFORM_ID, a_context()))


async def by_state(pool: Pool) -> dict[KeyState, list[str]]:
    """Return the ids of the keys in each state."""
    found: dict[KeyState, list[str]] = {state: [] for state in KeyState}
    for key in await every(pool):
        found[key.state].append(key.kid)
    return found


async def test_the_key_set_is_public_and_holds_no_secret(ring: KeyRing, api: Api) -> None:
    response = await api.http.get("/.well-known/jwks.json")

    document: dict[str, list[dict[str, Any]]] = response.json()
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("application/json")
    assert response.headers["cache-control"] == "max-age=300"
    assert len(document["keys"]) >= 2
    for key in document["keys"]:
        assert set(key) == {"kid", "kty", "use", "alg", "n", "e"}
        assert (key["kty"], key["alg"], key["use"]) == ("RSA", "RS256", "sig")
    assert ring.signer[0] in {key["kid"] for key in document["keys"]}


async def test_keys_are_made_once_however_many_processes_start(
    pool: Pool, care: KeyCare, ring: KeyRing
) -> None:
    before = await every(pool)

    made = await asyncio.gather(*(keys.ensure(care, now=now()) for _ in range(4)))

    assert made == [False] * 4
    assert await every(pool) == before


async def test_a_private_key_is_sealed_for_its_row(
    pool: Pool, care: KeyCare, ring: KeyRing
) -> None:
    current = next(key for key in await every(pool) if key.state is KeyState.CURRENT)
    sealed = current.private_key or ""

    assert sealed.startswith("v1:")
    assert care.fields.open(sealed, keys.place_of(current.kid))
    with pytest.raises(BrokenSeal):
        care.fields.open(sealed, keys.place_of("another"))
    with pytest.raises(BrokenSeal):
        FieldKeys(a_field_key()).open(sealed, keys.place_of(current.kid))


async def test_a_rotation_changes_the_signer_and_old_tokens_stay_good(
    pool: Pool,
    worker_pool: Pool,
    care: KeyCare,
    ring: KeyRing,
    company: Company,
    own_verifier: TokenVerifier,
) -> None:
    before = await by_state(pool)
    old = (await company.tokens())["access_token"]

    signer = await keys.rotate(replace(care, pool=worker_pool), now=now() + LATER)
    await ring.load()
    new = (await company.tokens())["access_token"]

    after = await by_state(pool)
    event = (await published(worker_pool, PLATFORM_ID))[-1]
    validate(event.type, event.data)
    assert [signer] == before[KeyState.NEXT] == after[KeyState.CURRENT]
    assert before[KeyState.CURRENT][0] in after[KeyState.PREVIOUS]
    assert (event.type, event.data["kid"]) == ("signing_key.rotated.v1", after[KeyState.NEXT][0])
    assert ring.signer[0] == signer
    assert own_verifier.verify(old).user_id == own_verifier.verify(new).user_id
    assert {key["kid"] for key in msgspec.json.decode(ring.document)["keys"]} == {
        kid for kids in after.values() for kid in kids
    }


async def test_a_key_that_stopped_signing_cannot_sign_any_more(
    pool: Pool, care: KeyCare, ring: KeyRing
) -> None:
    await keys.rotate(care, now=now() + 2 * LATER)
    await ring.load()

    retired = [key for key in await every(pool) if key.state is KeyState.PREVIOUS]

    assert retired
    assert all(key.private_key is None for key in retired)


async def test_a_key_that_not_everybody_knows_does_not_sign(
    pool: Pool, care: KeyCare, ring: KeyRing
) -> None:
    await keys.rotate(care, now=now() + 3 * LATER)
    before = await every(pool)

    with pytest.raises(KeyTooYoung):
        await keys.rotate(care, now=now() + 3 * LATER)

    assert await every(pool) == before
    await ring.load()


async def test_the_timer_rotates_only_when_it_is_due(
    pool: Pool, worker_pool: Pool, care: KeyCare, ring: KeyRing
) -> None:
    before = await by_state(pool)

    await keys.rotate_if_due(replace(care, pool=worker_pool))

    assert await by_state(pool) == before


async def test_a_broken_table_leaves_the_last_good_keys(
    database: Database, care: KeyCare, ring: KeyRing
) -> None:
    signer = ring.signer
    with psycopg.connect(database.superuser_dsn, autocommit=True) as conn:
        conn.execute("ALTER TABLE auth.signing_keys RENAME TO hidden")
        try:
            with pytest.raises(psycopg.errors.UndefinedTable):
                await ring.load()
        finally:
            conn.execute("ALTER TABLE auth.hidden RENAME TO signing_keys")

    assert ring.signer == signer


async def test_a_process_without_keys_is_not_ready(pool: Pool, asgi: Edge, api: Api) -> None:
    ring = KeyRing(a_care(pool))

    assert await ring.check() == "there is no signing key yet"
    assert (await api.http.get("/health/ready")).status_code == 200


def test_an_older_field_key_still_opens_what_it_sealed() -> None:
    old, new = a_field_key(), a_field_key()
    sealed = FieldKeys(old).seal(b"secret", "place")

    assert FieldKeys(f"{new},{old}").open(sealed, "place") == b"secret"
    assert FieldKeys(f"{new},{old}").seal(b"secret", "place").split(":")[1] != sealed.split(":")[1]


def test_the_same_secret_is_never_sealed_alike() -> None:
    fields = FieldKeys(a_field_key())

    assert fields.seal(b"secret", "place") != fields.seal(b"secret", "place")


@pytest.mark.parametrize("text", ["", "x", "AAAA", "%%%"])
def test_an_unusable_field_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(UnusableFieldKey) as refused:
        FieldKeys(text)

    assert str(refused.value) == "PSA_FIELD_KEY must be the base64 of 32 bytes"


@pytest.mark.parametrize("sealed", ["", "v1:x", "v2:a:b:c", "v1:nokey:AAAA:AAAA"])
def test_what_is_not_sealed_does_not_open(sealed: str) -> None:
    with pytest.raises(BrokenSeal):
        FieldKeys(a_field_key()).open(sealed, "place")
