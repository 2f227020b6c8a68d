"""Passwords and keys of the suite on this machine: made once at random, kept for one reader."""

import base64
import os
import secrets
from pathlib import Path

import msgspec

from psa_local.problem import Problem

FILE = "secrets.json"
OPERATOR = "operator"


def _password() -> str:
    return secrets.token_urlsafe(24)


def _typed_password() -> str:
    """Make a password that a person can type and that any usual password rule accepts."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    groups = ("".join(secrets.choice(letters) for _ in range(5)) for _ in range(3))
    return "-".join(groups) + "-Psa1"


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


class DatabasePasswords(msgspec.Struct, frozen=True, kw_only=True):
    """The passwords of one service's three database roles."""

    owner: str = msgspec.field(default_factory=_password)
    app: str = msgspec.field(default_factory=_password)
    worker: str = msgspec.field(default_factory=_password)


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """Every secret of the suite; what is not given is made."""

    postgres: str = msgspec.field(default_factory=_password)
    redis: str = msgspec.field(default_factory=_password)
    field_key: str = msgspec.field(default_factory=_key)
    operator_password: str = msgspec.field(default_factory=_typed_password)
    admin_password: str = msgspec.field(default_factory=_typed_password)
    database: dict[str, DatabasePasswords] = {}
    amqp: dict[str, str] = {}


def read_or_make(folder: Path, services: tuple[str, ...]) -> Secrets:
    """Return the secrets kept in *folder*; makes those that are missing and keeps the others."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    path = folder / FILE
    try:
        kept = msgspec.json.decode(path.read_bytes() if path.is_file() else b"{}", type=Secrets)
    except msgspec.DecodeError as error:
        raise Problem(
            f"{path} is damaged: {error}.",
            "Restore it from a copy, or start anew, without the data, with: ./psa reset",
        ) from error
    complete = msgspec.structs.replace(
        kept,
        database={**{name: DatabasePasswords() for name in services}, **kept.database},
        amqp={**{name: _password() for name in (OPERATOR, *services)}, **kept.amqp},
    )
    _write(path, msgspec.json.format(msgspec.json.encode(complete), indent=2) + b"\n")
    return complete


def _write(path: Path, content: bytes) -> None:
    if path.is_file() and path.read_bytes() == content:
        return
    # Whole or not at all: a half-written file would lock us out of our own database.
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
