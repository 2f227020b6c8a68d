"""What a search has found, read again: row-level security and the caller's scope decide."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from psa_common.db import Tx
from psa_tickets.domain.search import Hit, Kind, Question
from psa_tickets.queries.tickets import VISIBLE

READ_SQL = (
    """
    WITH found AS (
        SELECT kind, id, part, place
          FROM unnest(%(kinds)s::text[], %(ids)s::uuid[], %(parts)s::uuid[])
               WITH ORDINALITY AS hit (kind, id, part, place)
    )
    SELECT f.place, f.kind, f.id, t.number, t.title, coalesce(c.body, t.description) AS words,
           t.status AS state, k.id AS customer_id, k.name AS customer_name
      FROM found AS f
      JOIN tickets AS t ON t.id = f.id
      JOIN customers AS k ON k.id = t.customer_id
      LEFT JOIN comments AS c
             ON c.id = f.part
            AND c.ticket_id = t.id
            AND (c.visibility = 'public' OR NOT %(public_only)s)
     WHERE f.kind = 'ticket'
       AND (f.part = f.id OR c.id IS NOT NULL)
       AND """
    + VISIBLE
    + """
    UNION ALL
    SELECT f.place, f.kind, f.id, k.number, k.name, '', k.status, k.id, k.name
      FROM found AS f
      JOIN customers AS k ON k.id = f.id
     WHERE f.kind = 'customer'
       AND (NOT %(public_only)s OR k.id = %(own_customer_id)s::uuid)
    UNION ALL
    SELECT f.place, f.kind, f.id, NULL, p.name, concat_ws(' · ', p.email, p.phone),
           CASE WHEN p.active THEN 'active' ELSE 'inactive' END, k.id, k.name
      FROM found AS f
      JOIN contacts AS p ON p.id = f.id
      LEFT JOIN customers AS k ON k.id = p.customer_id
     WHERE f.kind = 'contact'
       AND (NOT %(public_only)s OR p.customer_id = %(own_customer_id)s::uuid)
    UNION ALL
    SELECT f.place, f.kind, f.id, a.number, a.name, '', NULL, k.id, k.name
      FROM found AS f
      JOIN assets AS a ON a.id = f.id
      LEFT JOIN customers AS k ON k.id = a.customer_id
     WHERE f.kind = 'asset'
       AND (NOT %(public_only)s OR a.customer_id = %(own_customer_id)s::uuid)
    UNION ALL
    SELECT f.place, f.kind, f.id, a.number, v.title, v.body, NULL, NULL, NULL
      FROM found AS f
      JOIN articles AS a ON a.id = f.id
      JOIN article_versions AS v ON v.article_id = a.id AND v.position = a.published
     WHERE f.kind = 'article'
       AND a.status <> 'archived'
       AND (NOT %(public_only)s
            OR v.audience = 'portal'
            OR (v.audience = 'customer' AND %(own_customer_id)s::uuid = ANY(v.customer_ids)))
     ORDER BY place
"""
)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was found and may be seen; *words* are those that say it."""

    kind: Kind
    id: UUID
    number: str | None
    title: str
    words: str
    state: str | None
    customer_id: UUID | None
    customer_name: str | None


async def read(tx: Tx, question: Question, hits: Sequence[Hit]) -> list[Found]:
    """Return what the caller may see of *hits*, in their order."""
    if not hits:
        return []
    return await tx.fetch_all(
        Found,
        READ_SQL,
        kinds=[hit.kind for hit in hits],
        ids=[hit.id for hit in hits],
        parts=[hit.part for hit in hits],
        public_only=question.public_only,
        scope=question.scopes.get(Kind.TICKET),
        user_id=question.user_id,
        own_customer_id=question.customer_id,
    )
