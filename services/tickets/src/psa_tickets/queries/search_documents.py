"""Texts that can be found, as they stand now, for an engine outside the database."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_tickets.domain.search import Document, Kind

READ_SQL = """
    WITH wanted AS (
        SELECT d.kind, d.id, d.part, d.version, d.internal, d.customer_id, d.assignee_id,
               d.opened_by
          FROM unnest(%(kinds)s::text[], %(ids)s::uuid[], %(parts)s::uuid[]) AS w (kind, id, part)
          JOIN search_documents AS d ON (d.kind, d.id, d.part) = (w.kind, w.id, w.part)
    )
    SELECT w.*, t.title, concat_ws(' ', t.number, k.name, array_to_string(t.tags, ' ')) AS names,
           t.description AS body,
           array_remove(ARRAY[search_key(t.number), search_key(t.order_reference)], NULL) AS keys
      FROM wanted AS w
      JOIN tickets AS t ON t.id = w.id
      JOIN customers AS k ON k.id = t.customer_id
     WHERE w.kind = 'ticket'
       AND w.part = w.id
    UNION ALL
    SELECT w.*, t.title, '', c.body, '{}'
      FROM wanted AS w
      JOIN tickets AS t ON t.id = w.id
      JOIN comments AS c ON c.id = w.part
     WHERE w.kind = 'ticket'
       AND w.part <> w.id
    UNION ALL
    SELECT w.*, k.name, k.number, '', ARRAY[search_key(k.number)]
      FROM wanted AS w
      JOIN customers AS k ON k.id = w.id
     WHERE w.kind = 'customer'
    UNION ALL
    SELECT w.*, p.name, coalesce(p.email, ''), '',
           array_remove(search_key(p.email) || coalesce(search_phone_keys(p.phone), '{}'), NULL)
      FROM wanted AS w
      JOIN contacts AS p ON p.id = w.id
     WHERE w.kind = 'contact'
    UNION ALL
    SELECT w.*, a.name, a.number, '', ARRAY[search_key(a.number), search_key(a.name)]
      FROM wanted AS w
      JOIN assets AS a ON a.id = w.id
     WHERE w.kind = 'asset'
    UNION ALL
    SELECT w.*, v.title, concat_ws(' ', a.number, array_to_string(v.tags, ' ')), v.body,
           ARRAY[search_key(a.number)]
      FROM wanted AS w
      JOIN articles AS a ON a.id = w.id
      JOIN article_versions AS v ON v.article_id = a.id AND v.position = a.published
     WHERE w.kind = 'article'
"""

LIST_SQL = """
    SELECT kind, id, part
      FROM search_documents
     WHERE kind = %(kind)s
       AND (id, part) > (%(after_id)s, %(after_part)s)
     ORDER BY id, part
     LIMIT %(batch)s
"""

# What changed while an index was being built went into the one that it replaces.
TELL_AGAIN_SQL = """
    INSERT INTO search_changes (kind, id, part)
    SELECT kind, id, part
      FROM search_documents
     WHERE version > %(since)s
"""

LATEST_SQL = "SELECT coalesce(max(version), 0) FROM search_documents"


class Place(msgspec.Struct, frozen=True):
    """Where a text is."""

    kind: Kind
    id: UUID
    part: UUID


async def read(
    tx: Tx, kinds: Sequence[Kind], ids: Sequence[UUID], parts: Sequence[UUID]
) -> list[Document]:
    """Return the texts that are still there."""
    return await tx.fetch_all(
        Document, READ_SQL, kinds=list(kinds), ids=list(ids), parts=list(parts)
    )


async def list_places(tx: Tx, kind: Kind, after: tuple[UUID, UUID], *, batch: int) -> list[Place]:
    """Return where the next texts of a kind are."""
    return await tx.fetch_all(
        Place, LIST_SQL, kind=kind, after_id=after[0], after_part=after[1], batch=batch
    )


async def latest_version(tx: Tx) -> int:
    """Return the version of the text that changed last."""
    return int(await tx.fetch_value(LATEST_SQL))


def tell_again(tx: Tx, *, since: int) -> None:
    """Put on the list of changes what changed after *since*."""
    tx.defer(TELL_AGAIN_SQL, since=since)
