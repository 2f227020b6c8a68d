"""A transaction sees one tenant, ends as a whole, and leaves nothing behind on its connection."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from psa_common.db import Pool, ReadTx, Tx, open_pool, tenant_transaction
from psa_common.ids import uuid7
from psa_common.pipeline import Statement, send
from psa_common.testing import PASSWORD, Database, Tenant, a_context
from psa_common_notes import INSERT_SQL

TEXTS_SQL = "SELECT text FROM notes ORDER BY text"


class Row(msgspec.Struct):
    text: str


async def _texts(tx: Tx) -> list[str]:
    return [row.text for row in await tx.fetch_all(Row, TEXTS_SQL)]


@asynccontextmanager
async def _writing(pool: Pool, tenant: Tenant) -> AsyncGenerator[Tx, None]:
    async with tenant_transaction(pool, tenant.id, a_context()) as tx:
        yield tx


async def _write(pool: Pool, tenant: Tenant, text: str) -> None:
    async with _writing(pool, tenant) as tx:
        tx.defer(INSERT_SQL, id=uuid7(), text=text)


async def test_a_tenant_sees_its_own_rows_only(pool: Pool, acme: Tenant, beta: Tenant) -> None:
    await _write(pool, acme, "acme's")
    await _write(pool, beta, "beta's")

    async with _writing(pool, acme) as tx:
        assert await _texts(tx) == ["acme's"]


async def test_a_row_of_another_tenant_cannot_be_written(
    pool: Pool, acme: Tenant, beta: Tenant
) -> None:
    sql = "INSERT INTO notes (tenant_id, id, text) VALUES (%(tenant)s, %(id)s, 'foreign')"

    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        async with _writing(pool, acme) as tx:
            await tx.execute(sql, tenant=beta.id, id=uuid7())


async def test_without_a_tenant_a_query_fails_loudly(pool: Pool) -> None:
    async with pool.connection() as conn:
        with pytest.raises(psycopg.DatabaseError, match=r"app\.tenant_id|uuid"):
            await send(conn, [Statement(TEXTS_SQL, {})])


async def test_a_generic_plan_does_not_remember_the_first_tenant(
    database: Database, acme: Tenant, beta: Tenant
) -> None:
    async with open_pool(database.app_dsn, name="one", size=1) as narrow:
        await _write(narrow, acme, "acme's")
        async with narrow.connection() as conn:
            await conn.execute("SET plan_cache_mode TO force_generic_plan")
        for _ in range(7):
            async with _writing(narrow, acme) as tx:
                assert await _texts(tx) == ["acme's"]

        async with _writing(narrow, beta) as tx:
            assert await _texts(tx) == []


async def test_an_exception_undoes_everything(pool: Pool, acme: Tenant) -> None:
    async def fail() -> None:
        async with _writing(pool, acme) as tx:
            await tx.execute(INSERT_SQL, id=uuid7(), text="half")
            tx.defer(INSERT_SQL, id=uuid7(), text="done")
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await fail()

    async with _writing(pool, acme) as tx:
        assert await _texts(tx) == []


async def test_a_swallowed_failure_is_no_silent_rollback(pool: Pool, acme: Tenant) -> None:
    async def swallow() -> None:
        async with _writing(pool, acme) as tx:
            tx.defer(INSERT_SQL, id=uuid7(), text="never")
            with pytest.raises(psycopg.errors.DivisionByZero):
                await tx.execute("SELECT 1 / 0")

    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        await swallow()


async def test_a_deferred_write_that_fails_is_reported_by_the_commit(
    pool: Pool, acme: Tenant
) -> None:
    await _write(pool, acme, "twice")

    with pytest.raises(psycopg.errors.UniqueViolation):
        await _write(pool, acme, "twice")


async def test_a_reading_transaction_cannot_write(pool: Pool, acme: Tenant) -> None:
    tx = ReadTx(pool, acme.id, a_context())

    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        await tx.execute(INSERT_SQL, id=uuid7(), text="sneaky")


async def test_cancelled_work_never_shows_one_tenants_rows_to_the_next(
    database: Database, acme: Tenant, beta: Tenant
) -> None:
    async with open_pool(database.app_dsn, name="few", size=2) as few:
        await _write(few, acme, "acme's")

        async def read_and_be_cancelled(delay: float) -> None:
            async with asyncio.timeout(delay), _writing(few, acme) as tx:
                await tx.execute("SELECT pg_sleep(0.02)")
                await _texts(tx)

        for number in range(60):
            with pytest.raises(TimeoutError):
                await read_and_be_cancelled(number / 4_000)
            assert await _texts(ReadTx(few, beta.id, a_context())) == []


@pytest.fixture
def pooled_dsn(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the way to the database through PgBouncer in transaction mode."""
    from psa_local.servers.running import ensure_pgbouncer, scratch_folder

    parts = conninfo_to_dict(database.app_dsn)
    url = (
        f"postgresql://{parts['user']}:{PASSWORD}@{parts['host']}:{parts['port']}/{parts['dbname']}"
    )
    with scratch_folder() as folder:
        users = {str(parts["user"]): PASSWORD}
        with ensure_pgbouncer(Path(folder) / "pgbouncer", url, users, pool_size=1) as dsn:
            yield dsn


async def test_a_server_connection_shared_through_pgbouncer_never_carries_a_tenant_over(
    pooled_dsn: str, acme: Tenant, beta: Tenant
) -> None:
    async with open_pool(pooled_dsn, name="pooled", size=4, prepare=False) as pooled:
        await _write(pooled, acme, "acme's")
        await _write(pooled, beta, "beta's")

        async def read(tenant: Tenant) -> list[str]:
            return await _texts(ReadTx(pooled, tenant.id, a_context()))

        for _ in range(20):
            seen = await asyncio.gather(read(acme), read(beta), read(acme), read(beta))
            assert seen == [["acme's"], ["beta's"]] * 2

        async with pooled.connection() as conn:
            with pytest.raises(psycopg.DatabaseError):
                await send(conn, [Statement(TEXTS_SQL, {})])


async def test_a_question_is_answered_together_with_the_next_statement(
    pool: Pool, acme: Tenant
) -> None:
    async with _writing(pool, acme) as tx:
        tx.defer(INSERT_SQL, id=uuid7(), text="first")
        asked = tx.ask(Row, TEXTS_SQL)
        tx.defer(INSERT_SQL, id=uuid7(), text="second")
        with pytest.raises(LookupError, match="not been sent"):
            asked.rows()

        assert await _texts(tx) == ["first", "second"]

        assert [row.text for row in asked.rows()] == ["first"]
        assert asked.first() == Row("first")


async def _write_and_fail(tx: Tx) -> None:
    async with tx.savepoint():
        await tx.execute(INSERT_SQL, id=uuid7(), text="sent inside")
        tx.defer(INSERT_SQL, id=uuid7(), text="deferred inside")
        raise LookupError


async def test_a_savepoint_undoes_what_is_inside_and_nothing_else(pool: Pool, acme: Tenant) -> None:
    async with _writing(pool, acme) as tx:
        tx.defer(INSERT_SQL, id=uuid7(), text="before")
        with pytest.raises(LookupError):
            await _write_and_fail(tx)
        async with tx.savepoint():
            tx.defer(INSERT_SQL, id=uuid7(), text="kept inside")
        tx.defer(INSERT_SQL, id=uuid7(), text="behind")

    async with _writing(pool, acme) as tx:
        assert await _texts(tx) == ["before", "behind", "kept inside"]


async def test_an_error_of_a_deferred_statement_surfaces_inside_its_savepoint(
    pool: Pool, acme: Tenant
) -> None:
    same = uuid7()

    async with _writing(pool, acme) as tx:
        await tx.execute(INSERT_SQL, id=same, text="first")
        with pytest.raises(psycopg.errors.UniqueViolation):
            async with tx.savepoint():
                tx.defer(INSERT_SQL, id=same, text="second")
        assert await _texts(tx) == ["first"]

    async with _writing(pool, acme) as tx:
        assert await _texts(tx) == ["first"]


async def test_savepoints_nest(pool: Pool, acme: Tenant) -> None:
    async with _writing(pool, acme) as tx, tx.savepoint():
        tx.defer(INSERT_SQL, id=uuid7(), text="outer")
        with pytest.raises(LookupError):
            await _write_and_fail(tx)

    async with _writing(pool, acme) as tx:
        assert await _texts(tx) == ["outer"]


async def test_rows_can_be_read_after_the_pool_has_closed_their_connection(
    database: Database,
) -> None:
    async with open_pool(database.app_dsn, name="short-lived", size=1) as pool:
        async with pool.connection() as conn:
            [answer] = await send(conn, [Statement("SELECT now() AS at", {})])
            await conn.close()

        [at] = answer.rows(lambda _names, row: row[0])

    assert at.tzinfo is not None
