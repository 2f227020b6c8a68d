"""
One round trip for several statements, by libpq's pipeline mode.

psycopg's own `conn.pipeline()` block costs more than it saves at our sizes; here the
statements are put into libpq's buffer together, sent once and read back once.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString, TypeVar

from psycopg import AsyncConnection, errors
from psycopg._queries import PostgresQuery
from psycopg.abc import PQGen, Transformer
from psycopg.adapt import Transformer as NewTransformer
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait

R = TypeVar("R")

#: Statements kept prepared on one connection; ours are constants, so the bound is never met
#: unless a listing is asked for in very many combinations.
PREPARED_MAX = 400

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with its named parameters."""

    sql: LiteralString
    params: Mapping[str, object]


class PipelineConnection(AsyncConnection[Row]):
    """A connection that remembers which statements the server has prepared for it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepared: dict[tuple[bytes, tuple[int, ...]], bytes] = {}
        self.names = itertools.count()
        #: False behind a pooler that hands a server connection to another client in between.
        self.may_prepare = True


@dataclass(slots=True)
class Result:
    """What one statement answered."""

    _pgresult: PGresult
    _transformer: Transformer

    @property
    def affected(self) -> int:
        """Rows that the statement touched or returned."""
        return self._pgresult.command_tuples or 0

    @property
    def tag(self) -> str:
        """The command tag, such as "INSERT 0 1"."""
        return (self._pgresult.command_status or b"").decode()

    def rows(self, make: Callable[[Sequence[str], Row], R]) -> list[R]:
        """Return every row as *make* builds it from column names and values."""
        result = self._pgresult
        names = [(result.fname(index) or b"").decode() for index in range(result.nfields)]
        return self._transformer.load_rows(0, result.ntuples, lambda row: make(names, tuple(row)))


async def send(conn: PipelineConnection, statements: Sequence[Statement]) -> list[Result]:
    """
    Run *statements* in order and in one round trip; return a result for each.

    Outside BEGIN they are one implicit transaction. Raises the psycopg error of the
    first one that fails; those behind it have then not run.
    """
    async with conn.lock:
        return await conn.wait(_communicate(conn, statements))


def _communicate(conn: PipelineConnection, statements: Sequence[Statement]) -> PQGen[list[Result]]:
    pgconn = conn.pgconn
    pgconn.enter_pipeline_mode()
    try:
        transformers = [_enqueue(conn, statement) for statement in statements]
        pgconn.pipeline_sync()
        answers = yield from _read_until_sync(pgconn)
    finally:
        _leave_pipeline_mode(conn)

    results: list[Result] = []
    position = 0
    for transformer, preparing in transformers:
        if preparing is not None:
            _raise_if_failed(answers[position], conn)
            conn.prepared[preparing[0]] = preparing[1]
            position += 1
        _raise_if_failed(answers[position], conn)
        # Now, because the loaders ask the connection for its time zone, and by the time that
        # somebody reads the rows the pool may have closed it.
        transformer.set_pgresult(answers[position], set_loaders=True, format=Format.BINARY)
        results.append(Result(answers[position], transformer))
        position += 1
    return results


_Preparing = tuple[tuple[bytes, tuple[int, ...]], bytes]


def _enqueue(
    conn: PipelineConnection, statement: Statement
) -> tuple[Transformer, _Preparing | None]:
    """Put one statement into the send buffer, behind its preparation when it is new."""
    transformer = NewTransformer.from_context(conn)
    query = PostgresQuery(transformer)
    query.convert(statement.sql, statement.params)
    types, formats = query.types, query.formats
    key = (query.query, tuple(types))
    name = conn.prepared.get(key)

    preparing: _Preparing | None = None
    if name is None and conn.may_prepare and len(conn.prepared) < PREPARED_MAX:
        name = b"psa_%d" % next(conn.names)
        conn.pgconn.send_prepare(name, query.query, param_types=types)
        preparing = (key, name)

    if name is None:
        conn.pgconn.send_query_params(
            query.query,
            query.params,
            param_types=types,
            param_formats=formats,
            result_format=Format.BINARY,
        )
    else:
        conn.pgconn.send_query_prepared(
            name, query.params, param_formats=formats, result_format=Format.BINARY
        )
    return transformer, preparing


def _read_until_sync(pgconn: PGconn) -> PQGen[list[PGresult]]:
    """Flush the buffer and collect one result for each command, up to the sync point."""
    answers: list[PGresult] = []
    while pgconn.flush():
        ready = yield Wait.RW
        if ready & Ready.R:
            pgconn.consume_input()

    while True:
        while not pgconn.is_busy():
            result = pgconn.get_result()
            if result is None:  # the end of one command's results
                continue
            if result.status == ExecStatus.PIPELINE_SYNC:
                return answers
            answers.append(result)
        yield Wait.R
        pgconn.consume_input()


def _leave_pipeline_mode(conn: PipelineConnection) -> None:
    """Leave pipeline mode, or close a connection whose answers were not all read."""
    try:
        conn.pgconn.exit_pipeline_mode()
    except errors.OperationalError:
        conn.pgconn.finish()


_GOOD = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK})


def _raise_if_failed(result: PGresult, conn: PipelineConnection) -> None:
    if result.status not in _GOOD:
        raise errors.error_from_result(result, encoding=conn.info.encoding)
