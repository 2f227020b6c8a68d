"""The documents of issued invoices, and the chain that holds all of them together."""

from datetime import date
from typing import LiteralString
from uuid import UUID

import msgspec

from psa_billing.domain.chain import GENESIS, Link
from psa_common import numbers
from psa_common.db import Tx
from psa_common.errors import NotFound

SERIES = "invoice_chain"

INSERT_SQL = """
    INSERT INTO invoice_documents (invoice_id, kind, file_name, media_type, content, sha256)
    VALUES (%(invoice_id)s, %(kind)s, %(file_name)s, %(media_type)s, %(content)s, %(sha256)s)
"""

GET_SQL = """
    SELECT kind, file_name, media_type, content, sha256
      FROM invoice_documents
     WHERE invoice_id = %(invoice_id)s
       AND kind = %(kind)s
"""

HASH_BEFORE_SQL = """
    SELECT hash
      FROM invoice_chain
     WHERE position = %(position)s - 1
"""

INSERT_LINK_SQL = """
    INSERT INTO invoice_chain (position, invoice_id, prev_hash, hash)
    VALUES (%(position)s, %(invoice_id)s, %(prev_hash)s, %(own_hash)s)
"""

# The digests are taken from the documents as they are now, not from what was noted then.
CHAIN_SQL: LiteralString = """
    SELECT c.position, c.invoice_id, c.prev_hash, c.hash, i.number, i.issued_on, i.gross_cents,
           (SELECT sha256(d.content) FROM invoice_documents AS d
             WHERE d.tenant_id = c.tenant_id AND d.invoice_id = c.invoice_id AND d.kind = 'pdf')
               AS pdf_sha256,
           (SELECT sha256(d.content) FROM invoice_documents AS d
             WHERE d.tenant_id = c.tenant_id AND d.invoice_id = c.invoice_id AND d.kind = 'xml')
               AS xml_sha256
      FROM invoice_chain AS c
      JOIN invoices AS i ON i.tenant_id = c.tenant_id AND i.id = c.invoice_id
     WHERE c.position > %(after)s
     ORDER BY c.position
     LIMIT %(batch)s
"""

ISSUED_SQL = "SELECT count(*) FROM invoices WHERE status = 'issued'"


class StoredDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was issued, byte for byte."""

    kind: str
    file_name: str
    media_type: str
    content: bytes
    sha256: bytes


class StoredLink(msgspec.Struct, frozen=True, kw_only=True):
    """A place in the chain with what stands there now."""

    position: int
    invoice_id: UUID
    prev_hash: bytes
    hash: bytes
    number: str
    issued_on: date
    gross_cents: int
    pdf_sha256: bytes | None
    xml_sha256: bytes | None

    def link(self) -> Link:
        """Return what the chain's hash is made of."""
        return Link(
            position=self.position,
            invoice_id=self.invoice_id,
            number=self.number,
            issued_on=self.issued_on,
            gross_cents=self.gross_cents,
            pdf_sha256=self.pdf_sha256.hex() if self.pdf_sha256 else None,
            xml_sha256=self.xml_sha256.hex() if self.xml_sha256 else None,
        )


def insert(tx: Tx, invoice_id: UUID, document: StoredDocument) -> None:
    """Store a document of an invoice that is about to be issued."""
    tx.defer(INSERT_SQL, invoice_id=invoice_id, **msgspec.structs.asdict(document))


async def get(tx: Tx, invoice_id: UUID, kind: str) -> StoredDocument:
    """Return a document of an issued invoice; raises NotFound where there is none."""
    document = await tx.fetch_optional(StoredDocument, GET_SQL, invoice_id=invoice_id, kind=kind)
    if document is None:
        raise NotFound(f"Invoice {invoice_id} has no {kind.upper()}.")
    return document


async def next_place(tx: Tx) -> tuple[int, bytes]:
    """
    Return the next position of the chain and the hash before it.

    The series' row stays locked until the commit, so issues line up here.
    """
    position = await numbers.draw(tx, SERIES)
    before: bytes | None = await tx.fetch_value(HASH_BEFORE_SQL, position=position)
    return position, before or GENESIS


def insert_link(
    tx: Tx, *, position: int, invoice_id: UUID, prev_hash: bytes, own_hash: bytes
) -> None:
    """Append to the chain."""
    tx.defer(
        INSERT_LINK_SQL,
        position=position,
        invoice_id=invoice_id,
        prev_hash=prev_hash,
        own_hash=own_hash,
    )


async def list_chain(tx: Tx, *, after: int, batch: int) -> list[StoredLink]:
    """Return the next places of the chain, with what stands there now."""
    return await tx.fetch_all(StoredLink, CHAIN_SQL, after=after, batch=batch)


async def count_issued(tx: Tx) -> int:
    """Return how many invoices are issued; as many places the chain has."""
    return int(await tx.fetch_value(ISSUED_SQL))
