"""
Objects by key, over obstore: one way for a local folder and for an S3 service.

A key is drawn here, never taken from anybody, so no object is ever written over another. It
sorts by time: `<tenant>/<room>/<uuid7>`. An object becomes visible whole or not at all, and
locally it is on the disk before its key is given away.
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from psa_common.errors import NotFound, Unavailable
from psa_common.ids import uuid7
from psa_common.requests import BodyTooLarge

if TYPE_CHECKING:
    from obstore import GetOptions, GetResult

log = structlog.get_logger()

#: Larger objects go to S3 in parts of this size; so much of an upload is in memory at most.
PART_BYTES = 5 * 1024 * 1024
PARTS_AT_ONCE = 2
READ_BYTES = 256 * 1024
LIST_BATCH = 1_000


class Room(StrEnum):
    """What kind of thing an object is; each kind is looked after by its own owner."""

    ATTACHMENTS = "attachments"
    MAILS = "mails"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An object that is safe."""

    key: str
    size_bytes: int
    sha256: bytes


class Objects:
    """Where objects lie."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store = store
        #: Of a local store; None for a service, which answers only when the bytes are safe.
        self._folder = folder

    async def put(
        self, tenant_id: UUID, room: Room, chunks: AsyncIterator[bytes], *, limit_bytes: int
    ) -> Kept:
        """
        Keep what *chunks* give, as they come.

        Raises BodyTooLarge at the first byte beyond the limit, Unavailable when the store is
        away or full, and whatever *chunks* raises; nothing is left behind then.
        """
        key = f"{tenant_id}/{room}/{uuid7()}"
        counted = _Counted(chunks, limit_bytes)
        with _in_our_words():
            await obstore.put_async(
                self._store,
                key,
                aiter(counted),
                use_multipart=True,
                chunk_size=PART_BYTES,
                max_concurrency=PARTS_AT_ONCE,
            )
            if self._folder is not None:
                await asyncio.to_thread(_reach_the_disk, self._folder / key, self._folder)
        return Kept(key=key, size_bytes=counted.size_bytes, sha256=counted.digest.digest())

    async def read(
        self, key: str, *, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """Return the object's bytes, or those from *start* up to *end*; raises NotFound."""
        asked: GetOptions = {}
        if end is not None:
            asked = {"range": (start, end)}
        elif start:
            asked = {"range": {"offset": start}}
        with _in_our_words():
            found = await obstore.get_async(self._store, key, options=asked)
        return _chunks(found)

    async def delete(self, key: str) -> None:
        """Forget the object; one that is not there is forgotten already."""
        with _in_our_words():
            try:
                await obstore.delete_async(self._store, key)
            except FileNotFoundError:
                log.info("object_was_gone", key=key)

    async def list_made(
        self, tenant_id: UUID, room: Room, *, since: datetime, until: datetime
    ) -> AsyncIterator[list[str]]:
        """Give the keys of objects made from *since* until *until*, a batch at a time."""
        folder = f"{tenant_id}/{room}"
        last = f"{folder}/{_first_id(until)}"
        with _in_our_words():
            found = obstore.list(  # pyright: ignore[reportUnknownMemberType]: arrow has no types
                self._store,
                folder,
                offset=f"{folder}/{_first_id(since)}",
                chunk_size=LIST_BATCH,
            )
            async for batch in found:
                if keys := [one["path"] for one in batch if one["path"] < last]:
                    yield keys


class _Counted:
    """Chunks on their way in: counted, hashed, and stopped at the limit."""

    def __init__(self, chunks: AsyncIterator[bytes], limit_bytes: int) -> None:
        self._chunks = chunks
        self._limit_bytes = limit_bytes
        self.size_bytes = 0
        self.digest = hashlib.sha256()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._chunks:
            self.size_bytes += len(chunk)
            if self.size_bytes > self._limit_bytes:
                raise too_large(self._limit_bytes)
            self.digest.update(chunk)
            yield chunk


def open_objects(*, folder: str, url: str | None) -> Objects:
    """Return the objects at *url*, or in *folder* when there is none; it is made if need be."""
    if url is not None:
        return Objects(from_url(url))
    local = LocalStore(folder, mkdir=True, automatic_cleanup=False)
    return Objects(local, Path(folder))


def too_large(limit_bytes: int) -> BodyTooLarge:
    """Return the refusal of a file larger than *limit_bytes*."""
    mib = limit_bytes / (1024 * 1024)
    return BodyTooLarge(f"The file is larger than {mib:g} MiB.", code="attachment_too_large")


async def _chunks(found: "GetResult") -> AsyncIterator[bytes]:
    async for chunk in found.stream(min_chunk_size=READ_BYTES):
        yield bytes(chunk)


def _reach_the_disk(path: Path, root: Path) -> None:
    """Wait until the file and the names that lead to it outlive a power cut."""
    for place in (path, *path.parents):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if place == root:
            return


def _first_id(at: datetime) -> UUID:
    """Return the id below every one that `uuid7` draws from *at* on."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


@contextmanager
def _in_our_words() -> Generator[None, None, None]:
    """Turn what the store says into refusals of ours."""
    try:
        yield
    except FileNotFoundError:
        raise NotFound("The content of this file is no longer there.") from None
    except (BaseError, OSError) as error:
        log.warning("storage_failed", error=repr(error))
        raise Unavailable(
            "Files cannot be kept or read at the moment; try again soon.", code="storage_away"
        ) from error
