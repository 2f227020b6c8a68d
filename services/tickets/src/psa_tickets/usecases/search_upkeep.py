"""Keep up with what changed: words to recognise typing errors by, and Elasticsearch."""

from collections.abc import Awaitable, Callable

from psa_common.db import Tx
from psa_tickets.domain.search import Gone
from psa_tickets.queries import search_changes, search_documents
from psa_tickets.search.index import FollowingIndex

BATCH = 500


def follower(index: FollowingIndex | None) -> Callable[[Tx], Awaitable[int]]:
    """Return the round that keeps *index* current; without one, only words are learnt."""

    async def follow(tx: Tx) -> int:
        """
        Follow the oldest changes and strike them off; return how many there were.

        An engine that is away or takes nothing raises, and the changes stay on the list.
        """
        changes = await search_changes.list_next(tx, batch=BATCH)
        if not changes:
            return 0
        if index is not None:
            await _tell(tx, index, changes)
        search_changes.learn_words(tx, changes)
        search_changes.forget(tx, changes)
        return len(changes)

    return follow


async def _tell(tx: Tx, index: FollowingIndex, changes: list[search_changes.Change]) -> None:
    latest = {(one.kind, one.id, one.part): one.version for one in changes}
    kinds, ids, parts = zip(*latest, strict=True)
    documents = await search_documents.read(tx, kinds, ids, parts)
    there = {(one.kind, one.id, one.part) for one in documents}
    gone = [
        Gone(kind=place[0], id=place[1], part=place[2], version=version)
        for place, version in latest.items()
        if place not in there
    ]
    await index.follow(tx.tenant_id, documents, gone)
