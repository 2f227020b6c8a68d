"""Every change is written down with it, and nobody can alter the record unnoticed."""

from typing import LiteralString
from uuid import UUID

import psycopg
import pytest

from psa_common import audit
from psa_common.db import Pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.testing import Api, Database, Tenant, a_context

TAMPERINGS: dict[str, LiteralString] = {
    "changed": "UPDATE audit_records SET after = '{}' WHERE id = (SELECT record_id"
    " FROM audit_seals WHERE tenant_id = %(tenant)s AND position = 2)",
    "backdated": "UPDATE audit_records SET occurred_at = occurred_at - interval '1 day'"
    " WHERE id = (SELECT record_id FROM audit_seals"
    " WHERE tenant_id = %(tenant)s AND position = 2)",
    "removed": "DELETE FROM audit_records WHERE id = (SELECT record_id FROM audit_seals"
    " WHERE tenant_id = %(tenant)s AND position = 2)",
    "unsealed": "DELETE FROM audit_seals WHERE tenant_id = %(tenant)s AND position = 2",
    "resealed": "UPDATE audit_seals SET hash = '\\x00' WHERE tenant_id = %(tenant)s"
    " AND position = 2",
}


async def _write_three(pool: Pool, worker_pool: Pool, tenant: Tenant) -> None:
    for number in range(3):
        async with tenant_transaction(pool, tenant.id, a_context()) as tx:
            audit.record(tx, "note.written", "note", uuid7(), after={"number": number})
    async with tenant_transaction(worker_pool, tenant.id, a_context()) as tx:
        assert await audit.seal(tx) == 3


async def _verify(worker_pool: Pool, tenant: Tenant) -> int | None:
    async with tenant_transaction(worker_pool, tenant.id, a_context()) as tx:
        return await audit.verify(tx)


async def test_an_untouched_chain_verifies(pool: Pool, worker_pool: Pool, acme: Tenant) -> None:
    await _write_three(pool, worker_pool, acme)

    assert await _verify(worker_pool, acme) is None


@pytest.mark.parametrize("tampering", TAMPERINGS.values(), ids=TAMPERINGS.keys())
async def test_even_a_superusers_tampering_is_found_at_its_place(
    pool: Pool, worker_pool: Pool, database: Database, acme: Tenant, tampering: LiteralString
) -> None:
    await _write_three(pool, worker_pool, acme)

    with psycopg.connect(database.superuser_dsn) as conn:
        conn.execute("SET search_path TO notes")
        assert conn.execute(tampering, {"tenant": acme.id}).rowcount == 1

    assert await _verify(worker_pool, acme) == 2


async def test_a_record_committed_long_after_it_was_written_is_sealed_all_the_same(
    pool: Pool, worker_pool: Pool, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with tenant_transaction(pool, acme.id, a_context()) as slow:
        with monkeypatch.context() as earlier:
            earlier.setattr(audit, "uuid7", lambda: UUID("019e8232-600a-700a-8000-000000000010"))
            audit.record(slow, "note.written", "note", uuid7())
        await _write_three(pool, worker_pool, acme)

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        assert await audit.seal(tx) == 0
        assert await audit.seal_stragglers(tx) == 1
    assert await _verify(worker_pool, acme) is None


async def test_neither_process_can_change_a_record(
    pool: Pool, worker_pool: Pool, acme: Tenant
) -> None:
    await _write_three(pool, worker_pool, acme)

    for one in (pool, worker_pool):
        for statement in ("UPDATE audit_records SET action = ''", "DELETE FROM audit_records"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                async with tenant_transaction(one, acme.id, a_context()) as tx:
                    await tx.execute(statement)


async def test_a_change_names_who_did_it_and_hides_secrets(
    api: Api, worker_pool: Pool, acme: Tenant
) -> None:
    person = acme.person("note:create:all", name="Technician")
    response = await api.as_(person).post("/notes", {"text": "hello"})

    async with tenant_transaction(worker_pool, acme.id, a_context()) as tx:
        [record] = await tx.fetch_all(
            audit.Record, audit.UNSEALED_SQL, since=audit.EARLIEST, batch=10
        )

    assert record.actor_id == person.principal.user_id
    assert record.request_id == response.headers["x-request-id"]
    assert record.after == {"text": "hello", "secret": "***"}
