"""What became findable, findable by other words, or gone, since the worker last looked."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_tickets.domain.search import Kind

# What another worker holds is its work.
NEXT_SQL = """
    SELECT version, kind, id, part
      FROM search_changes
     ORDER BY version
     LIMIT %(batch)s
       FOR UPDATE SKIP LOCKED
"""

# Only stems of words as they were written have positions; endings of compounds have none. A number
# is never guessed, and each ticket has one of its own.
LEARN_SQL = """
    INSERT INTO search_words (word)
    SELECT DISTINCT one.lexeme
      FROM unnest(%(kinds)s::text[], %(ids)s::uuid[], %(parts)s::uuid[]) AS c (kind, id, part)
      JOIN search_documents AS d ON (d.kind, d.id, d.part) = (c.kind, c.id, c.part),
           unnest(d.words) AS one
     WHERE one.positions IS NOT NULL
       AND length(one.lexeme) BETWEEN 4 AND 40
       AND one.lexeme !~ '^[0-9]+$'
     ORDER BY one.lexeme
        ON CONFLICT DO NOTHING
"""

FORGET_SQL = """
    DELETE FROM search_changes
     WHERE version = ANY(%(versions)s::bigint[])
"""


class Change(msgspec.Struct, frozen=True):
    """One text that is not what it was."""

    version: int
    kind: Kind
    id: UUID
    part: UUID


async def list_next(tx: Tx, *, batch: int) -> list[Change]:
    """Lock and return the oldest changes."""
    return await tx.fetch_all(Change, NEXT_SQL, batch=batch)


def learn_words(tx: Tx, changes: Sequence[Change]) -> None:
    """Remember the words of these texts, so that typing errors can be mended."""
    tx.defer(
        LEARN_SQL,
        kinds=[one.kind for one in changes],
        ids=[one.id for one in changes],
        parts=[one.part for one in changes],
    )


def forget(tx: Tx, changes: Sequence[Change]) -> None:
    """Strike off what has been followed."""
    tx.defer(FORGET_SQL, versions=[one.version for one in changes])
