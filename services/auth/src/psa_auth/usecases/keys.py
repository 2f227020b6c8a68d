"""Make, rotate and load the keys that access tokens are signed with."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from psa_auth.domain import signing
from psa_auth.domain.signing import KeyState
from psa_auth.domain.tenant import PLATFORM_ID
from psa_auth.events import SigningKeyRotated
from psa_auth.queries import signing_keys
from psa_auth.settings import AuthSettings
from psa_common import audit
from psa_common.context import system_context
from psa_common.db import Pool, Tx, tenant_transaction
from psa_common.sealing import FieldKeys
from psa_events import outbox

log = structlog.get_logger()

KEY_BITS = 2048
EXPONENT = 65_537


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCare:
    """What looking after the keys takes."""

    pool: Pool
    fields: FieldKeys
    token_lifetime: timedelta
    every: timedelta


def care_of(pool: Pool, settings: AuthSettings) -> KeyCare:
    """Return what looking after the keys takes in this process."""
    return KeyCare(
        pool=pool,
        fields=FieldKeys(settings.field_key),
        token_lifetime=settings.lifetimes.access,
        every=settings.signing_key_life,
    )


def place_of(kid: str) -> str:
    """Return the place that a private key is sealed for: its row and column."""
    return f"signing_keys/private_key/{kid}"


async def ensure(care: KeyCare, *, now: datetime) -> bool:
    """Make the first two keys when there is none; return whether that was needed."""
    async with tenant_transaction(care.pool, PLATFORM_ID, system_context("first-keys")) as tx:
        await signing_keys.lock(tx)
        if await signing_keys.every(tx):
            return False
        for state in (KeyState.CURRENT, KeyState.NEXT):
            await _make(tx, care, state, not_before=now, now=now)
        return True


async def rotate(care: KeyCare, *, now: datetime) -> str:
    """
    Let the next key sign from now on and make another one; return the id of the new signer.

    Raises KeyTooYoung while verifiers may not know the next key yet.
    """
    async with tenant_transaction(care.pool, PLATFORM_ID, system_context("key-rotation")) as tx:
        return await _rotate(tx, care, now=now)


async def rotate_if_due(care: KeyCare) -> None:
    """Rotate when the current key has signed long enough."""
    now = datetime.now(UTC)
    async with tenant_transaction(care.pool, PLATFORM_ID, system_context("key-rotation")) as tx:
        lives = [key.life for key in await signing_keys.every(tx)]
        if lives and signing.is_due(lives, now=now, every=care.every):
            await _rotate(tx, care, now=now)


async def _rotate(tx: Tx, care: KeyCare, *, now: datetime) -> str:
    await signing_keys.lock(tx)
    lives = [key.life for key in await signing_keys.every(tx)]
    plan = signing.rotate(lives, now=now, token_lifetime=care.token_lifetime)
    signer = plan.promote or await _make(tx, care, KeyState.NEXT, not_before=now, now=now)

    signing_keys.promote(tx, signer, now=now)
    signing_keys.forget(tx, plan.forget)
    audit.record(tx, "signing_key.rotated", "tenant", PLATFORM_ID, after={"kid": signer})
    await _make(tx, care, KeyState.NEXT, not_before=now + signing.PUBLISHED_AHEAD, now=now)
    log.info("signing_key_rotated", kid=signer, forgotten=len(plan.forget))
    return signer


async def _make(
    tx: Tx, care: KeyCare, state: KeyState, *, not_before: datetime, now: datetime
) -> str:
    """Make a key, store it sealed, and announce it; return its id."""
    kid = f"{now:%Y-%m-%d}-{secrets.token_hex(4)}"
    key = await asyncio.to_thread(rsa.generate_private_key, EXPONENT, KEY_BITS)
    private = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signing_keys.insert(
        tx,
        kid=kid,
        state=state,
        public_key=public.decode(),
        private_key=care.fields.seal(private, place_of(kid)),
        not_before=not_before,
        now=now,
    )
    outbox.publish(tx, SigningKeyRotated(kid=kid, not_before=not_before))
    audit.record(tx, "signing_key.created", "tenant", PLATFORM_ID, after={"kid": kid})
    return kid
