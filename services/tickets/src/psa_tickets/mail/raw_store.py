"""Where raw mails lie: every one as its server handed it over, before anything else happens."""

import asyncio
import os
from pathlib import Path
from typing import Protocol
from uuid import UUID

from psa_common.errors import NotFound
from psa_common.ids import uuid7


class RawStore(Protocol):
    """What intake needs of a store; its keys are drawn by the store."""

    async def put(self, tenant_id: UUID, raw: bytes) -> str:
        """Keep *raw* and return its key once it is safe."""
        ...

    async def get(self, key: str) -> bytes:
        """Return what was kept; raises NotFound."""
        ...


class FolderStore:
    """Raw mails in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, tenant_id: UUID, raw: bytes) -> str:
        """Keep *raw*; its name appears when its content has reached the disk."""
        key = f"{tenant_id}/mails/{uuid7()}"
        await asyncio.to_thread(_write, self._folder / key, raw)
        return key

    async def get(self, key: str) -> bytes:
        """Return what was kept; raises NotFound."""
        try:
            return await asyncio.to_thread((self._folder / key).read_bytes)
        except FileNotFoundError:
            raise NotFound("The raw mail is no longer there.") from None


def _write(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    growing = path.with_suffix(".part")
    with growing.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    growing.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
