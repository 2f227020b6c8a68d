"""The timer of attachments: orphans are swept, deleted files erased, new ones scanned."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from psa_common.db import Jsonb, Pool, tenant_transaction
from psa_common.testing import Api, Tenant, a_context
from psa_tickets.domain.attachment import Infected, Scan
from psa_tickets.domain.ticket import AuthorKind
from psa_tickets.queries.attachments import Attachment
from psa_tickets.storage import Cabinet, Room
from psa_tickets.usecases import attachment_care
from psa_tickets.usecases.attachment_care import ERASE_AFTER
from psa_tickets.usecases.attachments import File
from psa_tickets.usecases.authors import Author
from psa_tickets.usecases.orphans import ORPHAN_AFTER
from tickets_builders import a_ticket
from tickets_words import EICAR, PNG, a_cabinet, a_clamd, as_stream, files_in, store, whole

NOW = datetime.now(UTC)
KNOWN_SQL = """
    INSERT INTO tenants (slug, name, time_zone, locale, currency, country, company, sequence)
    VALUES ('acme', 'Acme', 'Europe/Berlin', 'de', 'EUR', 'DE', %(company)s, 1)
"""
#: Longer than all tests take: keys are made by the real clock, NOW is when the tests began.
SOON = timedelta(hours=1)


async def kept(
    pool: Pool, tenant: Tenant, cabinet: Cabinet, ticket_id: UUID, content: bytes = PNG
) -> Attachment:
    """Keep a file on the ticket."""
    author = Author(kind=AuthorKind.AGENT, id=tenant.id, name="Technician")
    file = File(filename="datei.txt", claimed_type="")
    async with tenant_transaction(pool, tenant.id, a_context()) as tx:
        return await store(tx, cabinet, author, ticket_id, file, as_stream(content), now=NOW)


@pytest.fixture
async def ticket_id(desk: Api, customer_id: UUID) -> UUID:
    return UUID((await a_ticket(desk, customer_id))["id"])


async def test_bytes_without_a_row_are_swept_after_a_day(
    worker_pool: Pool, acme: Tenant, ticket_id: UUID, tmp_path: Path
) -> None:
    cabinet = a_cabinet(tmp_path)
    found = await kept(worker_pool, acme, cabinet, ticket_id)
    for room in (Room.ATTACHMENTS, Room.MAILS):
        await cabinet.objects.put(acme.id, room, as_stream(b"x"), limit_bytes=1)

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        early = await attachment_care.sweep(tx, cabinet, now=NOW + ORPHAN_AFTER - SOON)
        late = await attachment_care.sweep(tx, cabinet, now=NOW + ORPHAN_AFTER + SOON)

    assert (early, late) == (0, 1)
    assert len(files_in(tmp_path)) == 2  # the attachment, and the mail that others look after
    assert await whole(await cabinet.objects.read(found.key)) == PNG


async def test_the_bytes_of_a_deleted_file_go_after_a_month(
    desk: Api, worker_pool: Pool, acme: Tenant, ticket_id: UUID, tmp_path: Path
) -> None:
    cabinet = a_cabinet(tmp_path)
    gone = await kept(worker_pool, acme, cabinet, ticket_id)
    stays = await kept(worker_pool, acme, cabinet, ticket_id)
    await desk.delete(f"/tickets/{ticket_id}/attachments/{gone.id}")

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        early = await attachment_care.erase(tx, cabinet, now=NOW + ERASE_AFTER - SOON)
        late = await attachment_care.erase(tx, cabinet, now=NOW + ERASE_AFTER + SOON)
        again = await attachment_care.erase(tx, cabinet, now=NOW + ERASE_AFTER + SOON)

    assert (early, late, again) == (0, 1, 0)
    assert files_in(tmp_path) == [stays.key]


async def test_a_known_virus_is_refused_and_leaves_nothing(
    worker_pool: Pool, acme: Tenant, ticket_id: UUID, tmp_path: Path
) -> None:
    async with a_clamd() as scanner:
        cabinet = a_cabinet(tmp_path, scanner=scanner)

        clean = await kept(worker_pool, acme, cabinet, ticket_id)
        with pytest.raises(Infected, match="Eicar-Signature"):
            await kept(worker_pool, acme, cabinet, ticket_id, EICAR)

    assert clean.scan is Scan.CLEAN
    assert files_in(tmp_path) == [clean.key]


async def test_what_came_while_the_scanner_was_away_is_scanned_later(
    desk: Api, worker_pool: Pool, acme: Tenant, ticket_id: UUID, store_folder: Path
) -> None:
    unscanned = a_cabinet(store_folder)
    clean = await kept(worker_pool, acme, unscanned, ticket_id)
    infected = await kept(worker_pool, acme, unscanned, ticket_id, EICAR)

    async with a_clamd() as scanner:
        cabinet = a_cabinet(store_folder, scanner=scanner)
        async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
            judged = await attachment_care.scan(tx, cabinet)
            again = await attachment_care.scan(tx, cabinet)

    path = f"/tickets/{ticket_id}/attachments"
    refused = await desk.get(f"{path}/{infected.id}/content")
    assert (judged, again) == (2, 0)
    assert (await desk.get(f"{path}/{clean.id}/content")).content == PNG
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "ATTACHMENT_INFECTED")


async def test_a_round_looks_after_every_tenant(
    worker_pool: Pool, acme: Tenant, ticket_id: UUID, tmp_path: Path, desk: Api
) -> None:
    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        tx.defer(KNOWN_SQL, company=Jsonb({}))
    found = await kept(worker_pool, acme, a_cabinet(tmp_path), ticket_id)

    async with a_clamd() as scanner:
        await attachment_care.look_after(worker_pool, a_cabinet(tmp_path, scanner=scanner))

    read = await desk.get(f"/tickets/{ticket_id}/attachments/{found.id}")
    assert read.json()["data"]["attributes"]["scan"] == "clean"
