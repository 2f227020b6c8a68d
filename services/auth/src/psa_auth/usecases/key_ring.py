"""The keys as this process holds them: one to sign with, all to verify with, and the key set."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_public_key
from jwt.algorithms import RSAAlgorithm

from psa_auth.domain.signing import KeyState
from psa_auth.domain.tenant import PLATFORM_ID
from psa_auth.queries import signing_keys
from psa_auth.queries.signing_keys import StoredKey
from psa_auth.usecases import keys
from psa_auth.usecases.hashing import TooBusy
from psa_auth.usecases.keys import KeyCare
from psa_common.context import system_context
from psa_common.db import ReadTx
from psa_common.identity import ALGORITHM, SigningKeys

log = structlog.get_logger()

REFRESH_SECONDS = 30.0
RETRY_SECONDS = 1.0


class KeyRing:
    """Follows the signing_keys table; every process signs with the same key within seconds."""

    def __init__(self, care: KeyCare) -> None:
        self._care = care
        self._signer: tuple[str, RSAPrivateKey] | None = None
        self.verifying = SigningKeys()
        self.document = b'{"keys":[]}'

    @property
    def signer(self) -> tuple[str, RSAPrivateKey]:
        """Return id and private half of the current key; raises TooBusy before there is one."""
        if self._signer is None:
            raise TooBusy("The service is starting; try again soon.")
        return self._signer

    async def check(self) -> str | None:
        """Say what readiness lacks."""
        return None if self._signer else "there is no signing key yet"

    async def load(self) -> None:
        """Take over what the table says, and make the first keys when it is empty."""
        found = await self._read()
        if not found:
            await keys.ensure(self._care, now=datetime.now(UTC))
            found = await self._read()
        document = msgspec.json.encode({"keys": [_public(key) for key in found]})
        if document != self.document:
            self.verifying.learn(document)
            self.document = document
        current = next(key for key in found if key.state is KeyState.CURRENT)
        if self._signer is None or self._signer[0] != current.kid:
            self._signer = current.kid, self._open(current)

    async def keep_fresh(self) -> None:
        """Follow the table for as long as the process runs; outages leave the last good keys."""
        while True:
            try:
                await self.load()
            except Exception as error:
                log.warning("signing_keys_not_loaded", error=repr(error))
            await asyncio.sleep(REFRESH_SECONDS if self._signer else RETRY_SECONDS)

    async def _read(self) -> list[StoredKey]:
        context = system_context("signing-keys")
        return await signing_keys.every(ReadTx(self._care.pool, PLATFORM_ID, context))

    def _open(self, key: StoredKey) -> RSAPrivateKey:
        sealed = self._care.fields.open(key.private_key or "", keys.place_of(key.kid))
        private = load_der_private_key(sealed, password=None)
        if not isinstance(private, RSAPrivateKey):
            raise TypeError(f"{key.kid} is no RSA key")
        return private


def _public(key: StoredKey) -> dict[str, Any]:
    """Return the JWK (RFC 7517) of a key's public half."""
    public: Any = load_pem_public_key(key.public_key.encode())
    parts: dict[str, Any] = RSAAlgorithm.to_jwk(public, as_dict=True)
    return {"kid": key.kid, "kty": "RSA", "use": "sig", "alg": ALGORITHM} | {
        name: parts[name] for name in ("n", "e")
    }
