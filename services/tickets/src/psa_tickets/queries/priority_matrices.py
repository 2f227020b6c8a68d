"""The priority_matrices table: impact × urgency → priority, as a tenant sees it."""

from datetime import datetime
from functools import lru_cache

import msgspec

from psa_common.db import Jsonb, Tx
from psa_tickets.domain.priority import PRIORITIES, Impact, Matrix, Priority, Urgency

LOCK_SQL = "SELECT pg_advisory_xact_lock(hashtextextended('matrix ' || %(tenant)s, 0))"

GET_SQL = """
    SELECT cells::text AS cells, version
      FROM priority_matrices
"""

SAVE_SQL = """
    INSERT INTO priority_matrices AS kept (cells, updated_at)
    VALUES (%(cells)s, %(now)s)
        ON CONFLICT (tenant_id)
        DO UPDATE SET cells = excluded.cells,
                      version = kept.version + 1,
                      updated_at = excluded.updated_at
"""


class StoredMatrix(msgspec.Struct, frozen=True):
    """A matrix as it is stored."""

    cells: str
    version: int


class CurrentMatrix(msgspec.Struct, frozen=True):
    """The matrix that holds now; version 0 is the default one."""

    matrix: Matrix
    version: int


async def get(tx: Tx) -> CurrentMatrix:
    """Return the matrix that holds now."""
    stored = await tx.fetch_optional(StoredMatrix, GET_SQL)
    if stored is None:
        return CurrentMatrix(PRIORITIES, 0)
    return CurrentMatrix(matrix_of(stored.cells), stored.version)


async def get_for_update(tx: Tx) -> CurrentMatrix:
    """Return the matrix, and let nobody else change it until the commit."""
    tx.defer(LOCK_SQL, tenant=str(tx.tenant_id))
    return await get(tx)


def save(tx: Tx, matrix: Matrix, *, now: datetime) -> None:
    """Store the matrix in place of the one before."""
    tx.defer(SAVE_SQL, cells=Jsonb(cells_of(matrix)), now=now)


@lru_cache(maxsize=512)
def matrix_of(text: str) -> Matrix:
    """Return the matrix that is stored as nested objects: impact, then urgency."""
    cells = msgspec.json.decode(text, type=dict[Impact, dict[Urgency, Priority]])
    return {
        (impact, urgency): priority
        for impact, row in cells.items()
        for urgency, priority in row.items()
    }


def cells_of(matrix: Matrix) -> dict[Impact, dict[Urgency, Priority]]:
    """Return the matrix as nested objects: impact, then urgency."""
    return {impact: {urgency: matrix[impact, urgency] for urgency in Urgency} for impact in Impact}
