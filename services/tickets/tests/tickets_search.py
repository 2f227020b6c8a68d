"""Search as a person sees it, on either engine."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from elasticsearch import AsyncElasticsearch

from psa_common.db import Pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Api, Person, Tenant, a_context
from psa_tickets.queries import contacts, copies
from psa_tickets.queries.contacts import Contact
from tickets_builders import EVERYTHING

FINDING = (*EVERYTHING, "customer:view:all", "contact:view:all", "asset:view:all")


@dataclass(frozen=True, slots=True)
class Searching:
    """Somebody who searches, once the engine has caught up."""

    api: Api
    engine: str
    catch_up: Callable[[], Awaitable[None]]

    def as_(self, person: Person) -> "Searching":
        """Return the search of somebody else."""
        return Searching(self.api.as_(person), self.engine, self.catch_up)

    async def answer(self, text: str, **options: Any) -> dict[str, Any]:
        """Return the whole answer to a search."""
        await self.catch_up()
        asked = "".join(f"&{name}={value}" for name, value in options.items())
        response = await self.api.get(f"/search?q={quote(text)}{asked}")
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        assert (found["meta"]["engine"], found["meta"]["degraded"]) == (self.engine, False)
        return found

    async def found(self, text: str, **options: Any) -> list[str]:
        """Return the titles of what is found."""
        answer = await self.answer(text, **options)
        return [plain(one["attributes"]["title"]) for one in answer["data"]]


def plain(fragments: list[dict[str, Any]]) -> str:
    """Return the text that *fragments* are of."""
    return "".join(one["text"] for one in fragments)


def matching(fragments: list[dict[str, Any]]) -> list[str]:
    """Return the fragments that are what was looked for."""
    return [one["text"] for one in fragments if one["matches"]]


def elasticsearch_client(url: str) -> AsyncElasticsearch:
    """Return a client that waits for no server."""
    return AsyncElasticsearch(url, retry_on_timeout=False)


async def an_asset(worker_pool: Pool, tenant: Tenant, customer_id: UUID, name: str) -> UUID:
    """Let the desk know a machine."""
    asset_id = uuid7()
    async with tenant_transaction(worker_pool, tenant.id, a_context()) as tx:
        copies.keep_asset(
            tx, id=asset_id, customer_id=customer_id, number="AS-7", name=name, sequence=1
        )
    return asset_id


async def a_person(
    worker_pool: Pool, tenant: Tenant, customer_id: UUID, *, email: str, phone: str
) -> UUID:
    """Let the desk know somebody at a customer who can be called."""
    person = Contact(
        id=uuid7(),
        customer_id=customer_id,
        name="Petra Krämer",
        email=email,
        phone=phone,
        active=True,
    )
    async with tenant_transaction(worker_pool, tenant.id, a_context()) as tx:
        contacts.keep_contact(tx, person, sequence=1)
    return person.id
