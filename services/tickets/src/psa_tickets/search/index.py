"""What every search engine can do, and what one outside the database needs."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from psa_common.db import Tx
from psa_tickets.domain.search import Answer, Document, Gone, Question


class SearchIndex(Protocol):
    """Finds ids of what says it. What it tells is read again before anybody sees it."""

    async def search(self, tx: Tx, question: Question) -> Answer:
        """Return the best hits of each kind."""
        ...


class FollowingIndex(SearchIndex, Protocol):
    """An engine outside the database, which has to be told of changes."""

    async def follow(
        self, tenant_id: UUID, documents: Sequence[Document], gone: Sequence[Gone] = ()
    ) -> None:
        """Take over texts and forget those that are gone; raises when anything was not taken."""
        ...
