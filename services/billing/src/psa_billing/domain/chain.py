"""The chain over issued invoices: each hash holds the one before it, so a gap or change shows."""

import hashlib
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from .canonical import canonical_bytes

GENESIS = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What the hash of one invoice is made of: the order of issue, the figures, the files."""

    position: int
    invoice_id: UUID
    number: str
    issued_on: date
    gross_cents: int
    pdf_sha256: str | None
    xml_sha256: str | None


def chained(previous: bytes, link: Link) -> bytes:
    """Return the hash of *link* behind *previous*: SHA-256 over both, the link as JSON."""
    return hashlib.sha256(previous + canonical_bytes(link)).digest()
