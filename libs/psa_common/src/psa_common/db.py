"""The only way to the database: a transaction that can see one tenant."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, LiteralString, TypeVar
from uuid import UUID

import msgspec
from psycopg.errors import InFailedSqlTransaction
from psycopg.types.json import Jsonb, set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool

from psa_common.context import RequestContext
from psa_common.pipeline import PipelineConnection, Result, Row, Statement, send

__all__ = ["Answer", "Jsonb", "Pool", "ReadTx", "Tx", "open_pool", "tenant_transaction"]

T = TypeVar("T")
Pool = AsyncConnectionPool[PipelineConnection]

set_json_dumps(lambda value: msgspec.json.encode(value).decode())
set_json_loads(msgspec.json.decode)

BEGIN = Statement("BEGIN", {})
COMMIT = Statement("COMMIT", {})
ROLLBACK = Statement("ROLLBACK", {})
# Local to the transaction, so a pooled connection never carries one tenant into the next.
SET_TENANT_SQL = "SELECT set_config('app.tenant_id', %(tenant_id)s, true)"
SET_READING_TENANT_SQL = """
    SELECT set_config('app.tenant_id', %(tenant_id)s, true),
           set_config('transaction_read_only', 'on', true)
"""


@asynccontextmanager
async def open_pool(
    dsn: str, *, name: str, size: int, prepare: bool = True
) -> AsyncGenerator[Pool, None]:
    """
    Open up to *size* connections for one process; close them on exit.

    *prepare* is False behind PgBouncer in transaction mode before 1.21, which knows no
    prepared statements. Opening does not wait for the server: readiness tells.
    """

    async def configure(conn: PipelineConnection) -> None:
        await conn.set_autocommit(True)
        conn.prepare_threshold = None
        conn.may_prepare = prepare

    pool: Pool = AsyncConnectionPool(
        dsn,
        connection_class=PipelineConnection,
        kwargs={"application_name": name, "autocommit": True},
        min_size=1,
        max_size=size,
        timeout=2.0,
        max_waiting=500,
        configure=configure,
        open=False,
        name=name,
    )
    await pool.open(wait=False)
    try:
        yield pool
    finally:
        await pool.close()


@dataclass(frozen=True, slots=True)
class _Deferred:
    """A statement that travels with the next one, and who waits for its rows."""

    statement: Statement
    answer: "Answer[Any] | None"


class Answer(Generic[T]):
    """The rows of a statement that travels with the next one."""

    def __init__(self, type_: type[T]) -> None:
        self._type = type_
        self._result: Result | None = None

    def arrive(self, result: Result) -> None:
        """Take what the statement answered."""
        self._result = result

    def rows(self) -> list[T]:
        """Return every row; raises LookupError before another statement has been awaited."""
        if self._result is None:
            raise LookupError("the question has not been sent: await a statement first")
        type_ = self._type

        def make(names: Sequence[str], row: Row) -> T:
            return msgspec.convert(dict(zip(names, row, strict=True)), type_)

        return self._result.rows(make)

    def first(self) -> T | None:
        """Return the first row, or None when there is none."""
        rows = self.rows()
        return rows[0] if rows else None


class Tx:
    """
    An open tenant transaction, and on whose behalf it runs.

    The connection is taken when the first statement is sent; that statement travels with
    BEGIN and the tenant, deferred ones travel with the next statement or with COMMIT.
    """

    def __init__(self, pool: Pool, tenant_id: UUID, context: RequestContext) -> None:
        self.tenant_id = tenant_id
        self.context = context
        self._pool = pool
        self._conn: PipelineConnection | None = None
        self._deferred: list[_Deferred] = []

    async def fetch_all(self, type_: type[T], sql: LiteralString, /, **params: object) -> list[T]:
        """Return every row as a validated *type_*."""

        answer = Answer(type_)
        answer.arrive(await self._run(Statement(sql, params)))
        return answer.rows()

    async def fetch_optional(
        self, type_: type[T], sql: LiteralString, /, **params: object
    ) -> T | None:
        """Return the first row as a validated *type_*, or None when there is none."""
        rows = await self.fetch_all(type_, sql, **params)
        return rows[0] if rows else None

    async def fetch_one(self, type_: type[T], sql: LiteralString, /, **params: object) -> T:
        """Return the only row; raises LookupError when the statement gave none."""
        row = await self.fetch_optional(type_, sql, **params)
        if row is None:
            raise LookupError("the statement returned no row")
        return row

    async def fetch_value(self, sql: LiteralString, /, **params: object) -> Any:
        """Return the first column of the first row, or None."""
        rows = (await self._run(Statement(sql, params))).rows(lambda _names, row: row[0])
        return rows[0] if rows else None

    async def execute(self, sql: LiteralString, /, **params: object) -> int:
        """Run a statement and return how many rows it touched."""
        return (await self._run(Statement(sql, params))).affected

    def defer(self, sql: LiteralString, /, **params: object) -> None:
        """Run a write whose result nobody reads: with the next statement, or the commit."""
        self._deferred.append(_Deferred(Statement(sql, params), None))

    def ask(self, type_: type[T], sql: LiteralString, /, **params: object) -> Answer[T]:
        """Read with the next statement: what is known by then costs no round trip of its own."""
        answer = Answer(type_)
        self._deferred.append(_Deferred(Statement(sql, params), answer))
        return answer

    async def flush(self) -> None:
        """Send what was deferred now, so that its errors surface here."""
        if self._deferred:
            last = self._deferred.pop()
            result = await self._run(last.statement)
            if last.answer is not None:
                last.answer.arrive(result)

    async def commit(self) -> None:
        """Make everything true at once; the edge calls this, never a service."""
        if self._conn is None and not self._deferred:
            return
        result = await self._run(COMMIT)
        await self._release()
        if result.tag != "COMMIT":
            # PostgreSQL answers COMMIT of a failed transaction with ROLLBACK and no error.
            raise InFailedSqlTransaction("a statement of this transaction had failed")

    async def rollback(self) -> None:
        """Undo everything; safe to call in any state."""
        self._deferred.clear()
        if self._conn is None:
            return
        try:
            if not self._conn.closed:
                await send(self._conn, [ROLLBACK])
        finally:
            await self._release()

    async def _run(self, statement: Statement) -> Result:
        opening: list[Statement] = []
        if self._conn is None:
            self._conn = await self._pool.getconn()
            opening = [BEGIN, Statement(SET_TENANT_SQL, {"tenant_id": str(self.tenant_id)})]
        deferred, self._deferred = self._deferred, []
        batch = [*opening, *(one.statement for one in deferred), statement]
        results = await send(self._conn, batch)
        for one, result in zip(deferred, results[len(opening) :], strict=False):
            if one.answer is not None:
                one.answer.arrive(result)
        return results[-1]

    async def _release(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            await self._pool.putconn(conn)


class ReadTx(Tx):
    """
    A tenant's view for reading: every statement is a transaction of its own.

    It travels together with the tenant in one round trip, and PostgreSQL refuses a write.
    """

    async def _run(self, statement: Statement) -> Result:
        conn = await self._pool.getconn()
        try:
            tenant = Statement(SET_READING_TENANT_SQL, {"tenant_id": str(self.tenant_id)})
            return (await send(conn, [tenant, statement]))[-1]
        finally:
            await self._pool.putconn(conn)

    async def commit(self) -> None:
        """Do nothing: there is nothing to make true."""


@asynccontextmanager
async def tenant_transaction(
    pool: Pool, tenant_id: UUID, context: RequestContext
) -> AsyncGenerator[Tx, None]:
    """
    Open a transaction that can only see *tenant_id*'s rows.

    Commits on a clean exit, rolls back on any exception.
    """
    tx = Tx(pool, tenant_id, context)
    try:
        yield tx
        await tx.commit()
    except BaseException:
        await tx.rollback()
        raise
