"""
The files of a mail: kept before the ticket is touched, attached under its lock.

A store or a scanner may be slow, and whoever opens the next ticket waits for this one's number.
A file that is refused stays in the raw mail; it never keeps the words from their ticket.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from psa_common.db import Tx
from psa_common.errors import DomainError, Invalid, Refused
from psa_common.requests import BodyTooLarge
from psa_tickets.domain.attachment import PER_TICKET_MAX, TooMany
from psa_tickets.domain.mail.incoming import Attachment
from psa_tickets.domain.mail.left_out import left_out
from psa_tickets.storage import Cabinet
from psa_tickets.usecases import attachments
from psa_tickets.usecases.attachments import File, Received
from psa_tickets.usecases.authors import Author

#: The file's fault; anything else is nobody's, and the whole mail waits for a better time.
REFUSALS = (Refused, Invalid, BodyTooLarge)


@dataclass(frozen=True, slots=True)
class Luggage:
    """What came with a mail: files that are safe, and words about those that are refused."""

    carried: tuple[tuple[File, Received], ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def pictures(self) -> frozenset[str]:
        """Return the names by which HTML may show pictures."""
        return frozenset(file.content_id for file, _ in self.carried if file.content_id)


@asynccontextmanager
async def received(
    tenant_id: UUID, cabinet: Cabinet, files: Sequence[Attachment]
) -> AsyncGenerator[Luggage, None]:
    """Keep what can be kept for as long as nothing goes wrong inside."""
    carried: list[tuple[File, Received]] = []
    refused: list[str] = [left_out(one.name, TooMany()) for one in files[PER_TICKET_MAX:]]
    try:
        for one in files[:PER_TICKET_MAX]:
            file = _file_of(one)
            try:
                kept = await attachments.receive(tenant_id, cabinet, file, _whole(one.content))
            except REFUSALS as refusal:
                refused.append(left_out(one.name, refusal))
            else:
                carried.append((file, kept))
        yield Luggage(tuple(carried), tuple(refused))
    except BaseException:
        for _, kept in carried:
            await _forget(cabinet, kept)
        raise


async def attach(
    tx: Tx,
    cabinet: Cabinet,
    author: Author,
    ticket_id: UUID,
    luggage: Luggage,
    *,
    comment_id: UUID | None,
    now: datetime,
) -> list[str]:
    """Attach what was carried, to words if there are any, and return what was left out and why."""
    refused = list(luggage.refused)
    for file, kept in luggage.carried:
        placed = replace(file, comment_id=comment_id)
        try:
            async with tx.savepoint():
                await attachments.add(tx, cabinet, author, ticket_id, placed, kept, now=now)
        except REFUSALS as refusal:
            refused.append(left_out(file.filename, refusal))
            await _forget(cabinet, kept)
    return refused


async def _forget(cabinet: Cabinet, kept: Received) -> None:
    # The sweeper comes by later; why we are here matters more than a store that is away.
    with suppress(DomainError):
        await cabinet.objects.delete(kept.kept.key)


def _file_of(one: Attachment) -> File:
    return File(filename=one.name, claimed_type=one.media_type, content_id=one.content_id or None)


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    if content:
        yield content
