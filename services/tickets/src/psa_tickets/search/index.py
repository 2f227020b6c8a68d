"""What every search engine can do."""

from typing import Protocol

from psa_common.db import Tx
from psa_tickets.domain.search import Answer, Question


class SearchIndex(Protocol):
    """Finds ids of what says it. What it tells is read again before anybody sees it."""

    async def search(self, tx: Tx, question: Question) -> Answer:
        """Return the best hits of each kind."""
        ...
