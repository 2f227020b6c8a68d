"""The engine for large desks: Elasticsearch 8, with PostgreSQL behind it when it is away."""

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import structlog
from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from psa_common.db import Tx
from psa_tickets.domain.search import Answer, Document, Gone, Hit, Kind, Question
from psa_tickets.search.analysis import MAPPINGS, SETTINGS
from psa_tickets.search.asking import EXACTLY, body_of
from psa_tickets.search.postgres import POSTGRES

log = structlog.get_logger()

ENGINE = "elasticsearch"
SEARCH_SECONDS_MAX = 0.8
INDEX_SECONDS_MAX = 10.0
#: After a failure nobody waits for Elasticsearch for so long.
PAUSE_SECONDS = 5.0


class IndexingFailed(Exception):
    """Elasticsearch has not taken a text; it stays on the list of what is to be done."""


class ElasticsearchIndex:
    """Finds in Elasticsearch, or in PostgreSQL while that is away; nobody waits for it twice."""

    def __init__(self, client: AsyncElasticsearch, *, prefix: str = "psa-") -> None:
        self.client = client
        self._prefix = prefix
        self._paused_until = 0.0
        self._prepared = False

    async def search(self, tx: Tx, question: Question) -> Answer:
        """Return the best hits of each kind."""
        if time.monotonic() >= self._paused_until:
            try:
                return await self._ask(tx.tenant_id, question)
            except (ApiError, TransportError) as error:
                self._paused_until = time.monotonic() + PAUSE_SECONDS
                log.warning("search_degraded", error=repr(error))
        answer = await POSTGRES.search(tx, question)
        return Answer(hits=answer.hits, engine=answer.engine, degraded=True)

    async def _ask(self, tenant_id: UUID, question: Question) -> Answer:
        """Ask for the words as they were typed and, when nothing holds them, for similar ones."""
        for forgiving in (False, True):
            lines: list[dict[str, Any]] = []
            for kind in question.scopes:
                lines.append({"index": self.alias(kind)})
                lines.append(body_of(question, tenant_id, kind, forgiving=forgiving))
            client = self.client.options(request_timeout=SEARCH_SECONDS_MAX, max_retries=0)
            found = await client.msearch(searches=lines)
            hits = [
                hit
                for kind, one in zip(question.scopes, found["responses"], strict=True)
                for hit in _hits(kind, one, guessed=forgiving)
            ]
            if hits:
                return Answer(hits=tuple(hits), engine=ENGINE)
        return Answer(hits=(), engine=ENGINE)

    async def follow(
        self,
        tenant_id: UUID,
        documents: Sequence[Document],
        gone: Sequence[Gone] = (),
        *,
        build: str = "",
    ) -> None:
        """
        Take over texts and forget those that are gone; what is older than what is known is ignored.

        Raises IndexingFailed, or the client's error, when anything was not taken.
        """
        lines: list[dict[str, Any]] = []
        for one in documents:
            lines.append({"index": self._address(one.kind, one.part, one.id, one.version, build)})
            lines.append(_stored(tenant_id, one))
        lines += [
            {"delete": self._address(one.kind, one.part, one.id, one.version, build)}
            for one in gone
        ]
        if not lines:
            return
        if not self._prepared and not build:
            await self.prepare()
        client = self.client.options(request_timeout=INDEX_SECONDS_MAX, max_retries=0)
        answer = await client.bulk(operations=lines)
        # 409: a newer version is there already; 404: what is gone was never there.
        failed = [
            result["error"]
            for item in answer["items"]
            for result in item.values()
            if result["status"] >= 300 and result["status"] not in {404, 409}
        ]
        if failed:
            raise IndexingFailed(f"{len(failed)} of {len(answer['items'])}: {failed[0]}")

    async def prepare(self) -> None:
        """Create an index for each kind that has none yet."""
        for kind in Kind:
            if not await self.client.indices.exists_alias(name=self.alias(kind)):
                await self.switch(await self.create(kind), kind)
        self._prepared = True

    async def create(self, kind: Kind) -> str:
        """Create an empty index beside the one in use and return its name."""
        name = f"{self.alias(kind)}-{time.time_ns()}"
        await self.client.indices.create(index=name, settings=SETTINGS, mappings=MAPPINGS)
        return name

    async def switch(self, name: str, kind: Kind) -> None:
        """Let *name* answer from now on, at once, and drop what answered before."""
        alias = self.alias(kind)
        old: list[str] = []
        if await self.client.indices.exists_alias(name=alias):
            old = list(await self.client.indices.get_alias(name=alias))
        actions: list[dict[str, Any]] = [{"remove_index": {"index": one}} for one in old]
        await self.client.indices.update_aliases(
            actions=[{"add": {"index": name, "alias": alias, "is_write_index": True}}, *actions]
        )

    async def refresh(self) -> None:
        """Make what was taken over findable now."""
        await self.client.indices.refresh(index=",".join(self.alias(kind) for kind in Kind))

    def alias(self, kind: Kind) -> str:
        """Return the name under which a kind is searched."""
        return f"{self._prefix}{kind}s"

    def _address(self, kind: Kind, part: UUID, id_: UUID, version: int, build: str) -> Any:
        return {
            "_index": build or self.alias(kind),
            "_id": f"{id_}:{part}",
            "version": version,
            "version_type": "external",
        }


@asynccontextmanager
async def open_index(url: str) -> AsyncGenerator[ElasticsearchIndex, None]:
    """Open the engine at *url*; opening does not wait for it."""
    async with AsyncElasticsearch(url, retry_on_timeout=False) as client:
        yield ElasticsearchIndex(client)


def _stored(tenant_id: UUID, one: Document) -> dict[str, Any]:
    ids = {
        "customer_id": one.customer_id,
        "assignee_id": one.assignee_id,
        "opened_by": one.opened_by,
    }
    return {
        "tenant_id": str(tenant_id),
        "id": str(one.id),
        "part": str(one.part),
        "internal": one.internal,
        **{name: str(value) for name, value in ids.items() if value is not None},
        "keys": list(one.keys),
        "title": one.title,
        "names": one.names,
        "body": one.body,
    }


def _hits(kind: Kind, answer: dict[str, Any], *, guessed: bool) -> list[Hit]:
    if "error" in answer or answer.get("timed_out"):
        raise TransportError(f"{kind}: {answer.get('error', 'out of time')}")
    return [
        Hit(
            kind=kind,
            id=UUID(found["_source"]["id"]),
            part=UUID(found["_source"]["part"]),
            exact=EXACTLY in found.get("matched_queries", ()),
            guessed=guessed,
            rank=float(found["_score"]),
        )
        for found in answer["hits"]["hits"]
    ]
