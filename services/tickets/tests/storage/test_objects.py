"""Objects are kept whole or not at all; the same promises for a folder and for S3."""

import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from psa_common.errors import NotFound, Unavailable
from psa_common.ids import uuid7
from psa_common.requests import BodyTooLarge
from psa_tickets.storage import Objects, Room, open_objects
from tickets_words import MIB, an_s3_service, as_stream, files_in, whole

TENANT = uuid7()
EARLIER, LATER = timedelta(hours=-1), timedelta(hours=1)


@pytest.fixture(scope="module")
def s3() -> Iterator[Objects]:
    with an_s3_service() as objects:
        yield objects


@pytest.fixture(params=["folder", "s3"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    if request.param == "s3":
        service: Objects = request.getfixturevalue("s3")
        return service
    return open_objects(folder=str(tmp_path / "store"), url=None)


async def keys_of(objects: Objects, since: timedelta, until: timedelta) -> list[str]:
    now = datetime.now(UTC)
    found = objects.list_made(TENANT, Room.MAILS, since=now + since, until=now + until)
    return [key async for batch in found for key in batch]


async def fails_after(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
    raise ConnectionResetError("the client left")


@pytest.mark.parametrize("size", [0, 1, 300_000, 12 * MIB])
async def test_what_was_put_is_read_again_byte_for_byte(objects: Objects, size: int) -> None:
    content = os.urandom(size)
    pieces = (content[: size // 3], content[size // 3 :])

    kept = await objects.put(TENANT, Room.MAILS, as_stream(*pieces), limit_bytes=12 * MIB)

    assert (kept.size_bytes, kept.sha256) == (size, hashlib.sha256(content).digest())
    assert await whole(await objects.read(kept.key)) == content


async def test_a_key_is_ours_and_never_the_same(objects: Objects) -> None:
    first = await objects.put(TENANT, Room.MAILS, as_stream(b"x"), limit_bytes=1)
    second = await objects.put(TENANT, Room.MAILS, as_stream(b"x"), limit_bytes=1)

    assert first.key.startswith(f"{TENANT}/mails/")
    assert first.key < second.key


async def test_a_part_can_be_read(objects: Objects) -> None:
    kept = await objects.put(TENANT, Room.MAILS, as_stream(b"0123456789"), limit_bytes=10)

    assert await whole(await objects.read(kept.key, start=3, end=6)) == b"345"
    assert await whole(await objects.read(kept.key, start=7)) == b"789"


@pytest.mark.parametrize("size", [1_001, 7 * MIB])
async def test_one_byte_too_many_is_refused_and_leaves_nothing(objects: Objects, size: int) -> None:
    before = await keys_of(objects, EARLIER, LATER)
    chunks = as_stream(*[bytes(1_000)] * (size // 1_000 + 1))

    with pytest.raises(BodyTooLarge):
        await objects.put(TENANT, Room.MAILS, chunks, limit_bytes=size - 1)

    assert await keys_of(objects, EARLIER, LATER) == before


@pytest.mark.parametrize("size", [10, 7 * MIB])
async def test_an_upload_that_breaks_off_leaves_nothing(objects: Objects, size: int) -> None:
    before = await keys_of(objects, EARLIER, LATER)

    with pytest.raises((ConnectionResetError, Unavailable)):
        await objects.put(TENANT, Room.MAILS, fails_after(bytes(size)), limit_bytes=8 * MIB)

    assert await keys_of(objects, EARLIER, LATER) == before


async def test_deleted_is_gone_and_may_be_deleted_again(objects: Objects) -> None:
    kept = await objects.put(TENANT, Room.MAILS, as_stream(b"x"), limit_bytes=1)

    await objects.delete(kept.key)
    await objects.delete(kept.key)

    with pytest.raises(NotFound):
        await objects.read(kept.key)


async def test_objects_are_found_by_the_time_they_were_made(objects: Objects) -> None:
    kept = await objects.put(TENANT, Room.MAILS, as_stream(b"x"), limit_bytes=1)
    other = await objects.put(TENANT, Room.ATTACHMENTS, as_stream(b"x"), limit_bytes=1)

    found = await keys_of(objects, EARLIER, LATER)

    assert kept.key in found
    assert other.key not in found
    assert kept.key not in await keys_of(objects, EARLIER, EARLIER / 2)
    assert kept.key not in await keys_of(objects, LATER, LATER * 2)


async def test_a_broken_upload_leaves_no_half_file_in_the_folder(tmp_path: Path) -> None:
    objects = open_objects(folder=str(tmp_path), url=None)

    with pytest.raises((ConnectionResetError, Unavailable)):
        await objects.put(TENANT, Room.MAILS, fails_after(bytes(11 * MIB)), limit_bytes=20 * MIB)

    assert files_in(tmp_path) == []


async def test_a_store_that_cannot_write_says_so(tmp_path: Path) -> None:
    objects = open_objects(folder=str(tmp_path), url=None)
    (tmp_path / str(TENANT)).write_text("in the way")

    with pytest.raises(Unavailable):
        await objects.put(TENANT, Room.MAILS, as_stream(b"x"), limit_bytes=1)


async def test_a_service_that_is_away_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT": "http://127.0.0.1:1",
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    objects = open_objects(folder="unused", url="s3://psa-files/desk")

    with pytest.raises(Unavailable):
        await objects.put(TENANT, Room.MAILS, as_stream(b"x"), limit_bytes=1)
