"""The virus scanner, as a server that speaks its protocol; away, slow or failing, too."""

import pytest

from psa_tickets.domain.attachment import Scan
from psa_tickets.storage import Finding, Scanner
from psa_tickets.storage.clamd import scanner_at
from tickets_words import EICAR, MIB, a_clamd, as_stream


async def test_an_ordinary_file_is_clean() -> None:
    async with a_clamd() as scanner:
        assert await scanner.look(as_stream(b"x" * MIB, b"y" * MIB)) == Finding(Scan.CLEAN)


async def test_what_is_known_is_named_even_across_chunks() -> None:
    async with a_clamd() as scanner:
        finding = await scanner.look(as_stream(EICAR[:20], EICAR[20:]))

    assert finding == Finding(Scan.INFECTED, "Eicar-Signature")


@pytest.mark.parametrize(
    "answer", [b"INSTREAM size limit exceeded. ERROR\0", b"stream: \0", b"?" * 100_000]
)
async def test_a_scanner_that_fails_has_seen_nothing(answer: bytes) -> None:
    async with a_clamd(answers=[answer]) as scanner:
        assert await scanner.look(as_stream(b"x")) == Finding(Scan.UNSCANNED)


async def test_a_scanner_that_is_away_has_seen_nothing() -> None:
    async with a_clamd() as scanner:
        pass

    assert await scanner.look(as_stream(b"x")) == Finding(Scan.UNSCANNED)


def test_an_address_is_host_and_port() -> None:
    assert scanner_at(None) is None
    assert scanner_at("10.0.0.5:3310") == Scanner("10.0.0.5", 3310)
    for wrong in ("clamd", ":3310", "clamd:x"):
        with pytest.raises(ValueError, match="host:port"):
            scanner_at(wrong)
