"""The virus scanner clamd: a file goes there as a stream, a verdict comes back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog

from psa_tickets.domain.attachment import Scan

log = structlog.get_logger()

CONNECT_SECONDS = 2.0
SCAN_SECONDS = 60.0
ANSWER_BYTES_MAX = 4 * 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict, and what the scanner calls what it found."""

    scan: Scan
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Scanner:
    """One clamd, spoken to over TCP with INSTREAM."""

    host: str
    port: int

    async def look(self, chunks: AsyncIterator[bytes]) -> Finding:
        """Return the verdict; a scanner that is away or fails has seen nothing."""
        try:
            async with asyncio.timeout(SCAN_SECONDS):
                answer = await self._ask(chunks)
        except (
            OSError,
            TimeoutError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
        ) as error:
            log.warning("scanner_away", error=repr(error))
            return Finding(Scan.UNSCANNED)
        return _verdict(answer)

    async def _ask(self, chunks: AsyncIterator[bytes]) -> str:
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(
                self.host, self.port, limit=ANSWER_BYTES_MAX
            )
        try:
            writer.write(b"zINSTREAM\0")
            async for chunk in chunks:
                writer.write(len(chunk).to_bytes(4) + chunk)
                await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
            answer = await reader.readuntil(b"\0")
        finally:
            writer.close()
        return answer.rstrip(b"\0").decode("utf-8", "replace")


def scanner_at(address: str | None) -> Scanner | None:
    """Return the scanner at "host:port", or None when there is none; raises ValueError."""
    if address is None:
        return None
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError("PSA_CLAMD_ADDRESS must be host:port, such as 127.0.0.1:3310.")
    return Scanner(host, int(port))


def _verdict(answer: str) -> Finding:
    if answer.endswith(" FOUND"):
        return Finding(Scan.INFECTED, answer.removesuffix(" FOUND").removeprefix("stream: "))
    if answer == "stream: OK":
        return Finding(Scan.CLEAN)
    log.warning("scanner_failed", answer=answer)
    return Finding(Scan.UNSCANNED)
