"""Seal a secret for one place in the database: AES-256-GCM, with a key id so that keys rotate."""

import base64
import binascii
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from psa_common.settings import SettingsError

VERSION = "v1"
KEY_BYTES = 32
NONCE_BYTES = 12


class UnusableFieldKey(SettingsError):
    """PSA_FIELD_KEY is not the base64 of 32 bytes."""


class BrokenSeal(Exception):
    """The secret was sealed for another place, with a key that is gone, or was altered."""


class FieldKeys:
    """The key that seals today, and older ones that still open."""

    def __init__(self, text: str) -> None:
        self._keys = {_id_of(key): AESGCM(key) for key in map(_decode, text.split(","))}
        self._writer = next(iter(self._keys))

    def seal(self, secret: bytes, place: str) -> str:
        """Return *secret* sealed for *place*: it opens nowhere else."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._keys[self._writer].encrypt(nonce, secret, place.encode())
        return f"{VERSION}:{self._writer}:{_text(nonce)}:{_text(sealed)}"

    def open(self, sealed: str, place: str) -> bytes:
        """Return the secret that was sealed for *place*; raises BrokenSeal."""
        try:
            version, key_id, nonce, content = sealed.split(":")
            if version != VERSION:
                raise BrokenSeal(f"{place} is sealed in the unknown form {version}")
            return self._keys[key_id].decrypt(
                base64.b64decode(nonce), base64.b64decode(content), place.encode()
            )
        except (InvalidTag, KeyError, ValueError) as error:
            raise BrokenSeal(f"{place} cannot be opened: {type(error).__name__}") from None


def _decode(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise UnusableFieldKey("PSA_FIELD_KEY must be the base64 of 32 bytes")
    return key


def _id_of(key: bytes) -> str:
    return hashlib.sha256(b"psa field key id" + key).hexdigest()[:8]


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
