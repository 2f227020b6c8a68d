"""Elasticsearch away, slow, refusing or behind: PostgreSQL answers, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from elasticsearch import AsyncElasticsearch

from psa_common.db import Pool, tenant_transaction
from psa_common.identity import TokenVerifier
from psa_common.ids import uuid7
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.app import Means, build
from psa_tickets.domain.search import Document, Gone, Kind, Question
from psa_tickets.queries import search_changes
from psa_tickets.search.elasticsearch import ElasticsearchIndex, IndexingFailed
from psa_tickets.usecases import reindexing, search_upkeep
from tickets_builders import a_ticket
from tickets_search import FINDING, elasticsearch_client


@dataclass(slots=True)
class Silence:
    """A server that takes questions and never answers."""

    url: str = ""
    asked: int = 0


@pytest.fixture
async def silence() -> AsyncIterator[Silence]:
    """Give a running server that never answers."""
    silence = Silence()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        silence.asked += 1
        await reader.read()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    silence.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield silence
    server.close()


@pytest.fixture(params=["away", "silent"])
async def broken(
    request: pytest.FixtureRequest, silence: Silence
) -> AsyncIterator[ElasticsearchIndex]:
    """Give an engine whose server does not answer."""
    url = "http://127.0.0.1:1" if request.param == "away" else silence.url
    async with elasticsearch_client(url) as client:
        yield ElasticsearchIndex(client)


async def test_without_elasticsearch_postgresql_answers_and_says_so(
    broken: ElasticsearchIndex,
    silence: Silence,
    pool: Pool,
    verifier: TokenVerifier,
    means: Means,
    acme: Tenant,
    customer_id: UUID,
) -> None:
    desk = Api(build(pool, verifier, replace(means, index=broken))).as_(acme.person(*FINDING))
    await a_ticket(desk, customer_id, title="Drucker")

    first = (await desk.get("/search?q=drucker")).json()
    asked = silence.asked
    second = (await desk.get("/search?q=drucker")).json()

    for answer in (first, second):
        assert [one["type"] for one in answer["data"]] == ["ticket"]
        assert (answer["meta"]["engine"], answer["meta"]["degraded"]) == ("postgresql", True)
    assert silence.asked == asked, "nobody waits for it a second time"


async def test_what_elasticsearch_does_not_take_stays_on_the_list(
    broken: ElasticsearchIndex,
    desk: Api,
    worker_pool: Pool,
    acme: Tenant,
    customer_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("psa_tickets.search.elasticsearch.INDEX_SECONDS_MAX", 0.2)
    await a_ticket(desk, customer_id)

    with pytest.raises(Exception, match="Connection"):
        async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
            await search_upkeep.follower(broken)(tx)

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        assert len(await search_changes.list_next(tx, batch=10)) == 2  # customer and ticket


def _document(part: UUID, *, version: int, title: str) -> Document:
    return Document(
        kind=Kind.TICKET,
        id=part,
        part=part,
        version=version,
        internal=False,
        customer_id=None,
        assignee_id=None,
        opened_by=None,
        title=title,
        names="",
        body="",
        keys=(),
    )


def _question(text: str) -> Question:
    return Question(
        text=text,
        scopes={Kind.TICKET: "all"},
        public_only=False,
        user_id=uuid7(),
        customer_id=None,
        at_most=5,
    )


async def test_a_late_older_text_and_a_late_tombstone_change_nothing(
    elasticsearch: ElasticsearchIndex, pool: Pool, acme: Tenant
) -> None:
    part = uuid7()
    newest = _document(part, version=9, title="Neueste")
    older = _document(part, version=4, title="Veraltet")
    gone = Gone(kind=Kind.TICKET, id=part, part=part, version=5)

    await elasticsearch.follow(acme.id, [newest])
    await elasticsearch.follow(acme.id, [older], [gone])
    await elasticsearch.follow(acme.id, [newest])
    await elasticsearch.refresh()

    async with tenant_transaction(pool, acme.id, a_context()) as tx:
        found = {
            text: len((await elasticsearch.search(tx, _question(text))).hits)
            for text in ("Neueste", "Veraltet")
        }
    assert found == {"Neueste": 1, "Veraltet": 0}


async def test_a_read_only_index_loses_nothing(
    elasticsearch: ElasticsearchIndex, acme: Tenant
) -> None:
    client: AsyncElasticsearch = elasticsearch.client
    alias = elasticsearch.alias(Kind.ASSET)
    blocked = {"index.blocks.read_only_allow_delete": True}
    asset = replace(_document(uuid7(), version=1, title="Server"), kind=Kind.ASSET)

    await client.indices.put_settings(index=alias, settings=blocked)
    try:
        with pytest.raises(IndexingFailed):
            await elasticsearch.follow(acme.id, [asset])
    finally:
        unblocked = {"index.blocks.read_only_allow_delete": None}
        await client.indices.put_settings(index=alias, settings=unblocked)

    await elasticsearch.follow(acme.id, [asset])


async def test_new_indices_answer_once_they_are_whole(
    elasticsearch: ElasticsearchIndex,
    desk: Api,
    worker_pool: Pool,
    acme: Tenant,
    customer_id: UUID,
) -> None:
    ticket = await a_ticket(desk, customer_id, title="Drucker vor dem Neubau")
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        await tx.execute(
            "INSERT INTO tenants (slug, name, time_zone, locale, currency, country, company,"
            " sequence) VALUES ('acme', 'Acme', 'Europe/Berlin', 'de', 'EUR', 'DE', '{}', 1)"
        )
    before = await elasticsearch.client.indices.get_alias(name=elasticsearch.alias(Kind.TICKET))

    await reindexing.rebuild(worker_pool, elasticsearch)
    await elasticsearch.refresh()

    after = await elasticsearch.client.indices.get_alias(name=elasticsearch.alias(Kind.TICKET))
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        answer = await elasticsearch.search(tx, _question("neubau"))
    assert set(before).isdisjoint(after)
    assert [str(hit.id) for hit in answer.hits] == [ticket["id"]]
