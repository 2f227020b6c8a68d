"""The embedded engine: PostgreSQL's full-text search, current within the transaction."""

from psa_common.db import Tx
from psa_tickets.domain.search import Answer, Hit, Question

ENGINE = "postgresql"

FIND_SQL = """
    SELECT kind, id, part, exact, guessed, rank
      FROM find_documents(%(text)s::text, %(joined)s::text, %(kinds)s::text[], %(scopes)s::text[],
                          %(public_only)s::boolean, %(user_id)s::uuid, %(customer_id)s::uuid,
                          %(at_most)s::integer)
"""


class PostgresIndex:
    """Needs no upkeep: triggers write what it reads."""

    async def search(self, tx: Tx, question: Question) -> Answer:
        """Return the best hits of each kind."""
        hits = await tx.fetch_all(
            Hit,
            FIND_SQL,
            text=question.text,
            joined=question.joined,
            kinds=list(question.scopes),
            scopes=list(question.scopes.values()),
            public_only=question.public_only,
            user_id=question.user_id,
            customer_id=question.customer_id,
            at_most=question.at_most,
        )
        return Answer(hits=tuple(hits), engine=ENGINE)


POSTGRES = PostgresIndex()
